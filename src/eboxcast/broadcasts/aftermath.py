"""After the launch: published, recalled, reported, read, closed. The steward notes what the engine did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from eboxcast.audit.actions import record
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import leave_entry, refuse_other_institutions, step
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.free_text import fit
from eboxcast.lib.policy import authorize


def finish(broadcast: Broadcast, *, visible_at: datetime, counts: Mapping[str, int | None]) -> Broadcast:
    """Note that the document is in the eBoxes; ``counts`` is the account of the run."""
    with step(broadcast, Action.FINISH, actor=STEWARD) as taken:
        taken.environment = "production"
        taken.broadcast.visible_at = visible_at
        taken.tell(visible_at=visible_at.isoformat(), run=str(taken.broadcast.production_run), **counts)
    return broadcast


def recalled(broadcast: Broadcast, *, by: str, reason: str) -> Broadcast:
    """Note that the message was taken back from everybody."""
    with step(broadcast, Action.RECALL, actor=STEWARD) as taken:
        taken.reason = reason
        taken.tell(reason=reason, recalled_by=by)
    return broadcast


def reported(broadcast: Broadcast, *, actor: Actor, counts: Mapping[str, object]) -> Broadcast:
    """Note that the institution is given its report; the mail is made from this entry."""
    with step(broadcast, Action.REPORT, actor=actor) as taken:
        taken.broadcast.reported_at = clock.now()
        taken.tell(run=str(taken.broadcast.production_run), **counts)
    return broadcast


def tell_statistics(broadcast: Broadcast, *, actor: Actor, readings: Mapping[str, object]) -> Broadcast:
    """Note how many have read it, day by day; the mail is made from this entry."""
    with step(broadcast, Action.TELL_STATISTICS, actor=actor) as taken:
        taken.broadcast.statistics_at = clock.now()
        taken.tell(**readings)
    return broadcast


def close(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Close a broadcast that is reported: nothing more is expected of anybody."""
    with step(broadcast, Action.CLOSE, actor=actor) as taken:
        taken.broadcast.closed_at = clock.now()
    return broadcast


@sanitized_db_errors()
def note(broadcast: Broadcast, *, actor: Actor, text: str) -> None:
    """Record by hand what came by mail or telephone; it changes nothing but stays on record.

    Raises BroadcastNotFound, NotYourRole, TextUnfit.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.note")
    data = {"number": broadcast.number, "text": fit(text, "note")}
    record("broadcast.noted", by=actor.name, broadcast=broadcast.id, data=data)


@sanitized_db_errors()
def remind(broadcast: Broadcast, *, what: str, **data: object) -> None:
    """Leave the entry a reminder is made from; nothing changes."""
    leave_entry(broadcast, f"broadcast.{what}", by=STEWARD.name, data=data)
