"""Our own eBoxes as a target."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eboxcast.mailboxes import fence, launching
from eboxcast.mailboxes.values import Launched
from eboxcast.targets.base import Target


class LocalTarget(Target):
    """Publishes into the eBoxes of the environment's own database."""

    def make_visible(self, run: UUID, *, refuse_without_ebox: bool, not_after: datetime | None = None) -> Launched:
        return launching.launch(self.environment, run, refuse_without_ebox=refuse_without_ebox, not_after=not_after)

    def recall(self, run: UUID) -> datetime:
        return fence.recall(self.environment, run)
