"""The answer of `calendar deadlines`: what must be done by when for a production, and whether the date can be had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import typer

from eboxcast.cli.shell.tables import aligned
from eboxcast.lib.formatting import iso, long_date, spoken
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.planning.capacity import Conflict, Evenings, conflicts, nearest_free
from eboxcast.planning.deadlines import ACCEPTANCE_BEFORE, NUDGE_BEFORE, RECONFIRM_BEFORE, Deadlines, deadlines_for
from eboxcast.planning.windows import Window

FORMAT = "eboxcast.deadlines/1"

_NUDGED = N_("reminder to the institution to reconfirm ({days} working days before)")
_RECONFIRM = N_("last day to reconfirm ({days} working days before)")
_ACCEPTANCE = N_("last day to deliver the files for acceptance ({days} working days before)")
_PRODUCTION = N_("production, in the window from {start} to {end}")
_UNTIL_ITS_END = N_("A deadline ends at the end of that day, Brussels time.")
_IN_THE_WAY = N_("Conflicts:")
_NEAREST = N_("The nearest free dates: {dates}.")
_NONE_FREE = N_("There is no free date in the six months after it.")
_FREE = N_("The date is free.")


def show_deadlines(day: date, recipients: int, evenings: Evenings, *, institution: str, as_json: bool) -> None:
    """Print the terms of a production on a day, and what stands in its way."""
    terms, window = deadlines_for(day, evenings.calendar), evenings.evening.window(day)
    found = conflicts(day, recipients, evenings=evenings)
    free = nearest_free(max(day, evenings.today), recipients, evenings=evenings) if found else ()
    language = language_of_user()
    if as_json:
        answer = _values(terms, window, found, free, language)
        answer |= {"institution": institution or None}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    rows = [(long_date(on, language), what) for on, what in _steps(terms, window, language)]
    typer.echo("\n".join([*aligned(rows), translate(_UNTIL_ITS_END, language), *_verdict(found, free, language)]))


def _steps(terms: Deadlines, window: Window, language: str) -> Iterator[tuple[date, str]]:
    yield terms.nudge_date, translate(_NUDGED, language, {"days": NUDGE_BEFORE})
    yield terms.reconfirmation_date, translate(_RECONFIRM, language, {"days": RECONFIRM_BEFORE})
    yield terms.acceptance_date, translate(_ACCEPTANCE, language, {"days": ACCEPTANCE_BEFORE})
    moments = {"start": window.starts_at, "end": window.ends_at}
    yield terms.production_date, translate(_PRODUCTION, language, moments)


def _verdict(found: tuple[Conflict, ...], free: tuple[date, ...], language: str) -> Iterator[str]:
    if not found:
        yield translate(_FREE, language)
        return
    yield translate(_IN_THE_WAY, language)
    for conflict in found:
        yield "- " + _sentence(conflict, language)
    dates = ", ".join(long_date(day, language) for day in free)
    yield translate(_NEAREST, language, {"dates": dates}) if free else translate(_NONE_FREE, language)


def _sentence(conflict: Conflict, language: str) -> str:
    return translate(conflict.sentence, language, spoken(conflict.data, language))


def _values(
    terms: Deadlines, window: Window, found: tuple[Conflict, ...], free: tuple[date, ...], language: str
) -> dict[str, object]:
    return {
        "format": FORMAT,
        "production_date": terms.production_date.isoformat(),
        "nudge_dates": [day.isoformat() for day in terms.nudge_dates],
        "reconfirmation_date": terms.reconfirmation_date.isoformat(),
        "reconfirmation_due_at": iso(terms.reconfirmation_due_at, "seconds"),
        "acceptance_date": terms.acceptance_date.isoformat(),
        "acceptance_due_at": iso(terms.acceptance_due_at, "seconds"),
        "window": {"starts_at": iso(window.starts_at, "seconds"), "ends_at": iso(window.ends_at, "seconds")},
        "conflicts": [
            {"conflict": one.obstacle.value, "warning": one.is_warning, "sentence": _sentence(one, language)}
            for one in found
        ],
        "nearest_free": [day.isoformat() for day in free],
    }
