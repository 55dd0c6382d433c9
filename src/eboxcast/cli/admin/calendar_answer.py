"""The answer of `calendar`: a line for each day, then the blackouts; or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import typer

from eboxcast.cli.shell.tables import aligned
from eboxcast.lib.formatting import grouped, iso, short_date, short_times
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.planning.capacity import BlackoutSpan, EveningLoad, Evenings, load
from eboxcast.planning.deadlines import end_of_day, start_of_day
from eboxcast.planning.selectors import Closed
from eboxcast.planning.working_days import legal_holidays

FORMAT = "eboxcast.calendar/1"

_EVENING = N_("evening from {start} to {end}")
_HOLIDAY = N_("legal holiday: {name}")
_CLOSED = N_("closed: {reason}")
_CLOSED_THERE = N_("closed at {institution}: {reason}")
_WEEKEND = N_("weekend")
_BLACKOUT = N_("blackout {number}")
_PLANNED = N_("planned: {broadcasts} of {most_broadcasts} broadcasts, {recipients} of {most_recipients} recipients")
_BLACKOUTS = N_("Blackouts:")
_SPAN = N_("{number}: {service}, from {start} to {end} in {environments}: {reason}")


@dataclass(frozen=True, kw_only=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    def touches(self, blackout: BlackoutSpan) -> bool:
        """Return whether a blackout lies in it, at least in part."""
        return blackout.starts_at <= end_of_day(self.last) and blackout.ends_at > start_of_day(self.first)


def show_calendar(
    period: Period, evenings: Evenings, closed: Mapping[date, Closed], *, institution: str, as_json: bool
) -> None:
    """Print the calendar of a period."""
    loads = load(period.first, period.last, evenings=evenings)
    blackouts = [one for one in evenings.blackouts if period.touches(one)]
    if as_json:
        days = [_values(one, evenings, closed) for one in loads]
        answer = {
            "format": FORMAT,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "institution": institution or None,
            "days": days,
            "blackouts": [_values_of(one) for one in blackouts],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    language = language_of_user()
    rows = [_cells(one, evenings, closed, language) for one in loads]
    typer.echo("\n".join([*aligned(rows), *_listed(blackouts, language)]))


def _cells(one: EveningLoad, evenings: Evenings, closed: Mapping[date, Closed], language: str) -> tuple[str, str, str]:
    day = one.window.date
    what = _evening(one, language) if one.working else _why_not(day, closed, language)
    notes = [translate(_BLACKOUT, language, {"number": blackout.id}) for blackout in one.blackouts]
    if one.booked.broadcasts:
        notes.append(_planned(one, evenings, language))
    return short_date(day, language), what, "; ".join(notes)


def _evening(one: EveningLoad, language: str) -> str:
    start, end = short_times(one.window.starts_at, one.window.ends_at)
    return translate(_EVENING, language, {"start": start, "end": end})


def _why_not(day: date, closed: Mapping[date, Closed], language: str) -> str:
    if name := legal_holidays(day.year, language).get(day):
        return translate(_HOLIDAY, language, {"name": name})
    if day not in closed:
        return translate(_WEEKEND, language)
    one = closed[day]
    sentence = _CLOSED_THERE if one.institution else _CLOSED
    return translate(sentence, language, {"reason": mask_and_strip(one.reason), "institution": one.institution})


def _planned(one: EveningLoad, evenings: Evenings, language: str) -> str:
    counts = {
        "broadcasts": one.booked.broadcasts,
        "most_broadcasts": evenings.limits.broadcasts,
        "recipients": one.booked.recipients,
        "most_recipients": evenings.limits.recipients,
    }
    return translate(_PLANNED, language, {name: grouped(count, language) for name, count in counts.items()})


def _listed(blackouts: list[BlackoutSpan], language: str) -> Iterator[str]:
    if blackouts:
        yield ""
        yield translate(_BLACKOUTS, language)
    for one in blackouts:
        data = {
            "number": one.id,
            "service": mask_and_strip(one.service),
            "reason": mask_and_strip(one.reason),
            "start": one.starts_at,
            "end": one.ends_at,
            "environments": ", ".join(translate(name, language) for name in sorted(one.environments)),
        }
        yield "  " + translate(_SPAN, language, data)


def _values(one: EveningLoad, evenings: Evenings, closed: Mapping[date, Closed]) -> dict[str, object]:
    day, window, limits = one.window.date, one.window, evenings.limits
    return {
        "date": day.isoformat(),
        "working": one.working,
        "holiday": legal_holidays(day.year, language_of_user()).get(day),
        "closed": {"reason": mask_and_strip(closed[day].reason), "institution": closed[day].institution or None}
        if day in closed
        else None,
        "window": {"starts_at": iso(window.starts_at, "seconds"), "ends_at": iso(window.ends_at, "seconds")},
        "blackouts": [blackout.id for blackout in one.blackouts],
        "booked": vars(one.booked),
        "limits": {"broadcasts": limits.broadcasts, "recipients": limits.recipients},
    }


def _values_of(one: BlackoutSpan) -> dict[str, object]:
    return {
        "number": one.id,
        "starts_at": iso(one.starts_at, "seconds"),
        "ends_at": iso(one.ends_at, "seconds"),
        "service": mask_and_strip(one.service),
        "reason": mask_and_strip(one.reason),
        "environments": sorted(one.environments),
    }
