"""What `eboxcast calendar` answers, as lines: a line for each day, the blackouts, the deadlines of a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from eboxcast.lib.formatting import aligned, grouped, long_date, short_date, short_times
from eboxcast.lib.translation import N_, translate
from eboxcast.planning.deadlines import ACCEPTANCE_BEFORE, NUDGE_BEFORE, RECONFIRM_BEFORE
from eboxcast.presenters.schemas.calendar import Blackout, Calendar, CalendarDay, DeadlineList, Span

_EVENING = N_("evening from {start} to {end}")
_HOLIDAY = N_("legal holiday: {name}")
_CLOSED = N_("closed: {reason}")
_CLOSED_THERE = N_("closed at {institution}: {reason}")
_WEEKEND = N_("weekend")
_BLACKOUT = N_("blackout {number}")
_PLANNED = N_("planned: {broadcasts} of {most_broadcasts} broadcasts, {recipients} of {most_recipients} recipients")
_BLACKOUTS = N_("Blackouts:")
_SPAN = N_("{number}: {service}, from {start} to {end} in {environments}: {reason}")
_NUDGED = N_("reminder to the institution to reconfirm ({days} working days before)")
_RECONFIRM = N_("last day to reconfirm ({days} working days before)")
_ACCEPTANCE = N_("last day to deliver the files for acceptance ({days} working days before)")
_PRODUCTION = N_("production, in the window from {start} to {end}")
_UNTIL_ITS_END = N_("A deadline ends at the end of that day, Brussels time.")
_IN_THE_WAY = N_("Conflicts:")
_NEAREST = N_("The nearest free dates: {dates}.")
_NONE_FREE = N_("There is no free date in the six months after it.")
_FREE = N_("The date is free.")
_DAYS = (N_("Date"), N_("Evening"), N_("Remarks"))
_DEADLINES = (N_("Due"), N_("What to do"))


def calendar_lines(calendar: Calendar, language: str) -> list[str]:
    """Return a line for each day, then the blackouts."""
    rows = [_headings(_DAYS, language), *(_cells(one, language) for one in calendar.days)]
    return [*aligned(rows), *_listed(calendar.blackouts, language)]


def deadline_lines(answer: DeadlineList, language: str) -> list[str]:
    """Return a line for each deadline, then whether the date is free."""
    rows = [
        _headings(_DEADLINES, language),
        *((long_date(on, language), what) for on, what in _steps(answer, language)),
    ]
    return [*aligned(rows), translate(_UNTIL_ITS_END, language), *_verdict(answer, language)]


def _headings(headings: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(translate(heading, language) for heading in headings)


def _cells(one: CalendarDay, language: str) -> tuple[str, str, str]:
    what = _evening(one.window, language) if one.working else _why_not(one, language)
    notes = [translate(_BLACKOUT, language, {"number": number}) for number in one.blackouts]
    if one.booked.broadcasts:
        notes.append(_planned(one, language))
    return short_date(one.date, language), what, "; ".join(notes)


def _evening(window: Span, language: str) -> str:
    start, end = short_times(window.starts_at, window.ends_at)
    return translate(_EVENING, language, {"start": start, "end": end})


def _why_not(one: CalendarDay, language: str) -> str:
    if one.holiday:
        return translate(_HOLIDAY, language, {"name": one.holiday})
    if one.closed is None:
        return translate(_WEEKEND, language)
    sentence = _CLOSED_THERE if one.closed.institution else _CLOSED
    return translate(sentence, language, vars(one.closed))


def _planned(one: CalendarDay, language: str) -> str:
    counts = {
        "broadcasts": one.booked.broadcasts,
        "most_broadcasts": one.limits.broadcasts,
        "recipients": one.booked.recipients,
        "most_recipients": one.limits.recipients,
    }
    return translate(_PLANNED, language, {name: grouped(count, language) for name, count in counts.items()})


def _listed(blackouts: tuple[Blackout, ...], language: str) -> Iterator[str]:
    if blackouts:
        yield ""
        yield translate(_BLACKOUTS, language)
    for one in blackouts:
        environments = ", ".join(translate(name, language) for name in one.environments)
        data = {**vars(one), "start": one.starts_at, "end": one.ends_at, "environments": environments}
        yield "  " + translate(_SPAN, language, data)


def _steps(answer: DeadlineList, language: str) -> Iterator[tuple[date, str]]:
    yield answer.nudge_dates[0], translate(_NUDGED, language, {"days": NUDGE_BEFORE})
    yield answer.reconfirmation_date, translate(_RECONFIRM, language, {"days": RECONFIRM_BEFORE})
    yield answer.acceptance_date, translate(_ACCEPTANCE, language, {"days": ACCEPTANCE_BEFORE})
    moments = {"start": answer.window.starts_at, "end": answer.window.ends_at}
    yield answer.production_date, translate(_PRODUCTION, language, moments)


def _verdict(answer: DeadlineList, language: str) -> Iterator[str]:
    if not answer.conflicts:
        yield translate(_FREE, language)
        return
    yield translate(_IN_THE_WAY, language)
    for conflict in answer.conflicts:
        yield f"- {conflict.sentence}"
    dates = ", ".join(long_date(day, language) for day in answer.nearest_free)
    yield translate(_NEAREST, language, {"dates": dates}) if dates else translate(_NONE_FREE, language)
