"""Intent, effect, result: what is wanted of a run is on record before anything happens in its environment (design §5).

The intent and its audit entry are one control transaction; the effect is one idempotent transaction in the environment;
the result, with its audit entry, is written by ``settlement``.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Action, Intent, Run, State
from eboxcast.lib import clock


def intend(
    run: Run, action: Action, *, by: str, reason: str = "", changes: Mapping[str, object] | None = None
) -> Intent:
    """Record that somebody wants something of a run, together with what that changes in the run itself.

    Nothing else of the run is written: another process may have brought it further since it was read. A new state is
    only written over the one that was read.
    """
    with sanitized_db_errors(), transaction.atomic():
        if run._state.adding:
            run.save(force_insert=True)
        if changes:
            as_read = {"state": run.state} if "state" in changes else {}
            Run.objects.filter(id=run.id, **as_read).update(**changes)
            run.refresh_from_db()
        intent = Intent.objects.create(run=run, action=action, by=by, reason=reason, asked_at=clock.now())
        record(
            f"run.{action}_intended",
            by=by,
            environment=run.environment,
            run=run.id,
            data={"reason": reason} if reason else {},
        )
    return intent


def open_intents(run: Run) -> list[Intent]:
    """Return what is wanted of a run and has no result yet, oldest first."""
    return list(run.intents.filter(done_at=None))


def close_intents(run: Run, *, result: str, but_launch: bool = False) -> None:
    """Give the open intents of a run their result; call it inside the transaction that records the result."""
    intents = run.intents.filter(done_at=None)
    if but_launch:
        intents = intents.exclude(action=Action.LAUNCH)
    intents.update(done_at=clock.now(), result=result)


def end(intent: Intent, *, result: str) -> None:
    """Give one intent its result."""
    Intent.objects.filter(id=intent.id).update(done_at=clock.now(), result=result)


def note_done(run: Run, action: Action, *, by: str, reason: str, result: str) -> None:
    """Keep what somebody wanted and got in the same transaction: it happened in control alone."""
    now = clock.now()
    Intent.objects.create(run=run, action=action, by=by, reason=reason, asked_at=now, done_at=now, result=result)


def withdraw(intent: Intent, *, by: str, result: str) -> None:
    """Record that one who wanted something no longer waits for it; what others want of the run stays."""
    run = intent.run
    with sanitized_db_errors(), transaction.atomic():
        Intent.objects.filter(id=intent.id, done_at=None).update(done_at=clock.now(), result=result)
        data = {"result": result}
        record(f"run.{intent.action}_withdrawn", by=by, environment=run.environment, run=run.id, data=data)


def give_up(run: Run, *, state: State, by: str, result: str) -> None:
    """Record that what was wanted of a run came to nothing, and in which state that leaves it."""
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.filter(id=run.id).update(state=state)
        close_intents(run, result=result)
        record(f"run.{state}", by=by, environment=run.environment, run=run.id, data={"result": result})
    run.state = state
