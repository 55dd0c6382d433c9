"""Giving up what was prepared for a broadcast and is no longer wanted: replaced, taken back, cancelled, refused."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from eboxcast.broadcasts.models import Broadcast, FileDelivery
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.states import DISCARDABLE
from eboxcast.lib.actors import Actor

_WHY = "its files were replaced, taken back or are no longer wanted"


def discard_given_up(broadcast: Broadcast, *, actor: Actor) -> list[Run]:
    """Discard the runs prepared for a broadcast that it does not hold any more; return them.

    It follows by itself from the step that ``actor`` took. One whose launch has begun is left to those who are at it.
    Doing it again changes nothing.
    """
    with sanitized_db_errors():
        given = FileDelivery.objects.filter(broadcast=broadcast, accepted=True).values_list("run", flat=True)
        runs = Run.objects.filter(id__in=list(given), visible_at=None, state__in=DISCARDABLE).exclude(
            id__in=_held(broadcast)
        )
        unwanted = list(runs)
    return [run for run in unwanted if _discarded(run, actor=actor.as_steward())]


@sanitized_db_errors()
def with_given_up_runs() -> list[Broadcast]:
    """Return the broadcasts for which ``discard_given_up`` has something to do."""
    waiting = Run.objects.filter(visible_at=None, state__in=DISCARDABLE).values("id")
    holds = Broadcast.objects.filter(Q(acceptance_run=OuterRef("run")) | Q(production_run=OuterRef("run")))
    unwanted = FileDelivery.objects.filter(~Exists(holds.exclude(state__in=ENDED)), accepted=True, run__in=waiting)
    return list(Broadcast.objects.filter(id__in=unwanted.values("broadcast")))


def _held(broadcast: Broadcast) -> list[UUID]:
    if broadcast.state in ENDED:
        return []
    return [run for run in (broadcast.acceptance_run, broadcast.production_run) if run is not None]


def _discarded(run: Run, *, actor: Actor) -> bool:
    with suppress(NotInThisState):
        actions.discard(run, actor=actor, reason=_WHY)
        return True
    return False
