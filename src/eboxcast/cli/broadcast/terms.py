"""The two terms of a broadcast with a date: by when, whether it was done, and whether being late was waived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.deadlines import deadlines_of
from eboxcast.broadcasts.models import Broadcast, Lateness
from eboxcast.lib import clock


@dataclass(frozen=True, kw_only=True)
class Term:
    """What is due, and whether it is done."""

    what: Lateness
    due_at: datetime
    done_at: datetime | None
    waived: bool

    @property
    def late(self) -> bool:
        """Return whether it came too late, or has not come and is."""
        return (self.done_at or clock.now()) > self.due_at


def terms_of(broadcast: Broadcast) -> list[Term]:
    """Return the terms; none while there is no date."""
    if broadcast.date is None:
        return []
    due = deadlines_of(broadcast)
    waived = set(broadcast.waivers.filter(void_at=None).values_list("what", flat=True))
    dates = {
        Lateness.RECONFIRMATION: (due.reconfirmation_due_at, broadcast.reconfirmed_at),
        Lateness.ACCEPTANCE: (due.acceptance_due_at, broadcast.acceptance_delivered_at),
    }
    return [Term(what=what, due_at=at, done_at=done, waived=what in waived) for what, (at, done) in dates.items()]
