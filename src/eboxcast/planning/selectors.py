"""Finding what people put into the calendar."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.planning.capacity import BlackoutSpan, Booked, Evenings, configured_limits
from eboxcast.planning.deadlines import start_of_day
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.planning.windows import Window, configured_evening
from eboxcast.planning.working_days import WorkingCalendar, configured_week

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Why a day is closed, and for whom: everybody, or one institution."""

    reason: str
    institution: str


@contextmanager
def calendar_read_once() -> Iterator[None]:
    """Within it the calendar is read once: for lists of many broadcasts, which are about one moment."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("what is known of the calendar", default=None)


def read_once(key: Hashable, read: Callable[[], T]) -> T:
    """Return what is read; within ``calendar_read_once`` what was read under the same key."""
    known = _known.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found


def calendar_of(institution: str = "") -> WorkingCalendar:
    """Return the working days of an institution: what the operator closes counts for everybody."""
    return read_once(
        ("calendar", institution),
        lambda: WorkingCalendar(week=configured_week(), closed=frozenset(closed_days(institution))),
    )


def closed_days(institution: str = "") -> dict[date, Closed]:
    """Return the closed days of the operator and of an institution; where both are closed, the operator's."""
    return read_once(("closed", institution), lambda: _closed_days(institution))


@sanitized_db_errors()
def _closed_days(institution: str) -> dict[date, Closed]:
    found = ClosedDay.objects.filter(institution__in=("", institution)).order_by("date", "-institution")
    return {one.date: Closed(reason=one.reason, institution=one.institution) for one in found}


@sanitized_db_errors()
def blackouts_between(start: datetime, end: datetime, *, environment: str = "production") -> tuple[BlackoutSpan, ...]:
    """Return the blackouts of an environment, not lifted, that touch the time from start to end (end not in it)."""
    found = Blackout.objects.filter(
        removed_at=None, starts_at__lt=end, ends_at__gt=start, environments__contains=[environment]
    )
    return tuple(map(_span, found.order_by("starts_at", "id")))


def window_on(day: date, agreed_at: datetime | None = None) -> Window:
    """Return the evening of a day as the settings have it. Raises AgreedMomentOutside."""
    return configured_evening().window(day, agreed_at)


def evenings_for(
    institution: str = "", *, booked: Mapping[date, Booked] | None = None, since: date | None = None
) -> Evenings:
    """Return all that is known of the evenings from a day (today) on; give what is booked without the one concerned."""
    since = since or clock.today()
    return Evenings(
        today=clock.today(),
        calendar=calendar_of(institution),
        reasons={day: one.reason for day, one in closed_days(institution).items()},
        evening=configured_evening(),
        limits=configured_limits(),
        blackouts=read_once(
            ("blackouts", since), lambda: blackouts_between(start_of_day(since), start_of_day(since + _FAR))
        ),
        booked=booked or {},
    )


_FAR = timedelta(days=3660)


def _span(blackout: Blackout) -> BlackoutSpan:
    return BlackoutSpan(
        id=blackout.pk,
        starts_at=blackout.starts_at,
        ends_at=blackout.ends_at,
        service=blackout.service,
        reason=blackout.reason,
        environments=frozenset(blackout.environments),
    )
