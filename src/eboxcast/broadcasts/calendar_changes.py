"""Who may change the calendar: the integration team; and a requester, by the closed days of the own institution."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.planning import actions
from eboxcast.planning.errors import CalendarNotFound
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.senders.models import Institution


def close_day(day: date, *, reason: str, institution: str = "", actor: Actor) -> tuple[ClosedDay, bool]:
    """Close a day for everybody or for one institution; also return whether that is new.

    Raises NotYourRole, CalendarNotFound, TextUnfit, DayPast.
    """
    whose = whose_days(institution, actor=actor, permission="calendar.close")
    return actions.close_day(day, reason=reason, institution=whose, by=actor.name)


def open_day(day: date, *, institution: str = "", actor: Actor) -> None:
    """Take a closed day back. Raises NotYourRole, CalendarNotFound, DayPast, DayNotClosed."""
    whose = whose_days(institution, actor=actor, permission="calendar.open")
    actions.open_day(day, institution=whose, by=actor.name)


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
    return actions.black_out(
        starts_at=starts_at,
        ends_at=ends_at,
        service=service,
        reason=reason,
        environments=environments,
        by=actor.name,
    )


def lift(number: int, *, actor: Actor) -> tuple[Blackout, bool]:
    """Lift a blackout; also return whether it was not lifted before. Raises NotYourRole, BlackoutUnknown."""
    authorize(actor, "calendar.lift")
    return actions.lift(number, by=actor.name)


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
