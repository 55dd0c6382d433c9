"""What people do with the calendar, each with its audit entry in the same transaction. Doing it twice does it once.

The integration team changes it; a requester, the closed days of the own institution.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from eboxcast.audit.actions import record
from eboxcast.broadcasts.load import TAKES_ROOM
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.planning.errors import (
    BlackoutBackwards,
    BlackoutPast,
    BlackoutUnknown,
    CalendarNotFound,
    DayNotClosed,
    DayPast,
)
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.senders.models import Institution


def close_day(day: date, *, reason: str, institution: str = "", actor: Actor) -> tuple[ClosedDay, bool]:
    """Close a day for everybody or for one institution; also return whether that is new.

    Raises NotYourRole, CalendarNotFound, TextUnfit, DayPast.
    """
    whose = whose_days(institution, actor=actor, permission="calendar.close")
    reason = fit(reason, "reason")
    _refuse_past(day)
    with sanitized_db_errors(), transaction.atomic():
        closed, new = ClosedDay.objects.get_or_create(
            date=day,
            institution=whose,
            defaults={"reason": reason, "added_by": actor.name, "added_at": clock.now()},
        )
        if new:
            record("calendar.closed_day_added", by=actor.name, data=_told(closed))
    return closed, new


def open_day(day: date, *, institution: str = "", actor: Actor) -> None:
    """Take a closed day back. Raises NotYourRole, CalendarNotFound, DayPast, DayNotClosed."""
    whose = whose_days(institution, actor=actor, permission="calendar.open")
    _refuse_past(day)
    with sanitized_db_errors(), transaction.atomic():
        closed = ClosedDay.objects.select_for_update().filter(date=day, institution=whose).first()
        if closed is None:
            raise DayNotClosed(date=day.isoformat())
        told = _told(closed)
        closed.delete()
        record("calendar.closed_day_removed", by=actor.name, data=told)


def black_out(
    *,
    starts_at: datetime,
    ends_at: datetime,
    service: str,
    reason: str,
    environments: Collection[str] = ("production",),
    actor: Actor,
) -> tuple[Blackout, bool]:
    """Announce that a service is not there; also return whether that is new.

    Raises NotYourRole, TextUnfit, BlackoutBackwards, BlackoutPast.
    """
    authorize(actor, "calendar.blackout")
    service, reason = fit(service, "service"), fit(reason, "reason")
    _refuse_useless(starts_at, ends_at)
    with sanitized_db_errors(), transaction.atomic():
        added, new = Blackout.objects.get_or_create(
            starts_at=starts_at,
            ends_at=ends_at,
            service=service,
            reason=reason,
            environments=sorted(environments),
            removed_at=None,
            defaults={"added_by": actor.name, "added_at": clock.now()},
        )
        if new:
            record("calendar.blackout_added", by=actor.name, data=_told_of(added))
    return added, new


def lift(number: int, *, actor: Actor) -> tuple[Blackout, bool]:
    """Lift a blackout; also return whether it was not lifted before. Raises NotYourRole, BlackoutUnknown."""
    authorize(actor, "calendar.lift")
    with sanitized_db_errors(), transaction.atomic():
        blackout = Blackout.objects.select_for_update().filter(pk=number).first()
        if blackout is None:
            raise BlackoutUnknown(number=number)
        if blackout.removed_at is not None:
            return blackout, False
        blackout.removed_at, blackout.removed_by = clock.now(), actor.name
        blackout.save(update_fields=["removed_at", "removed_by"])
        record("calendar.blackout_removed", by=actor.name, data=_told_of(blackout))
    return blackout, True


def foresee_closing(day: date | None = None, *, institution: str = "", actor: Actor) -> list[Broadcast]:
    """Return the broadcasts that are planned on a day that somebody would close; nothing changes.

    Raises NotYourRole, CalendarNotFound.
    """
    whose = whose_days(institution, actor=actor, permission="calendar.close")
    if day is None:
        return []
    own = {"institution": whose} if whose else {}
    with sanitized_db_errors():
        return list(_planned().filter(date=day, **own))


def foresee_opening(day: date, *, institution: str = "", actor: Actor) -> ClosedDay:
    """Return the closed day that somebody would take back; nothing changes.

    Raises NotYourRole, CalendarNotFound, DayPast, DayNotClosed.
    """
    whose = whose_days(institution, actor=actor, permission="calendar.open")
    _refuse_past(day)
    with sanitized_db_errors():
        closed = ClosedDay.objects.filter(date=day, institution=whose).first()
    if closed is None:
        raise DayNotClosed(date=day.isoformat())
    return closed


def foresee_blackout(
    starts_at: datetime | None = None, ends_at: datetime | None = None, *, actor: Actor
) -> list[Broadcast]:
    """Return the broadcasts whose evening a blackout would touch; nothing changes.

    Raises NotYourRole, BlackoutBackwards, BlackoutPast.
    """
    authorize(actor, "calendar.blackout")
    if starts_at is None or ends_at is None:
        return []
    _refuse_useless(starts_at, ends_at)
    with sanitized_db_errors():
        return list(_planned().filter(window_starts_at__lt=ends_at, window_ends_at__gt=starts_at))


def foresee_lift(number: int, *, actor: Actor) -> Blackout:
    """Return the blackout that somebody would lift; nothing changes. Raises NotYourRole, BlackoutUnknown."""
    authorize(actor, "calendar.lift")
    with sanitized_db_errors():
        blackout = Blackout.objects.filter(pk=number).first()
    if blackout is None:
        raise BlackoutUnknown(number=number)
    return blackout


def whose_calendar(institution: str, *, actor: Actor) -> str:
    """Return the institution whose calendar somebody sees: people of an institution always their own.

    Raises NotYourRole; CalendarNotFound, also for another institution than theirs.
    """
    authorize(actor, "calendar.see")
    return _whose(institution, actor)


def _whose(institution: str, actor: Actor) -> str:
    if not institution or institution == actor.institution:
        return actor.institution
    with sanitized_db_errors():
        known = not actor.institution and Institution.objects.filter(cbe=institution).exists()
    if not known:
        raise CalendarNotFound(institution=mask_and_strip(institution))
    return institution


def whose_days(institution: str, *, actor: Actor, permission: str) -> str:
    """Return the institution whose closed days somebody changes; empty: the operator's, which count for everybody.

    Raises NotYourRole, CalendarNotFound.
    """
    authorize(actor, permission)
    return _whose(institution, actor)


def _planned() -> QuerySet[Broadcast]:
    waiting = Broadcast.objects.filter(state__in=TAKES_ROOM, visible_at=None)
    return waiting.select_related("campaign", "institution").order_by("agreed_at", "number")


def _refuse_past(day: date) -> None:
    if day < clock.today():
        raise DayPast(date=day)


def _refuse_useless(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise BlackoutBackwards(start=starts_at, end=ends_at)
    if ends_at <= clock.now():
        raise BlackoutPast(end=ends_at)


def _told(closed: ClosedDay) -> dict[str, object]:
    return {"date": closed.date.isoformat(), "institution": closed.institution, "reason": closed.reason}


def _told_of(blackout: Blackout) -> dict[str, object]:
    return {
        "number": blackout.pk,
        "starts_at": blackout.starts_at.isoformat(),
        "ends_at": blackout.ends_at.isoformat(),
        "service": blackout.service,
        "reason": blackout.reason,
        "environments": blackout.environments,
    }
