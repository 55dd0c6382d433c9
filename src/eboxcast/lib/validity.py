"""How long a message stays in an eBox."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from eboxcast.lib.clock import BRUSSELS


def end_of_validity(moment: datetime, *, number: int, unit: str) -> datetime:
    """Return when something published at ``moment`` expires: so many days, months or years later in Brussels.

    A day that the month does not have becomes its last day: one month after 31 January is 28 or 29 February.
    """
    local = moment.astimezone(BRUSSELS)
    if unit == "day":
        return local + timedelta(days=number)
    months = local.month - 1 + number * {"month": 1, "year": 12}[unit]
    year, month = local.year + months // 12, months % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)
