"""What people do with the calendar, each with its audit entry in the same transaction. Doing it twice does it once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.free_text import fit
from eboxcast.planning.errors import BlackoutBackwards, BlackoutPast, BlackoutUnknown, DayNotClosed, DayPast
from eboxcast.planning.models import Blackout, ClosedDay


def close_day(day: date, *, reason: str, by: str, institution: str = "") -> tuple[ClosedDay, bool]:
    """Close a day for everybody, or for one institution; also return whether that is new. Raises TextUnfit, DayPast."""
    reason = fit(reason, "reason")
    _refuse_past(day)
    with sanitized_db_errors(), transaction.atomic():
        closed, new = ClosedDay.objects.get_or_create(
            date=day,
            institution=institution,
            defaults={"reason": reason, "added_by": by, "added_at": clock.now()},
        )
        if new:
            record("calendar.closed_day_added", by=by, data=_told(closed))
    return closed, new


def open_day(day: date, *, by: str, institution: str = "") -> None:
    """Take a closed day back. Raises DayPast, DayNotClosed."""
    _refuse_past(day)
    with sanitized_db_errors(), transaction.atomic():
        closed = ClosedDay.objects.select_for_update().filter(date=day, institution=institution).first()
        if closed is None:
            raise DayNotClosed(date=day.isoformat())
        told = _told(closed)
        closed.delete()
        record("calendar.closed_day_removed", by=by, data=told)


def black_out(
    *,
    starts_at: datetime,
    ends_at: datetime,
    service: str,
    reason: str,
    environments: Collection[str] = ("production",),
    by: str,
) -> tuple[Blackout, bool]:
    """Add a blackout; also return whether it is new. Raises TextUnfit, BlackoutBackwards, BlackoutPast."""
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
            defaults={"added_by": by, "added_at": clock.now()},
        )
        if new:
            record("calendar.blackout_added", by=by, data=_told_of(added))
    return added, new


def lift(number: int, *, by: str) -> tuple[Blackout, bool]:
    """Lift a blackout; also return whether it was not lifted before. Raises BlackoutUnknown."""
    with sanitized_db_errors(), transaction.atomic():
        blackout = Blackout.objects.select_for_update().filter(pk=number).first()
        if blackout is None:
            raise BlackoutUnknown(number=number)
        if blackout.removed_at is not None:
            return blackout, False
        blackout.removed_at, blackout.removed_by = clock.now(), by
        blackout.save(update_fields=["removed_at", "removed_by"])
        record("calendar.blackout_removed", by=by, data=_told_of(blackout))
    return blackout, True


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
