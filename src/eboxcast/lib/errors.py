"""The one tree of errors. A class says whose trouble it is; its data says what happened; the edges say it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Protocol

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class Told(Protocol):
    """Something that can be said: an error, or a reason beside others."""

    @property
    def sentence(self) -> str:
        """Return the marked sentence."""

    @property
    def remedy(self) -> str:
        """Return what to do next; empty when nothing is."""

    @property
    def data(self) -> Mapping[str, object]:
        """Return what fills both."""

    @property
    def actions(self) -> Mapping[str, NextAction]:
        """Return the next actions that the texts name, by their ``{name}`` there."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One of the reasons why something is as it is."""

    sentence: str
    remedy: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    actions: Mapping[str, NextAction] = field(default_factory=dict)


class EboxcastError(Exception):
    """Root of everything eboxcast raises on purpose.

    ``sentence`` and ``remedy`` are marked for the catalogue; their ``{names}`` are filled from ``data``.
    No data may hold a national number.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = N_("Something went wrong.")
    remedy: ClassVar[str] = ""
    actions: ClassVar[Mapping[str, NextAction]] = MappingProxyType({})
    """The next actions that the texts name: ``{see}`` in a text is filled by the door, as a command or a link."""
    exit_code: ClassVar[int] = 1

    def __init__(self, **data: object) -> None:
        super().__init__(self.code, data)
        self.data: Mapping[str, object] = data
        self.parts: tuple[Told, ...] = ()
        """Several reasons at once, each said on a line of its own between sentence and remedy."""


class Misconfigured(Exception):
    """A setting is missing or wrong. Outside the tree so that nothing swallows it; the command line shows it."""

    code: ClassVar[str] = "setting.wrong"
    sentence: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    actions: ClassVar[Mapping[str, NextAction]] = MappingProxyType({})
    exit_code: ClassVar[int] = 2

    def __init__(self, **data: object) -> None:
        super().__init__(self.code, data)
        self.data = data


class WrongUse(EboxcastError):
    """The command or setting makes no sense as given."""

    code = "use.wrong"
    exit_code = 2


class NotFound(WrongUse):
    """What was named is not there, or not for who asks, which is told in the same words."""

    code = "use.not-found"


class InputRefused(EboxcastError):
    """The sender's mistake: what was handed in cannot be accepted as it is."""

    code = "input.refused"
    exit_code = 3


class NotAllowedNow(EboxcastError):
    """The state of things forbids it now."""

    code = "not-allowed"
    exit_code = 4


class Incomplete(EboxcastError):
    """It stopped part-way, nothing is lost, and the same command continues it."""

    code = "incomplete"
    exit_code = 5


class TargetRefusal(EboxcastError):
    """The target said no for good."""

    code = "target.refused"


class TargetTrouble(EboxcastError):
    """The target could not answer; trying again may work."""

    code = "target.trouble"


class Trouble(EboxcastError):
    """Our surroundings fail us: a disk, a server, a permission."""

    code = "trouble"


class Defect(EboxcastError):
    """Our own mistake: something that cannot be has happened. Nothing was made visible by it."""

    code = "defect"
    sentence = N_("A check inside eboxcast failed: {check}. Nothing was published by this step.")
    remedy = N_("Keep this message and report it. Run `{examine}` before you continue.")
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})
