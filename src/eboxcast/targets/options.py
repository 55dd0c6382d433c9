"""What is set for the target of one environment, and what it can do by that: plain values, no file, no Django."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from eboxcast.lib.errors import Misconfigured, Reason
from eboxcast.lib.forms import Form, number
from eboxcast.lib.translation import N_
from eboxcast.targets.values import recipients_a_second


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a target can do. The engine reads these, and never asks which kind of target it has."""

    atomic_visibility: bool
    """Whether everybody sees a release in the same moment. Where not, lanes send it in calls: each makes it visible."""
    recall: bool
    """Whether what is visible can be taken back."""
    own_eboxes: bool
    """Whether the eBoxes are the environment's: their states are known before a launch, and one can look into them."""
    links: bool = False
    """Whether a message is stored once and then linked to many, or published to each recipient by itself."""
    recipients_per_call: int = 1
    """The most recipients of one call: 1 where it does not link."""
    statuses: bool = False
    """Whether it can be asked who has a message."""
    idempotency_key: bool = False
    """Whether it promises that a publication with the same key is done once."""
    tells_never_activated: bool = False
    """Whether it says who of those published to never opened an eBox."""


@dataclass(frozen=True, kw_only=True)
class TargetOptions(Form, ABC):
    """What can be set for every target. Each kind has a class of its own, with what else it needs."""

    kind: ClassVar[str]

    parallel: Annotated[int, number(64)] = 4
    """Lanes of one run."""
    rate: Annotated[float, recipients_a_second()] = 0.0
    """Recipients per second of one run; 0 is without limit."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What the target can do, set like this. Nothing is opened for it."""


@dataclass(frozen=True, kw_only=True)
class LocalOptions(TargetOptions):
    """The environment's own eBoxes: nothing needs to be set."""

    kind: ClassVar[str] = "local"

    @property
    def capabilities(self) -> Capabilities:
        """Everything, and everybody at once."""
        return Capabilities(atomic_visibility=True, recall=True, own_eboxes=True, tells_never_activated=True)


class TargetsFileWrong(Misconfigured):
    """EBOXCAST_TARGETS_FILE, or a file that it names, cannot be used; ``parts`` has every wrong place."""

    code = "targets.file-wrong"
    sentence = N_("{file}: {count} {count:value is|values are} missing or wrong.")
    remedy = N_("Correct it. For every key, see docs/reference/targets.md.")

    def __init__(self, *, file: str, faults: Sequence[Reason]) -> None:
        super().__init__(file=file, count=len(faults))
        self.parts = tuple(faults)
