"""The broadcasts somebody asks for, the most urgent first: what is late, then by what is due; those that ended last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from eboxcast.broadcasts.facts import facts_of
from eboxcast.broadcasts.lookup import broadcasts_for
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.progress import Standing, standings_of
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor


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
class Ranked:
    """The place of a broadcast in a list: by how it stands."""

    id: UUID
    number: str
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A broadcast, and how it stands."""

    broadcast: Broadcast
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class OnDesk:
    """What waits for somebody and what waits for others: the most urgent, and how many there are."""

    waiting: Sequence[Listed]
    waiting_count: int
    others: Sequence[Listed]
    others_count: int


def list_broadcasts(asked: Asked, *, actor: Actor) -> list[Listed]:
    """Return what somebody asks for and may see, the most urgent first. Raises NotYourRole."""
    return read_ranked(rank_broadcasts(asked, actor=actor), actor=actor)


@sanitized_db_errors()
def rank_broadcasts(asked: Asked, *, actor: Actor) -> list[Ranked]:
    """Return what somebody asks for and may see, the most urgent first: in what order, for pages show few at once.

    Raises NotYourRole.
    """
    every = frozenset(State.values)
    states = asked.states or (every if asked.ended else every - ENDED)
    found = broadcasts_for(actor, states=states)
    if asked.campaign:
        found = found.filter(campaign__name=asked.campaign)
    facts = facts_of(found)
    ranked = (
        Ranked(id=one.id, number=one.number, standing=standing)
        for one, standing in zip(facts, standings_of(facts, found), strict=True)
    )
    return sorted((one for one in ranked if _fits(one.standing, asked, actor)), key=_place)


@sanitized_db_errors()
def read_ranked(ranked: Sequence[Ranked], *, actor: Actor) -> list[Listed]:
    """Return some broadcasts of a ranking in its order, with how they stand as they are read. Raises NotYourRole."""
    found = {one.broadcast.id: one for one in _listed(broadcasts_for(actor).filter(id__in=[one.id for one in ranked]))}
    return [found[one.id] for one in ranked if one.id in found]


def look_at_desk(*, actor: Actor, most: int) -> OnDesk:
    """Return what waits for somebody, and what waits for others, of each so many at most. Raises NotYourRole."""
    ranked = rank_broadcasts(Asked(), actor=actor)
    waiting = [one for one in ranked if one.standing.waits_for(actor.roles)]
    others = [one for one in ranked if not one.standing.waits_for(actor.roles)]
    shown = read_ranked([*waiting[:most], *others[:most]], actor=actor)
    return OnDesk(
        waiting=[one for one in shown if one.standing.waits_for(actor.roles)],
        waiting_count=len(waiting),
        others=[one for one in shown if not one.standing.waits_for(actor.roles)],
        others_count=len(others),
    )


def _listed(found: QuerySet[Broadcast]) -> list[Listed]:
    read = list(found)
    return [Listed(broadcast=one, standing=standing) for one, standing in zip(read, standings_of(read), strict=True)]


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
    return _listed(found.prefetch_related("contacts").order_by("agreed_at", "number"))


@sanitized_db_errors()
def coming_evenings(*, actor: Actor) -> list[tuple[date, int]]:
    """Return the days from today on that have broadcasts somebody may see, with how many. Raises NotYourRole."""
    found = broadcasts_for(actor).filter(date__gte=clock.today()).exclude(state__in=ENDED - {State.CLOSED})
    return list(found.order_by("date").values_list("date").annotate(Count("id")))


_BEFORE_THE_EVENING = (State.APPROVED, State.PRODUCTION_DELIVERED, State.CONFIRMED, State.ARMED)


def _fits(standing: Standing, asked: Asked, actor: Actor) -> bool:
    return (standing.waits_for(actor.roles) or not asked.mine) and (bool(standing.late) or not asked.late)


def _place(one: Ranked) -> tuple[bool, bool, bool, datetime, str]:
    standing = one.standing
    due = [step.due_at for step in standing.steps if step.due_at is not None]
    return not standing.steps, not standing.late, not due, min(due, default=_NEVER), one.number


_NEVER = datetime.max.replace(tzinfo=UTC)
