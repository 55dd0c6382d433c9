"""The broadcasts somebody asks for, the most urgent first: what is late, then by what is due; those that ended last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from eboxcast.broadcasts.lookup import broadcasts_for
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.progress import Standing, standing_of
from eboxcast.broadcasts.states import DATED, ENDED, UNDATED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.planning.selectors import calendar_read_once


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which broadcasts are asked for; what is empty is not asked."""

    states: frozenset[str] = frozenset()
    campaign: str = ""
    mine: bool = False
    """Only where it is the turn of whoever asks."""
    late: bool = False
    ended: bool = False
    """Also those that are refused, cancelled or closed; a state that is asked for by name is always there."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A broadcast, and how it stands."""

    broadcast: Broadcast
    standing: Standing


@sanitized_db_errors()
def list_broadcasts(asked: Asked, *, actor: Actor) -> list[Listed]:
    """Return what somebody asks for and may see, the most urgent first. Raises NotYourRole."""
    every = frozenset(State.values)
    states = asked.states or (every if asked.ended else every - ENDED)
    found = broadcasts_for(actor, states=states)
    if asked.campaign:
        found = found.filter(campaign__name=asked.campaign)
    fitting = [one for one in _standing(found) if _fits(one.standing, asked, actor)]
    return sorted(fitting, key=lambda one: (*_urgency(one.standing), one.broadcast.number))


def _standing(found: QuerySet[Broadcast]) -> list[Listed]:
    """Return how broadcasts stand, with what that depends on read for all of them at once."""
    read = list(found)
    prefetch_related_objects([one for one in read if one.state in UNDATED], "decisions")
    prefetch_related_objects([one for one in read if one.state in DATED], "waivers")
    with calendar_read_once():
        return [Listed(broadcast=one, standing=standing_of(one)) for one in read]


@sanitized_db_errors()
def list_evenings(*, actor: Actor, days: int) -> list[Broadcast]:
    """Return the broadcasts of today and of some days to come, and any whose launch has not ended; by their moment.

    Raises NotYourRole.
    """
    today = clock.today()
    soon = Q(date__gte=today, date__lte=today + timedelta(days=days), state__in=_BEFORE_THE_EVENING)
    found = broadcasts_for(actor).filter(soon | Q(date=today) | Q(state=State.LAUNCHED))
    return list(found.exclude(state__in=ENDED - {State.CLOSED}).order_by("agreed_at", "number"))


@sanitized_db_errors()
def broadcasts_of(day: date, *, actor: Actor) -> list[Listed]:
    """Return the broadcasts of an evening that somebody may see, by their moment. Raises NotYourRole."""
    found = broadcasts_for(actor).filter(date=day).exclude(state__in=ENDED - {State.CLOSED})
    return _standing(found.prefetch_related("contacts").order_by("agreed_at", "number"))


@sanitized_db_errors()
def coming_evenings(*, actor: Actor) -> list[tuple[date, int]]:
    """Return the days from today on that have broadcasts somebody may see, with how many. Raises NotYourRole."""
    found = broadcasts_for(actor).filter(date__gte=clock.today()).exclude(state__in=ENDED - {State.CLOSED})
    return list(found.order_by("date").values_list("date").annotate(Count("id")))


_BEFORE_THE_EVENING = (State.APPROVED, State.PRODUCTION_DELIVERED, State.CONFIRMED, State.ARMED)


def _fits(standing: Standing, asked: Asked, actor: Actor) -> bool:
    mine = any(actor.has(*step.turn) for step in standing.steps)
    return (mine or not asked.mine) and (bool(standing.late) or not asked.late)


def _urgency(standing: Standing) -> tuple[bool, bool, bool, datetime]:
    due = [step.due_at for step in standing.steps if step.due_at is not None]
    return not standing.steps, not standing.late, not due, min(due, default=clock.now())
