"""Counting in working days. No database: what is closed is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from django.conf import settings

_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_LOCALES = {"fr": "fr", "nl": "nl", "de": "de", "en": "en_US"}
_SUNDAYS = ("Easter Sunday", "Whit Sunday")
"""The library counts these two among the public holidays; the law does not, and they are Sundays anyway."""


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


@cache
def legal_holidays(year: int, language: str = "en") -> Mapping[date, str]:
    """Return the legal holidays of a year, with their names in a language."""
    sundays = {day for day, name in _listed(year, "en").items() if name in _SUNDAYS}
    return MappingProxyType({day: name for day, name in _listed(year, language).items() if day not in sundays})


def _listed(year: int, language: str) -> dict[date, str]:
    from holidays import country_holidays  # a quarter of a second, which a publication does not wait for

    return dict(country_holidays("BE", years=year, language=_LOCALES[language]).items())
