"""By when what must have happened for the date of a broadcast, and what is late: by the calendar as it is today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.facts import Considered, waived_of
from eboxcast.broadcasts.models import Lateness
from eboxcast.lib import clock
from eboxcast.lib.errors import Defect
from eboxcast.planning.deadlines import Deadlines, deadlines_for
from eboxcast.planning.selectors import calendar_of, read_once


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing that is due before a date, and whether it is done."""

    what: Lateness
    due_at: datetime
    done_at: datetime | None
    waived: bool
    """Whether the integration team let it pass that it is late."""

    @property
    def late(self) -> bool:
        """Return whether it came too late, or has not come and is."""
        return (self.done_at or clock.now()) > self.due_at

    @property
    def in_the_way(self) -> bool:
        """Return whether it is late and nobody let that pass."""
        return self.late and not self.waived


def deadlines_of(broadcast: Considered) -> Deadlines:
    """Return the terms of a broadcast that has a date."""
    if broadcast.date is None:
        raise Defect(check="terms need a date")
    day, institution = broadcast.date, broadcast.institution_id
    return read_once(("deadlines", institution, day), lambda: deadlines_for(day, calendar_of(institution)))


def terms_of(broadcast: Considered, waived: Collection[str] | None = None) -> list[Term]:
    """Return what is due before the date of a broadcast; nothing while it has none.

    ``waived`` are the deadlines that were waived, where they were read already.
    """
    if broadcast.date is None:
        return []
    due = deadlines_of(broadcast)
    waived = waived_of([broadcast])[broadcast.id] if waived is None else waived
    dates = {
        Lateness.RECONFIRMATION: (due.reconfirmation_due_at, broadcast.reconfirmed_at),
        Lateness.ACCEPTANCE: (due.acceptance_due_at, broadcast.acceptance_delivered_at),
    }
    return [Term(what=what, due_at=at, done_at=done, waived=what in waived) for what, (at, done) in dates.items()]


def term_of(broadcast: Considered, what: Lateness) -> Term:
    """Return one term of a broadcast that has a date."""
    found = next((term for term in terms_of(broadcast) if term.what == what), None)
    if found is None:
        raise Defect(check="terms need a date")
    return found
