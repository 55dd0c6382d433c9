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
from eboxcast.delivery.runs.progress import too_late
from eboxcast.delivery.runs.settlement import carry_out, settle
from eboxcast.delivery.runs.states import UNDER_WAY, Situation, exists, row_of, situation_of, sources_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence, sending
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.models import OutcomeKind

SYSTEM = "eboxcast"
ENOUGH_TO_JUDGE = 1000
REFUSALS_PER_MILLE = 20


def pause(run: Run, *, actor: Actor, reason: str) -> Run:
    """Let no further batch be claimed until it is resumed; batches under way come to their end.

    Raises NotYourRole, NoTarget, NotInThisState.
    """
    authorize(actor, "run.pause")
    _refuse_at_once(run, Action.PAUSE)
    return _change(run, Action.PAUSE, State.PAUSED, by=actor.name, reason=reason, wanted=True)


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
    return _change(run, Action.RESUME, State.RUNNING, by=by, reason="", wanted=True)


def pace(run: Run, *, rate: float | None, parallel: int | None, actor: Actor) -> Run:
    """Set how many recipients per second, and how many batches at once; 0 is no limit of the rate.

    Raises NotYourRole, NoTarget, NotInThisState.
    """
    authorize(actor, "run.pace")
    _refuse_at_once(run, Action.PACE)
    _refuse_impossible(run, Action.PACE)
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
    with suppress(NotInThisState):  # another lane found the same, or somebody decided meanwhile
        _change(run, Action.FAIL, State.FAILED, by=SYSTEM, reason=reason)


def pause_if_refused_too_often(run: Run) -> bool:
    """Pause a run of which the provider refuses more than was to be expected; say whether that can be judged yet."""
    run.refresh_from_db()
    sums = batches.sums_of(run.id)
    refused = sums.refused - run.judged_refused_count
    attempted = sums.sent + sums.refused - run.judged_sent_count - run.judged_refused_count
    if attempted >= ENOUGH_TO_JUDGE and refused * 1000 > attempted * REFUSALS_PER_MILLE:
        reason = f"{refused} of {attempted} recipients refused by the provider"
        with suppress(NotInThisState):
            _change(run, Action.PAUSE, State.PAUSED, by=SYSTEM, reason=reason)
    return attempted >= ENOUGH_TO_JUDGE


def close(run: Run, *, actor: Actor, reason: str) -> Run:
    """End a remote run as published in part: what nobody knows stays unknown, the rest was not attempted.

    Raises NotYourRole, NoTarget, SendingForgotten, NothingSent, CallsUnderWay, NotInThisState.
    """
    authorize(actor, "run.close")
    _refuse_at_once(run, Action.CLOSE)
    run = settle(run)
    refuse_forgotten(run)
    if situation_of(run) is Situation.UNSENT and run.state in UNDER_WAY:
        raise NothingSent(run=run.short, state=run.state)
    _refuse_impossible(run, Action.CLOSE)
    _refuse_busy(run)
    intend(run, Action.CLOSE, by=actor.name, reason=reason, changes={"reason": reason})
    carry_out(run, Action.CLOSE)
    return settle(run)


def _refuse_busy(run: Run) -> None:
    """Let calls that are under way come to their end: what they come to belongs into the account."""
    if busy := busy_workers(run):
        raise CallsUnderWay(
            run=run.short,
            batches=sum(one.batches for one in busy),
            workers=", ".join(sorted({one.worker for one in busy})),
            until=max(one.until for one in busy),
        )


def resolve(run: Run, *, as_: OutcomeKind | None, actor: Actor, reason: str, message_number: str | None = None) -> int:
    """Settle the recipients of whom nobody knows whether they have the document; return how many.

    ``as_`` is sent or refused_by_target; None sends to them again. ``message_number`` is the provider's, where the
    message itself was published by a call that was cut.
    Raises NotYourRole, NoTarget, SendingForgotten, NothingUnknown, NotInThisState, MessageNumberNeeded,
    MessageNumberNotNeeded.
    """
    authorize(actor, "run.resolve")
    _refuse_at_once(run, Action.RESOLVE)
    run = settle(run)
    refuse_forgotten(run)
    _refuse_impossible(run, Action.RESOLVE)
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


_TO_DO = {
    Action.PAUSE: N_("pause"),
    Action.CLOSE: N_("close"),
    Action.RESOLVE: N_("resolve"),
    Action.PACE: N_("pace"),
}


def _refuse_at_once(run: Run, action: Action) -> None:
    if not exists(run, action):
        raise NoTarget(run=run.short, asked=_TO_DO[action])


def _refuse_impossible(run: Run, action: Action) -> None:
    if row_of(run, action) is None:
        raise too_late(run, action)


def _change(run: Run, action: Action, state: State, *, by: str, reason: str, wanted: bool = False) -> Run:
    """Change the state in control alone; where people ``wanted`` it, with what they asked and what came of it."""
    with sanitized_db_errors(), transaction.atomic():
        only_from = sources_of(action, state)
        changed = Run.objects.filter(id=run.id, state__in=only_from).update(state=state, reason=reason)
        run.refresh_from_db()
        if not changed:
            raise too_late(run, action)
        close_intents(run, result=state, but_launch=state in (State.PAUSED, State.RUNNING))
        if wanted:
            note_done(run, action, by=by, reason=reason, result=state)
        data = {"reason": reason} if reason else {}
        record(f"run.{state}", by=by, environment=run.environment, run=run.id, data=data)
    return run
