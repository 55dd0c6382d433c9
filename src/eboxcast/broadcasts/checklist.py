"""What must be so before a launch, one by one: the guards of the table, each with whether it is met."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eboxcast.broadcasts import guards
from eboxcast.broadcasts.errors import Missing
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import TO_LAUNCH
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor


class Met(StrEnum):
    """Whether a condition is met."""

    YES = "yes"
    NO = "no"
    LATER = "later"
    """Its time has not come yet; nobody has to do anything for it."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing that must be so before a launch."""

    name: str
    """That of its guard."""
    met: Met
    missing: Missing | None


@sanitized_db_errors()
def conditions_to_launch(broadcast: Broadcast, actor: Actor) -> tuple[Condition, ...]:
    """Return the conditions of a launch by somebody, in the order of the table."""
    return tuple(_condition(guard, broadcast, actor) for guard in TO_LAUNCH)


def _condition(guard: guards.Guard, broadcast: Broadcast, actor: Actor) -> Condition:
    missing = guard(broadcast, actor)
    waits = guard is guards.in_window and broadcast.date is not None and clock.now() < guards.window_of(broadcast)[0]
    met = Met.YES if missing is None else Met.LATER if waits else Met.NO
    return Condition(name=guard.__name__, met=met, missing=missing)
