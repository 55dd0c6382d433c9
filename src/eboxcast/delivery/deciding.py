"""Decisions about a remote run while it is under way. Each counts from the next claim of a batch on."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models import F

from eboxcast.audit.actions import record
from eboxcast.database.errors import quiet
from eboxcast.delivery import batches
from eboxcast.delivery.errors import NothingUnknown, NotInThisState
from eboxcast.delivery.intents import close_intents
from eboxcast.delivery.models import Batch, BatchState, Run, State
from eboxcast.lib.wording import N_
from eboxcast.mailboxes import fence, sending
from eboxcast.mailboxes.errors import FenceClosed
from eboxcast.mailboxes.models import OutcomeKind

SYSTEM = "eboxcast"
ENOUGH_TO_JUDGE = 1000
REFUSALS_PER_MILLE = 20


def pause(run: Run, *, by: str, reason: str) -> Run:
    """Let no further batch be claimed until it is resumed; batches under way come to their end."""
    return _change(run, State.PAUSED, only_from=(State.RUNNING,), by=by, reason=reason, asked=N_("paused"))


def go_on(run: Run, *, by: str) -> Run:
    """Let batches be claimed again. What was refused so far is not held against it any more."""
    sums = batches.sums_of(run.id)
    resumable = (State.PAUSED, State.STOPPED, State.FAILED)
    if run.state in (State.STOPPED, State.FAILED):
        with suppress(FenceClosed):
            fence.resume(run.environment, run.id)
    Run.objects.filter(id=run.id).update(judged_sent_count=sums.sent, judged_refused_count=sums.refused)
    return _change(run, State.RUNNING, only_from=resumable, by=by, reason="", asked=N_("resumed"))


def pace(run: Run, *, rate: float | None, parallel: int | None, by: str) -> Run:
    """Set how many recipients per second, and how many batches at once; 0 is no limit of the rate."""
    changes = {"rate": rate, "parallel": parallel}
    changes = {name: value for name, value in changes.items() if value is not None}
    with quiet(), transaction.atomic():
        Run.objects.filter(id=run.id).update(**changes, next_claim_at=None)
        record("run.paced", by=by, environment=run.environment, run=run.id, data=changes)
    run.refresh_from_db()
    return run


def fail(run: Run, *, reason: str) -> None:
    """End a run by our own decision: nothing more is sent until somebody resumes it."""
    with suppress(FenceClosed):
        fence.stop(run.environment, run.id)
    _change(run, State.FAILED, only_from=(State.RUNNING, State.PAUSED), by=SYSTEM, reason=reason, asked=N_("failed"))


def pause_if_refused_too_often(run: Run) -> None:
    """Pause a run of which the provider refuses more than was to be expected."""
    run.refresh_from_db()
    sums = batches.sums_of(run.id)
    refused = sums.refused - run.judged_refused_count
    attempted = sums.sent + sums.refused - run.judged_sent_count - run.judged_refused_count
    if attempted < ENOUGH_TO_JUDGE or refused * 1000 <= attempted * REFUSALS_PER_MILLE:
        return
    reason = f"{refused} of {attempted} recipients refused by the provider"
    with suppress(NotInThisState):
        _change(run, State.PAUSED, only_from=(State.RUNNING,), by=SYSTEM, reason=reason, asked=N_("paused"))


def resolve(run: Run, *, as_: OutcomeKind | None, by: str, reason: str) -> int:
    """Settle the recipients of whom nobody knows whether they have the document; return how many.

    ``as_`` is sent or refused_by_target; None sends to them again. Raises NothingUnknown.
    """
    with quiet(), transaction.atomic():
        data = {"as": as_ or "resend", "reason": reason}
        record("run.resolve_intended", by=by, environment=run.environment, run=run.id, data=data)
    count = sending.settle_unknown(run.environment, run.id, as_=as_)
    if not count:
        raise NothingUnknown(run=run.short)
    with quiet(), transaction.atomic():
        reopened = Batch.objects.filter(run=run, state=BatchState.DONE, unknown_count__gt=0)
        reopened.update(state=BatchState.WAITING, attempt=F("attempt") + 1)
        record("run.resolved", by=by, environment=run.environment, run=run.id, data={**data, "recipients": count})
    return count


def _change(run: Run, state: State, *, only_from: tuple[State, ...], by: str, reason: str, asked: str) -> Run:
    with quiet(), transaction.atomic():
        changed = Run.objects.filter(id=run.id, state__in=only_from).update(state=state, reason=reason)
        run.refresh_from_db()
        if not changed:
            raise NotInThisState(run=run.short, state=run.state, asked=asked)
        if state != State.RUNNING:
            close_intents(run, result=state, but_launch=state == State.PAUSED)
        data = {"reason": reason} if reason else {}
        record(f"run.{state}", by=by, environment=run.environment, run=run.id, data=data)
    return run
