"""The days of the demo: always ahead, and always with a holiday where people forget it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from eboxcast.planning.working_days import WorkingCalendar

_TEN_DAYS = 10


@dataclass(frozen=True, kw_only=True)
class DemoDates:
    """When each act plays."""

    begins: date
    acceptance: date
    wanted: date
    """The working day before Armistice Day."""
    evening: date
    """The working day after it, which is proposed instead."""
    also_proposed: date
    reconfirmation_due: date
    too_late: date
    closes: date


def dates_after(today: date) -> DemoDates:
    """Return the days of the first autumn that is wholly ahead."""
    calendar = WorkingCalendar()
    year = today.year if today < date(today.year, 9, 1) else today.year + 1
    armistice = date(year, 11, 11)
    evening = calendar.after(armistice, 1)
    due = calendar.before(evening, _TEN_DAYS)
    return DemoDates(
        begins=calendar.next_working(date(year, 9, 13)),
        acceptance=calendar.next_working(date(year, 10, 4)),
        wanted=calendar.before(armistice, 1),
        evening=evening,
        also_proposed=calendar.after(evening, 1),
        reconfirmation_due=due,
        too_late=calendar.after(due, 1),
        closes=evening + timedelta(days=15),
    )
