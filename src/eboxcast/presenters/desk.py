"""The first page of somebody: which broadcasts wait for them, and the evenings they have to decide on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from eboxcast.broadcasts.listing import Listed, OnDesk
from eboxcast.broadcasts.load import recipients_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import Action
from eboxcast.lib.actors import Role
from eboxcast.presenters.broadcasts import broadcast_list
from eboxcast.presenters.evenings import Evenings
from eboxcast.presenters.schemas.broadcast import BroadcastStep, ListedBroadcast
from eboxcast.presenters.schemas.desk import Desk, Task
from eboxcast.presenters.schemas.evening import EveningShown

MOST_SHOWN = 30
"""Of the most urgent: the others are in the list of all broadcasts."""
MOST_WITH_EVENINGS = 15
"""Of the most urgent: nobody decides on more at a sitting, and each evening is looked at closely."""
_DECISIONS = (Action.ACCEPT, Action.POSTPONE)


def to_decide(waiting: Sequence[Listed], roles: frozenset[Role]) -> list[Broadcast]:
    """Return the broadcasts on whose date somebody has to decide, the most urgent first."""
    found = (
        one.broadcast
        for one in waiting
        if any(step.action in _DECISIONS and not roles.isdisjoint(step.turn) for step in one.standing.steps)
    )
    return list(found)[:MOST_WITH_EVENINGS]


def desk_of(
    found: OnDesk, roles: frozenset[Role], language: str, *, beside: Mapping[date, Sequence[Broadcast]]
) -> Desk:
    """Return what waits for somebody and what waits for others, in the order of the list.

    ``beside`` are the broadcasts of the evenings in question that they may see.
    """
    evenings = Evenings(beside=beside, language=language)
    decided = {one.number: evenings.shown(one, one.wanted_dates) for one in to_decide(found.waiting, roles)}
    shown = broadcast_list(found.waiting, language, steps_alone=True).broadcasts
    return Desk(
        tasks=tuple(
            _task(one.broadcast, broadcast, _steps_of(broadcast, roles), decided.get(broadcast.number, ()))
            for one, broadcast in zip(found.waiting, shown, strict=True)
        ),
        task_count=found.waiting_count,
        others=broadcast_list(found.others, language, steps_alone=True).broadcasts,
        other_count=found.others_count,
    )


def _task(
    broadcast: Broadcast, shown: ListedBroadcast, steps: tuple[BroadcastStep, ...], evenings: tuple[EveningShown, ...]
) -> Task:
    return Task(
        broadcast=shown,
        steps=steps,
        institution_names=broadcast.institution.names,
        recipients=recipients_of(broadcast),
        has_document=bool(broadcast.acceptance_run or broadcast.production_run),
        evenings=evenings,
    )


def _steps_of(broadcast: ListedBroadcast, roles: frozenset[Role]) -> tuple[BroadcastStep, ...]:
    return tuple(step for step in broadcast.next if not roles.isdisjoint(map(Role, step.turn)))
