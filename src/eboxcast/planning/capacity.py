"""How full each evening is, what stands in the way of a date, and which dates are free. Pure: all is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings

from eboxcast.lib.translation import N_
from eboxcast.planning.deadlines import ACCEPTANCE_BEFORE, RECONFIRM_BEFORE, deadlines_for
from eboxcast.planning.windows import Evening, Window
from eboxcast.planning.working_days import WorkingCalendar

WITHIN_DAYS = 190
"""How far free dates are looked for: half a year, and a little for the terms."""


@dataclass(frozen=True)
class Booked:
    """What is planned for an evening already."""

    broadcasts: int = 0
    recipients: int = 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much an evening takes."""

    broadcasts: int = 10
    recipients: int = 12_000_000


def configured_limits() -> Limits:
    """Return how much an evening takes here."""
    return Limits(broadcasts=settings.EBOXCAST_EVENING_BROADCASTS, recipients=settings.EBOXCAST_EVENING_RECIPIENTS)


@dataclass(frozen=True, kw_only=True)
class BlackoutSpan:
    """A blackout that is not lifted."""

    id: int
    starts_at: datetime
    ends_at: datetime
    service: str
    reason: str
    environments: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Evenings:
    """All that is known of the evenings to come: for one institution, and without the broadcast that seeks a date."""

    today: date
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    reasons: Mapping[date, str] = field(default_factory=dict)
    """Why the days of ``calendar.closed`` are closed."""
    evening: Evening = field(default_factory=Evening)
    limits: Limits = field(default_factory=Limits)
    blackouts: tuple[BlackoutSpan, ...] = ()
    booked: Mapping[date, Booked] = field(default_factory=dict)


class Obstacle(StrEnum):
    """What can be wrong with a date."""

    PAST = "past"
    NOT_WORKING = "not-working"
    CLOSED = "closed"
    BLACKOUT = "blackout"
    RECIPIENTS_FULL = "recipients-full"
    BROADCASTS_FULL = "broadcasts-full"
    RECONFIRMATION_TOO_SOON = "reconfirmation-too-soon"
    ACCEPTANCE_TOO_SOON = "acceptance-too-soon"

    @property
    def is_warning(self) -> bool:
        """Return whether the date can be had all the same, with a waiver."""
        return self in (Obstacle.RECONFIRMATION_TOO_SOON, Obstacle.ACCEPTANCE_TOO_SOON)

    @property
    def is_full(self) -> bool:
        """Return whether it is other broadcasts that are in the way: they may move, and leave room."""
        return self in (Obstacle.RECIPIENTS_FULL, Obstacle.BROADCASTS_FULL)


_SENTENCES = {
    Obstacle.PAST: N_("{date} is in the past."),
    Obstacle.NOT_WORKING: N_("{date} is not a working day."),
    Obstacle.CLOSED: N_("{date} is a closed day: {reason}."),
    Obstacle.BLACKOUT: N_("{service} is unavailable from {start} to {end}: {reason}."),
    Obstacle.RECIPIENTS_FULL: N_(
        "The evening of {date} has room for {limit} recipients. With {booked} already planned and "
        "{asked} more, it would have {over} too many."
    ),
    Obstacle.BROADCASTS_FULL: N_(
        "The evening of {date} has room for {limit} broadcasts, and {booked} are already planned."
    ),
    Obstacle.RECONFIRMATION_TOO_SOON: N_(
        "For {date}, the reconfirmation was due on {due}, {days} working days before. A waiver is needed."
    ),
    Obstacle.ACCEPTANCE_TOO_SOON: N_(
        "For {date}, the files for acceptance were due on {due}, {days} working days before. A waiver is needed."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One thing that stands in the way of a date. Dates and numbers in its data are values; the edge words them."""

    obstacle: Obstacle
    data: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """Return the sentence for it, to be said with its data."""
        return _SENTENCES[self.obstacle]

    @property
    def is_warning(self) -> bool:
        """Return whether the date can be had all the same, with a waiver."""
        return self.obstacle.is_warning


@dataclass(frozen=True, kw_only=True)
class EveningLoad:
    """An evening with what is planned for it, and what it still takes."""

    window: Window
    working: bool
    booked: Booked
    left: Booked
    blackouts: tuple[BlackoutSpan, ...]


def conflicts(day: date, recipients: int, *, evenings: Evenings) -> tuple[Conflict, ...]:
    """Return what stands in the way of publishing to so many on a day: obstacles first, then warnings."""
    found = (*_of_day(day, evenings), *_of_evening(day, recipients, evenings), *_of_terms(day, evenings))
    return tuple(Conflict(obstacle=obstacle, data={"date": day, **data}) for obstacle, data in found)


def nearest_free(
    day: date, recipients: int, *, evenings: Evenings, count: int = 3, also_before: bool = False
) -> tuple[date, ...]:
    """Return the nearest dates without any conflict, not even a warning: after the day, also before it when asked.

    The nearest comes first, the later of two that are as near. Fewer than ``count`` when half a year has no more.
    """
    free: list[date] = []
    for candidate in _around(day, also_before=also_before):
        if len(free) == count:
            break
        if not conflicts(candidate, recipients, evenings=evenings):
            free.append(candidate)
    return tuple(free)


def load(first: date, last: date, *, evenings: Evenings) -> tuple[EveningLoad, ...]:
    """Return the evenings from the first day to the last, both included."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(_load_of(day, evenings) for day in days)


Found = tuple[Obstacle, Mapping[str, object]]


def _around(day: date, *, also_before: bool) -> Iterator[date]:
    for distance in range(1, WITHIN_DAYS + 1):
        yield day + timedelta(days=distance)
        if also_before:
            yield day - timedelta(days=distance)


def _of_day(day: date, evenings: Evenings) -> Iterator[Found]:
    if day < evenings.today:
        yield Obstacle.PAST, {}
    if day in evenings.calendar.closed:
        yield Obstacle.CLOSED, {"reason": evenings.reasons.get(day, "–")}
    elif not evenings.calendar.is_working(day):
        yield Obstacle.NOT_WORKING, {}


def _of_evening(day: date, recipients: int, evenings: Evenings) -> Iterator[Found]:
    for blackout in _blackouts_in(evenings.evening.window(day), evenings):
        data = {"number": blackout.id, "service": blackout.service, "reason": blackout.reason}
        yield Obstacle.BLACKOUT, data | {"start": blackout.starts_at, "end": blackout.ends_at}
    booked, limits = evenings.booked.get(day, Booked()), evenings.limits
    over = booked.recipients + recipients - limits.recipients
    if over > 0:
        data = {"limit": limits.recipients, "booked": booked.recipients, "asked": recipients, "over": over}
        yield Obstacle.RECIPIENTS_FULL, data
    if booked.broadcasts >= limits.broadcasts:
        yield Obstacle.BROADCASTS_FULL, {"limit": limits.broadcasts, "booked": booked.broadcasts}


def _of_terms(day: date, evenings: Evenings) -> Iterator[Found]:
    if day < evenings.today:
        return
    terms = deadlines_for(day, evenings.calendar)
    if evenings.today > terms.reconfirmation_date:
        yield Obstacle.RECONFIRMATION_TOO_SOON, {"due": terms.reconfirmation_date, "days": RECONFIRM_BEFORE}
    if evenings.today > terms.acceptance_date:
        yield Obstacle.ACCEPTANCE_TOO_SOON, {"due": terms.acceptance_date, "days": ACCEPTANCE_BEFORE}


def _blackouts_in(window: Window, evenings: Evenings) -> tuple[BlackoutSpan, ...]:
    return tuple(one for one in evenings.blackouts if one.starts_at < window.ends_at and one.ends_at > window.starts_at)


def _load_of(day: date, evenings: Evenings) -> EveningLoad:
    window, booked, limits = evenings.evening.window(day), evenings.booked.get(day, Booked()), evenings.limits
    left = Booked(max(0, limits.broadcasts - booked.broadcasts), max(0, limits.recipients - booked.recipients))
    return EveningLoad(
        window=window,
        working=evenings.calendar.is_working(day),
        booked=booked,
        left=left,
        blackouts=_blackouts_in(window, evenings),
    )
