"""The calendar as it is shown, made from what is planned and what is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.formatting import spoken
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.planning.capacity import BlackoutSpan, Conflict, EveningLoad, Evenings, conflicts, load, nearest_free
from eboxcast.planning.deadlines import deadlines_for, end_of_day, start_of_day
from eboxcast.planning.selectors import Closed
from eboxcast.planning.windows import Window
from eboxcast.planning.working_days import legal_holidays
from eboxcast.presenters.schemas.calendar import (
    Blackout,
    Booking,
    Calendar,
    CalendarDay,
    ClosedDay,
    ConflictFound,
    DeadlineList,
    Load,
    Span,
)

CLOSED = N_("{date} is closed: {reason}. Deadlines counted across this day move one working day earlier.")
CLOSED_BEFORE = N_("{date} was already closed by {by} on {since}: {reason}. Nothing was changed.")
OPENED = N_("{date} is no longer a closed day. Deadlines counted across this day are recalculated.")
BLACKED_OUT = N_(
    "Blackout {number}: {service} is unavailable from {start} to {end}. Nothing is launched during this time."
)
BLACKED_OUT_BEFORE = N_("Blackout {number} is the same, recorded by {by} on {since}. Nothing was changed.")
LIFTED = N_("Blackout {number} was lifted.")
LIFTED_BEFORE = N_("Blackout {number} was already lifted by {by} on {since}. Nothing was changed.")
"""What was done to the calendar, as each door says it; before, where it had been done already."""


def calendar_of(
    first: date, last: date, *, evenings: Evenings, closed: Mapping[date, Closed], institution: str, language: str
) -> Calendar:
    """Return the calendar of a period, both days included; ``institution`` is whose closed days are in it."""
    limits = Load(broadcasts=evenings.limits.broadcasts, recipients=evenings.limits.recipients)
    return Calendar(
        from_=first,
        to=last,
        institution=institution or None,
        days=tuple(_day(one, closed, limits, language) for one in load(first, last, evenings=evenings)),
        blackouts=tuple(_blackout(one) for one in evenings.blackouts if _touches(one, first, last)),
    )


def bookings_of(broadcasts: Iterable[Broadcast]) -> tuple[Booking, ...]:
    """Return broadcasts that have an evening."""
    return tuple(
        Booking(
            number=one.number,
            subject=mask_and_strip(one.subject),
            language=one.language,
            campaign=mask_and_strip(one.campaign.name) if one.campaign else "",
            institution_names=one.institution.names,
            agreed_at=one.agreed_at,
            recipients=one.expected_count if one.recipients_count is None else one.recipients_count,
            state=one.state,
        )
        for one in broadcasts
    )


def deadline_list(day: date, recipients: int, *, evenings: Evenings, institution: str, language: str) -> DeadlineList:
    """Return the deadlines of a production on a day for so many recipients, and what stands in its way."""
    terms = deadlines_for(day, evenings.calendar)
    found = conflicts(day, recipients, evenings=evenings)
    free = nearest_free(max(day, evenings.today), recipients, evenings=evenings) if found else ()
    return DeadlineList(
        production_date=terms.production_date,
        nudge_dates=tuple(terms.nudge_dates),
        reconfirmation_date=terms.reconfirmation_date,
        reconfirmation_due_at=terms.reconfirmation_due_at,
        acceptance_date=terms.acceptance_date,
        acceptance_due_at=terms.acceptance_due_at,
        window=_span(evenings.evening.window(day)),
        conflicts=tuple(_conflict(one, language) for one in found),
        nearest_free=tuple(free),
        institution=institution or None,
    )


def _touches(blackout: BlackoutSpan, first: date, last: date) -> bool:
    return blackout.starts_at <= end_of_day(last) and blackout.ends_at > start_of_day(first)


def _day(one: EveningLoad, closed: Mapping[date, Closed], limits: Load, language: str) -> CalendarDay:
    day = one.window.date
    why = closed.get(day)
    return CalendarDay(
        date=day,
        working=one.working,
        holiday=legal_holidays(day.year, language).get(day),
        closed=ClosedDay(reason=mask_and_strip(why.reason), institution=why.institution or None) if why else None,
        window=_span(one.window),
        blackouts=tuple(blackout.id for blackout in one.blackouts),
        booked=Load(broadcasts=one.booked.broadcasts, recipients=one.booked.recipients),
        limits=limits,
    )


def _span(window: Window) -> Span:
    return Span(starts_at=window.starts_at, ends_at=window.ends_at)


def _blackout(one: BlackoutSpan) -> Blackout:
    return Blackout(
        number=one.id,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        service=mask_and_strip(one.service),
        reason=mask_and_strip(one.reason),
        environments=tuple(sorted(one.environments)),
    )


def _conflict(one: Conflict, language: str) -> ConflictFound:
    sentence = translate(one.sentence, language, spoken(one.data, language))
    return ConflictFound(conflict=one.obstacle.value, warning=one.is_warning, sentence=sentence)
