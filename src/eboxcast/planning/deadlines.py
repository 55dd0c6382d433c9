"""By when what must have happened for a production on a date. Working days are the institution's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache

from eboxcast.lib.clock import BRUSSELS
from eboxcast.planning.working_days import WorkingCalendar

NUDGE_BEFORE = 12
RECONFIRM_BEFORE = 10
ACCEPTANCE_BEFORE = 5


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The terms of a production. A term runs until the end of its day in Brussels."""

    production_date: date
    nudge_date: date
    """The institution is reminded of its reconfirmation on this day, and again on the day it is due."""
    reconfirmation_date: date
    acceptance_date: date
    """The last day to deliver the files for acceptance."""

    @cached_property
    def reconfirmation_due_at(self) -> datetime:
        """Return the last moment to reconfirm in time."""
        return end_of_day(self.reconfirmation_date)

    @cached_property
    def acceptance_due_at(self) -> datetime:
        """Return the last moment to deliver the files for acceptance in time."""
        return end_of_day(self.acceptance_date)

    @property
    def nudge_dates(self) -> tuple[date, date]:
        """Return the days on which the institution is reminded, while it has not reconfirmed."""
        return self.nudge_date, self.reconfirmation_date


@lru_cache(maxsize=2048)  # a list of broadcasts asks for each of its evenings, and is opened again and again
def deadlines_for(production_date: date, calendar: WorkingCalendar) -> Deadlines:
    """Return the terms of a production on a date."""
    return Deadlines(
        production_date=production_date,
        nudge_date=calendar.before(production_date, NUDGE_BEFORE),
        reconfirmation_date=calendar.before(production_date, RECONFIRM_BEFORE),
        acceptance_date=calendar.before(production_date, ACCEPTANCE_BEFORE),
    )


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in Brussels, in UTC; the clock never changes at midnight there."""
    return datetime.combine(day, time.max, BRUSSELS).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """Return the first moment of a day in Brussels, in UTC."""
    return datetime.combine(day, time.min, BRUSSELS).astimezone(UTC)
