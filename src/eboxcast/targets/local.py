"""Our own eBoxes as a target."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eboxcast.mailboxes import fence, launching, storing
from eboxcast.mailboxes.values import Launched, NewRelease, Stored
from eboxcast.targets.base import Capabilities, Target


class LocalTarget(Target):
    """Publishes into the eBoxes of the environment's own database."""

    capabilities = Capabilities(atomic_visibility=True, recall=True)

    def store(self, wanted: NewRelease) -> Stored:
        return storing.store(self.environment, wanted)

    def complete(self, run: UUID, *, refuse_without_ebox: bool, not_after: datetime | None = None) -> Launched:
        return launching.launch(self.environment, run, refuse_without_ebox=refuse_without_ebox, not_after=not_after)

    def recall(self, run: UUID) -> datetime:
        return fence.recall(self.environment, run)


def target_of(environment: str) -> Target:
    """Return the target of an environment: its own eBoxes, until a remote one can be configured."""
    return LocalTarget(environment)
