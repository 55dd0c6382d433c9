"""A month of the calendar, made from what is planned and what is closed: for who looks, and for who chooses a date."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from eboxcast.lib.formatting import month_in, weekdays
from eboxcast.planning.capacity import Conflict, Evenings, conflicts
from eboxcast.planning.selectors import Closed
from eboxcast.presenters.calendar import calendar_of
from eboxcast.presenters.schemas.calendar import Blackout, CalendarDay, Load
from eboxcast.presenters.schemas.month import Kind, Month, MonthDay, Weekday

MONTHS_AROUND = 24
"""How far a calendar goes back and ahead: nobody plans farther."""
_DECEMBER = 12
_PERCENT = 100


def month_of(
    day: date,
    *,
    evenings: Evenings,
    closed: Mapping[date, Closed],
    language: str,
    institution: str = "",
    recipients: int = 0,
    full_too: bool = False,
    past_too: bool = False,
) -> Month:
    """Return the month of a day for so many recipients; ``evenings`` and ``closed`` are those of the institution.

    ``full_too`` where a full evening can be chosen all the same; ``past_too`` where months that are over are shown.
    """
    earliest, latest = _reach(evenings.today, past_too=past_too)
    first = month_shown(day, today=evenings.today, past_too=past_too)
    last = _moved(first, 1) - timedelta(days=1)
    shown = calendar_of(first, last, evenings=evenings, closed=closed, institution=institution, language=language)
    days = {
        one.date: _day(
            one,
            conflicts(one.date, recipients, evenings=evenings),
            blackouts=shown.blackouts,
            today=evenings.today,
            full_too=full_too,
        )
        for one in shown.days
    }
    return Month(
        first=first,
        name=month_in(first, language),
        previous=_moved(first, -1) if first > earliest else None,
        next=_moved(first, 1) if first < latest else None,
        weekdays=tuple(Weekday(short=short, name=name) for short, name in weekdays(language)),
        weeks=tuple(tuple(map(days.get, week)) for week in Calendar().monthdatescalendar(first.year, first.month)),
        blackouts=shown.blackouts,
    )


def month_shown(day: date, *, today: date, past_too: bool = False) -> date:
    """Return the first day of the month that is shown for a day: its own, or the nearest there is to see."""
    earliest, latest = _reach(today, past_too=past_too)
    return min(max(day.replace(day=1), earliest), latest)


def share_of(booked: Load, limits: Load) -> int:
    """Return how full an evening is, in percent: by broadcasts or by recipients, whichever is more."""
    parts = (
        booked.broadcasts / max(limits.broadcasts, 1),
        booked.recipients / max(limits.recipients, 1),
    )
    return min(round(max(parts) * _PERCENT), _PERCENT)


def _reach(today: date, *, past_too: bool) -> tuple[date, date]:
    return _moved(today, -MONTHS_AROUND if past_too else 0), _moved(today, MONTHS_AROUND)


def _moved(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months later, or earlier."""
    years, month = divmod(day.month - 1 + months, _DECEMBER)
    return date(day.year + years, month + 1, 1)


def _day(
    one: CalendarDay, found: Sequence[Conflict], *, blackouts: Sequence[Blackout], today: date, full_too: bool
) -> MonthDay:
    share = share_of(one.booked, one.limits)
    full = any(conflict.obstacle.is_full for conflict in found) or share == _PERCENT
    passable = [one for one in found if one.is_warning or (full_too and one.obstacle.is_full)]
    kind = _kind(one, today=today, full=full)
    services = (blackout.service for blackout in blackouts if blackout.number in one.blackouts)
    why = {
        "holiday": one.holiday,
        "closed": one.closed.reason if one.closed else "",
        "blackout": ", ".join(dict.fromkeys(services)),
    }
    return MonthDay(
        date=one.date,
        kind=kind,
        why=why.get(kind) or "",
        possible=one.date > today and len(passable) == len(found),
        late=any(conflict.is_warning for conflict in found),
        today=one.date == today,
        booked=one.booked,
        limits=one.limits,
        share=share,
    )


def _kind(one: CalendarDay, *, today: date, full: bool) -> Kind:
    if one.date < today:
        return "past"
    if not one.working:
        return "holiday" if one.holiday else "closed" if one.closed else "weekend"
    if one.blackouts:
        return "blackout"
    return "full" if full else "free"
