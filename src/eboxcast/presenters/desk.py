"""The first page of somebody: which broadcasts wait for them."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.broadcasts.listing import Listed
from eboxcast.lib.actors import Role
from eboxcast.presenters.broadcasts import broadcast_list
from eboxcast.presenters.schemas.broadcast import BroadcastStep, ListedBroadcast
from eboxcast.presenters.schemas.desk import Desk, Task


def desk_of(listed: Sequence[Listed], roles: frozenset[Role], language: str) -> Desk:
    """Return what waits for somebody and what waits for others, in the order of the list."""
    broadcasts = broadcast_list(listed, language).broadcasts
    tasks = [Task(broadcast=one, steps=steps) for one in broadcasts if (steps := _steps_of(one, roles))]
    mine = {task.broadcast.number for task in tasks}
    return Desk(tasks=tuple(tasks), others=tuple(one for one in broadcasts if one.number not in mine))


def _steps_of(broadcast: ListedBroadcast, roles: frozenset[Role]) -> tuple[BroadcastStep, ...]:
    return tuple(step for step in broadcast.next if not roles.isdisjoint(map(Role, step.turn)))
