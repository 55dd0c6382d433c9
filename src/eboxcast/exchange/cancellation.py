"""A TD file: a set that was not taken yet is removed, what was prepared from one that was is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast, FileDelivery
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.files import take_back
from eboxcast.exchange.models import TakenSet
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused, NotAllowedNow, WrongUse


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """What came of taking a set back."""

    done: bool
    broadcast: Broadcast | None = None
    refusal: NotAllowedNow | InputRefused | WrongUse | None = None
    """Why the procedure does not allow it."""


def take_set_back(taken: TakenSet, *, actor: Actor) -> Cancelled:
    """Take back what was prepared from a set, unless newer files took its place; twice is once."""
    if taken.run is None:
        return Cancelled(done=False)
    try:
        broadcast = find_broadcast(taken.broadcast, actor=actor)
        if taken.run in {broadcast.acceptance_run, broadcast.production_run}:
            return _take_back(broadcast, taken, actor)
    except (NotAllowedNow, InputRefused, WrongUse) as refusal:
        return Cancelled(done=False, refusal=refusal)
    return Cancelled(done=_was_withdrawn(taken), broadcast=broadcast)


def _take_back(broadcast: Broadcast, taken: TakenSet, actor: Actor) -> Cancelled:
    expected = broadcast.acceptance_run if broadcast.approved_at is None else broadcast.production_run
    if taken.run != expected:  # what is taken back is what was last delivered, and that is another set
        return Cancelled(done=False, broadcast=broadcast)
    take_back(broadcast, actor=actor)
    return Cancelled(done=True, broadcast=broadcast)


@sanitized_db_errors()
def _was_withdrawn(taken: TakenSet) -> bool:
    return FileDelivery.objects.filter(run=taken.run, withdrawn_at__isnull=False).exists()
