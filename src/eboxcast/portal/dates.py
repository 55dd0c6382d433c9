"""Choosing dates on a month calendar: what was chosen survives each step, with scripts or without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from eboxcast.broadcasts.calendar_changes import whose_calendar
from eboxcast.broadcasts.load import booked_between
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.actors import Actor
from eboxcast.lib.translation import N_
from eboxcast.planning.capacity import Evenings, nearest_free
from eboxcast.planning.selectors import closed_days, evenings_for
from eboxcast.presenters.calendar import deadline_list
from eboxcast.presenters.month import month_of
from eboxcast.presenters.schemas.calendar import DeadlineList
from eboxcast.presenters.schemas.month import Month
from eboxcast.web.requests import PageRequest, part_of_page

FIELD = "dates"
HINT = N_("Choose one or more evenings on the calendar. You see here what must be done by when.")
NO_DATE = N_("Choose at least one date.")
MOST_DATES = 20
"""More than anybody chooses; a form can name any number."""
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_LOOKING = ("month", "take", "drop", "first", "look")
"""The buttons of the calendar."""


@dataclass(frozen=True, kw_only=True)
class Picked:
    """What a form says about dates."""

    dates: tuple[date, ...] = ()
    """The best first."""
    month: date | None = None
    """The month that is looked at."""
    looking: bool = True
    """Whether only the calendar was used: nothing is asked for yet."""


@dataclass(frozen=True, kw_only=True)
class Picker:
    """A calendar to choose dates on, with what each chosen one means."""

    month: Month
    chosen: tuple[DeadlineList, ...]
    dates: tuple[date, ...]
    elsewhere: tuple[date, ...]
    """Those of the dates that have no place in the month that is shown."""
    refused: tuple[date, ...]
    free: tuple[date, ...]
    """The nearest free dates in their place."""


def picked_in(request: PageRequest) -> Picked:
    """Return what a form, or an address, says about dates; what is no date is passed over."""
    data = given_in(request)
    order = _days(data.get("order", "").split(",")[:MOST_DATES])
    named = _days(data.getlist(FIELD)[:MOST_DATES])
    dates = [day for day in order if day in named] + sorted(day for day in named if day not in order)
    for day in _days([data.get("take", "")]):
        gone = _days(data.get("refused", "").split(",")[:MOST_DATES])
        dates = [one for one in dates if one not in gone and one != day] + [day]
    for day in _days([data.get("drop", "")]):
        dates = [one for one in dates if one != day]
    for day in _days([data.get("first", "")]):
        dates = [day, *(one for one in dates if one != day)]
    month = _month(data.get("month", "")) or (None if "take" in data else _month(data.get("shown", "")))
    looking = part_of_page(request) or request.method != "POST" or any(name in data for name in _LOOKING)
    return Picked(dates=tuple(dates), month=month, looking=looking)


def given_in(request: PageRequest) -> QueryDict:
    """Return what was sent with a form, else what stands in the address."""
    return request.POST if request.method == "POST" else request.GET


def picker_of(
    picked: Picked,
    *,
    actor: Actor,
    language: str,
    recipients: int,
    broadcast: Broadcast | None = None,
    full_too: bool = False,
    refused: Iterable[date] = (),
    free: Iterable[date] = (),
) -> Picker:
    """Return the calendar for a choice; ``broadcast`` where it is for one that may be on the calendar itself."""
    whose = whose_calendar(broadcast.institution_id if broadcast else "", actor=actor)
    evenings = evenings_for(whose, booked=booked_between(without=broadcast))
    day = picked.month or next(iter(picked.dates), None) or _first_free(recipients, evenings)
    month = month_of(
        day,
        evenings=evenings,
        closed=closed_days(whose),
        language=language,
        institution=whose,
        recipients=recipients,
        full_too=full_too,
    )
    there = {one.date for week in month.weeks for one in week if one and one.possible}
    return Picker(
        month=month,
        chosen=tuple(
            deadline_list(one, recipients, evenings=evenings, institution=whose, language=language)
            for one in picked.dates
        ),
        dates=picked.dates,
        elsewhere=tuple(one for one in picked.dates if one not in there),
        refused=tuple(refused),
        free=tuple(free),
    )


def _first_free(recipients: int, evenings: Evenings) -> date:
    """Return the first day for which no deadline has passed yet: where a choice begins."""
    return next(iter(nearest_free(evenings.today, recipients, evenings=evenings, count=1)), evenings.today)


def _days(texts: Sequence[str]) -> list[date]:
    return [day for day in map(day_in, dict.fromkeys(texts)) if day is not None]


def day_in(text: str) -> date | None:
    """Return the day that an address or a form names; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    return day_in(f"{text}-01") if found else None
