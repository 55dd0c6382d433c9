"""A month of evenings as a calendar shows it: week by week, each day with what is planned and what is in the way."""

from __future__ import annotations

from datetime import date
from typing import Literal

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.calendar import Blackout, Load

Day = date
"""A field named ``date`` hides the type of that name."""
Kind = Literal["free", "full", "blackout", "holiday", "closed", "weekend", "past"]


class MonthDay(Schema):
    """A day of a month, for so many recipients."""

    date: Day
    """the day"""
    kind: Kind
    """what it is first of all"""
    why: str
    """the name of the holiday, the reason it is closed, the service that is not available; in words, else empty"""
    possible: bool
    """whether it can be chosen"""
    late: bool
    """whether a deadline for it has passed, so that it needs a waiver"""
    today: bool
    """whether it is today"""
    booked: Load
    """what is planned in its evening"""
    limits: Load
    """how much its evening takes"""
    share: int
    """how full its evening is, in percent: by broadcasts or by recipients, whichever is more"""


class Weekday(Schema):
    """The name of a day of the week."""

    short: str
    """as in a column"""
    name: str
    """the whole name"""


class Month(Schema):
    """A month, with the evenings of its days."""

    first: Day
    """its first day"""
    name: str
    """in words, in the language of the user"""
    previous: Day | None
    """the first day of the month before; `null` where there is nothing to see"""
    next: Day | None
    """the first day of the month after; `null` where there is nothing to see"""
    weekdays: tuple[Weekday, ...]
    """from Monday on"""
    weeks: tuple[tuple[MonthDay | None, ...], ...]
    """seven days each; `null` for a day of another month"""
    blackouts: tuple[Blackout, ...]
    """those that touch the month"""
