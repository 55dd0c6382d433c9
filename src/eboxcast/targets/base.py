"""What delivery asks of a target, whatever it is. The order of the steps is delivery's; a target only translates.

Stop, resume and discard are decided at the fence (``mailboxes.fence``), which stands in the environment's database
whatever the target is. The half of the protocol that sends batches comes with the first remote target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eboxcast.mailboxes.values import Launched, NewRelease, Stored


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a target declares it can do."""

    atomic_visibility: bool
    """Whether everybody sees a release in the same moment; where not, sending is becoming visible."""
    recall: bool
    largest_call: int | None = None
    """The most recipients of one call; None where there are no calls."""
    idempotency_key: bool = False


class Target(ABC):
    """Where the runs of one environment publish."""

    capabilities: Capabilities

    def __init__(self, environment: str) -> None:
        self.environment = environment

    @abstractmethod
    def store(self, wanted: NewRelease) -> Stored:
        """Keep message and audience, complete and invisible, or nothing. Idempotent by run."""

    @abstractmethod
    def complete(self, run: UUID, *, refuse_without_ebox: bool, not_after: datetime | None = None) -> Launched:
        """Make a stored release visible, before the window ends or not at all. Raises FenceClosed, WindowOver."""

    @abstractmethod
    def recall(self, run: UUID) -> datetime:
        """Take back what is visible; return when."""
