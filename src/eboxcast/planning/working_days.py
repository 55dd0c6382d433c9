"""Counting in working days. No database: what is closed is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings

from eboxcast.planning.legal_holidays import legal_holidays

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


class Week(StrEnum):
    """Which days of the week are worked: the law often counts Saturdays, administrations do not."""

    MON_FRI = "mon-fri"
    MON_SAT = "mon-sat"

    @property
    def weekend(self) -> frozenset[int]:
        """Return the days off, counted from Monday 0."""
        return frozenset({_SUNDAY}) if self is Week.MON_SAT else frozenset({_SATURDAY, _SUNDAY})


def configured_week() -> Week:
    """Return which days of the week are worked here."""
    return Week(settings.EBOXCAST_WORKING_WEEK)


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """The working days of somebody: the days of the week, less the legal holidays, less what else is closed."""

    week: Week = Week.MON_FRI
    closed: frozenset[date] = frozenset()
    """Beyond the legal holidays: closed days of the operator, and of the institution whose calendar it is."""

    def is_working(self, day: date) -> bool:
        """Return whether a day is worked."""
        return day.weekday() not in self.week.weekend and day not in self.closed and day not in legal_holidays(day.year)

    def before(self, day: date, n: int) -> date:
        """Return the working day that lies ``n`` working days before ``day``, which is not counted itself."""
        return self._count(day, n, -_DAY)

    def after(self, day: date, n: int) -> date:
        """Return the working day that lies ``n`` working days after ``day``, which is not counted itself."""
        return self._count(day, n, _DAY)

    def next_working(self, day: date) -> date:
        """Return ``day`` when it is worked, else the first day after it that is."""
        return day if self.is_working(day) else self.after(day, 1)

    def _count(self, day: date, n: int, step: timedelta) -> date:
        while n > 0:
            day += step
            n -= self.is_working(day)
        return day
