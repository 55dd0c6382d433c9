"""By when what must have happened for the date of a broadcast; computed from the calendar as it is today."""

from __future__ import annotations

from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.errors import Defect
from eboxcast.planning.deadlines import Deadlines, deadlines_for
from eboxcast.planning.selectors import calendar_of


def deadlines_of(broadcast: Broadcast) -> Deadlines:
    """Return the terms of a broadcast that has a date."""
    if broadcast.date is None:
        raise Defect(check="terms need a date")
    return deadlines_for(broadcast.date, calendar_of(broadcast.institution_id))
