"""Decisions about a remote run while it is under way. Each counts from the next claim of a batch on."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models import F

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import (
    CallsUnderWay,
    MessageNumberNeeded,
    MessageNumberNotNeeded,
    NoTarget,
    NothingSent,
    NothingUnknown,
    NotInThisState,
)
from eboxcast.delivery.models import Action, BatchState, Run, State
from eboxcast.delivery.recovery.restore_recovery import refuse_forgotten
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.progress import busy_workers
from eboxcast.delivery.runs.intents import close_intents, end, intend, note_done
from eboxcast.delivery.runs.settlement import carry_out, settle
from eboxcast.delivery.runs.who_decided import too_late
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence, sending
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.targets.opening import capabilities_of

SYSTEM = "eboxcast"
ENOUGH_TO_JUDGE = 1000
REFUSALS_PER_MILLE = 20


def pause(run: Run, *, actor: Actor, reason: str) -> Run:
    """Let no further batch be claimed until it is resumed; batches under way come to their end.

    Raises NotYourRole, NoTarget, NotInThisState.
    """
    authorize(actor, "run.pause")
    _remote(run, asked=N_("pause"))
    return _change(
        run,
        State.PAUSED,
        only_from=(State.RUNNING,),
        by=actor.name,
        reason=reason,
        asked=N_("paused"),
        action=Action.PAUSE,
    )


def go_on(run: Run, *, by: str) -> Run:
    """Let batches be claimed again, as ``resume`` does. What was refused so far is not held against it any more."""
    sums = batches.sums_of(run.id)
    judged = {"judged_sent_count": sums.sent, "judged_refused_count": sums.refused}
    if run.state in (State.STOPPED, State.FAILED):
        intend(run, Action.RESUME, by=by, changes={"reason": "", **judged})
        with suppress(FenceClosed):  # somebody resumed it in this very moment: what he did is what was asked
            fence.resume(run.environment, run.id)
        return settle(run)
    Run.objects.filter(id=run.id, state=State.PAUSED).update(**judged)
    return _change(
        run, State.RUNNING, only_from=(State.PAUSED,), by=by, reason="", asked=N_("resumed"), action=Action.RESUME
    )


def pace(run: Run, *, rate: float | None, parallel: int | None, actor: Actor) -> Run:
    """Set how many recipients per second, and how many batches at once; 0 is no limit of the rate.

    Raises NotYourRole, NotInThisState.
    """
    authorize(actor, "run.pace")
    if run.state not in _UNFINISHED:
        raise too_late(run, asked=N_("paced"))
    changes = {"rate": rate, "parallel": parallel}
    changes = {name: value for name, value in changes.items() if value is not None}
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.filter(id=run.id).update(**changes, next_claim_at=None)
        record("run.paced", by=actor.name, environment=run.environment, run=run.id, data=changes)
    run.refresh_from_db()
    return run


def fail(run: Run, *, reason: str) -> None:
    """End a run by our own decision: nothing more is sent until somebody resumes it."""
    with suppress(FenceClosed, ReleaseMissing):
        fence.stop(run.environment, run.id)
    only_from = (State.RUNNING, State.PAUSED)
    with suppress(NotInThisState):  # another lane found the same, or somebody decided meanwhile
        _change(run, State.FAILED, only_from=only_from, by=SYSTEM, reason=reason, asked=N_("failed"))


def pause_if_refused_too_often(run: Run) -> bool:
    """Pause a run of which the provider refuses more than was to be expected; say whether that can be judged yet."""
    run.refresh_from_db()
    sums = batches.sums_of(run.id)
    refused = sums.refused - run.judged_refused_count
    attempted = sums.sent + sums.refused - run.judged_sent_count - run.judged_refused_count
    if attempted >= ENOUGH_TO_JUDGE and refused * 1000 > attempted * REFUSALS_PER_MILLE:
        reason = f"{refused} of {attempted} recipients refused by the provider"
        with suppress(NotInThisState):
            _change(run, State.PAUSED, only_from=(State.RUNNING,), by=SYSTEM, reason=reason, asked=N_("paused"))
    return attempted >= ENOUGH_TO_JUDGE


_AT_REST = (State.PAUSED, State.STOPPED, State.FAILED)
_UNFINISHED = (State.PREPARED, State.RUNNING, *_AT_REST)


def close(run: Run, *, actor: Actor, reason: str) -> Run:
    """End a remote run as published in part: what nobody knows stays unknown, the rest was not attempted.

    Raises NotYourRole, NoTarget, SendingForgotten, NothingSent, CallsUnderWay, NotInThisState.
    """
    authorize(actor, "run.close")
    run = settle(_remote(run, asked=N_("close")))
    refuse_forgotten(run)
    if run.state not in _AT_REST:
        raise NothingSent(run=run.short, state=run.state) if _unsent(run) else too_late(run, asked=N_("closed"))
    if _unsent(run):
        raise NothingSent(run=run.short, state=run.state)
    _refuse_busy(run)
    intend(run, Action.CLOSE, by=actor.name, reason=reason, changes={"reason": reason})
    carry_out(run, Action.CLOSE)
    return settle(run)


def _unsent(run: Run) -> bool:
    return run.visible_at is None and run.state in _UNFINISHED


def _refuse_busy(run: Run) -> None:
    """Let calls that are under way come to their end: what they come to belongs into the account."""
    if busy := busy_workers(run):
        raise CallsUnderWay(
            run=run.short,
            batches=sum(one.batches for one in busy),
            workers=", ".join(sorted({one.worker for one in busy})),
            until=clock.shown(max(one.until for one in busy)),
        )


def resolve(run: Run, *, as_: OutcomeKind | None, actor: Actor, reason: str, message_number: str | None = None) -> int:
    """Settle the recipients of whom nobody knows whether they have the document; return how many.

    ``as_`` is sent or refused_by_target; None sends to them again. ``message_number`` is the provider's, where the
    message itself was published by a call that was cut.
    Raises NotYourRole, NoTarget, SendingForgotten, NothingUnknown, NotInThisState, MessageNumberNeeded,
    MessageNumberNotNeeded.
    """
    authorize(actor, "run.resolve")
    run = settle(_remote(run, asked=N_("resolve")))
    refuse_forgotten(run)
    if run.state not in _AT_REST:
        raise too_late(run, asked=N_("resolved"))
    if not sending.counts_of(run.environment, run.id).get(OutcomeKind.UNKNOWN):
        raise NothingUnknown(run=run.short)
    release = get_release(run.environment, run.id)
    opens = run.batches.filter(number=0).exists() and release.provider_message is None
    _refuse_number(run, message_number, needed=opens and as_ == OutcomeKind.SENT)
    intent = intend(run, Action.RESOLVE, by=actor.name, reason=reason)
    _reopen(run, opening=opens and message_number is None)
    if message_number:
        sending.keep_provider_message(run.environment, release.id, message_number)
    count = sending.settle_unknown(run.environment, run.id, as_=as_)
    data = {"as": as_ or "resend", "reason": reason, "recipients": count}
    with sanitized_db_errors(), transaction.atomic():
        end(intent, result=f"{count}: {as_ or 'resend'}")
        record("run.resolved", by=actor.name, environment=run.environment, run=run.id, data=data)
    return count


def _refuse_number(run: Run, number: str | None, *, needed: bool) -> None:
    if needed and not number:
        raise MessageNumberNeeded(run=run.short)
    if number and not needed:
        raise MessageNumberNotNeeded(run=run.short)


def _reopen(run: Run, *, opening: bool) -> None:
    """Let the batches with unknown recipients be worked on again; nothing is claimed while the run is at rest.

    Where the message has to be published anew, its first batch gets the whole range of the next one: the recipients
    it had may all be refused by now.
    """
    with sanitized_db_errors(), transaction.atomic():
        again = {"state": BatchState.WAITING, "attempt": F("attempt") + 1, "done_at": None}
        run.batches.filter(state=BatchState.DONE, unknown_count__gt=0).update(**again)
        if opening:
            last = run.batches.filter(number=1).values_list("last_bucket", flat=True).get()
            run.batches.filter(number=0).update(**again, last_bucket=last)


def _remote(run: Run, *, asked: str) -> Run:
    if capabilities_of(run.environment).atomic_visibility:
        raise NoTarget(run=run.short, asked=asked)
    return run


def _change(
    run: Run,
    state: State,
    *,
    only_from: tuple[State, ...],
    by: str,
    reason: str,
    asked: str,
    action: Action | None = None,
) -> Run:
    """Change the state in control alone; where people asked for it, with what they wanted and what came of it."""
    with sanitized_db_errors(), transaction.atomic():
        changed = Run.objects.filter(id=run.id, state__in=only_from).update(state=state, reason=reason)
        run.refresh_from_db()
        if not changed:
            raise too_late(run, asked=asked)
        close_intents(run, result=state, but_launch=state in (State.PAUSED, State.RUNNING))
        if action:
            note_done(run, action, by=by, reason=reason, result=state)
        data = {"reason": reason} if reason else {}
        record(f"run.{state}", by=by, environment=run.environment, run=run.id, data=data)
    return run
