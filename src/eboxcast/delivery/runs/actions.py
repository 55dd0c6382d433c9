"""What people do with runs. Each is an intent on record, an effect in the environment, a result on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from threading import Event
from uuid import UUID

from django.db import transaction
from django.db.models import F

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.installation import procedure
from eboxcast.delivery.broadcasts.errors import RetryNeedsBroadcast
from eboxcast.delivery.errors import (
    CallsUnderWay,
    CannotRecall,
    LaunchStopped,
    MessageNumberNeeded,
    MessageNumberNotNeeded,
    NobodyAtWork,
    NoPace,
    NoTarget,
    NothingSent,
    NothingUnknown,
    NotInThisState,
    OutsideWindow,
    SomeHaveIt,
    TooEarly,
)
from eboxcast.delivery.models import Action, BatchState, Run, State
from eboxcast.delivery.recovery.repair import show_again
from eboxcast.delivery.recovery.restore_recovery import refuse_forgotten
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Sums, sums_of
from eboxcast.delivery.remote.health import workers
from eboxcast.delivery.remote.progress import busy_workers
from eboxcast.delivery.runs.intents import close_intents, end, give_up, intend, note_done
from eboxcast.delivery.runs.lookup import same_package_without_release
from eboxcast.delivery.runs.preparation import (
    identity_of,
    new_run,
    not_reached,
    order_of,
    order_of_retry,
    recipients_of,
    record_of,
    record_of_retry,
    run_like,
    sender_config_of,
)
from eboxcast.delivery.runs.production_gate import may_be_retried, refuse_outside_broadcast, refuse_production_alone
from eboxcast.delivery.runs.progress import too_late
from eboxcast.delivery.runs.settlement import carry_out, forgot_visibility, settle, settle_by_id
from eboxcast.delivery.runs.states import UNDER_WAY, Situation, exists, leads_to, row_of, situation_of, sources_of
from eboxcast.delivery.runs.window import Window, wait_for, withdrawn_at
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.crashpoints import Point, reached
from eboxcast.lib.errors import InputRefused, NotAllowedNow, TargetRefusal
from eboxcast.lib.free_text import TextUnfit, fit, is_fit
from eboxcast.lib.identifiers import Refused, read_niss
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence, messages, sending
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing, WindowOver
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.values import NewRelease
from eboxcast.package.model import Package
from eboxcast.senders.models import MessageType, WithoutEbox
from eboxcast.targets.opening import capabilities_of, options_of, target_of

SYSTEM = "eboxcast"
INTERRUPTED = "interrupted by a signal"
"""The reason of a pause that the same command takes back: whoever paused it in any other way must resume it."""
ENOUGH_TO_JUDGE = 1000
REFUSALS_PER_MILLE = 20


@sanitized_db_errors()
def prepare(package: Package, *, environment: str, actor: Actor, adds: bool = False) -> Run:
    """Store a checked package in an environment, complete and invisible; return its run.

    The same package again returns the run that already has it, whatever its state but discarded.
    Raises NotYourRole, OnlyByBroadcast, FileChanged, RunRefused where the target cannot carry it, the errors of
    ``senders`` and of ``mailboxes`` that the sender can mend (nothing has changed then); NotInThisState where it was
    discarded, SendingForgotten where the environment lost what was sent of it.
    """
    authorize(actor, "run.prepare")
    refuse_production_alone(environment, actor=actor, asked="prepare")
    by = actor.name
    sender = sender_config_of(package, environment)
    recipients = recipients_of(package, environment)
    record = record_of(package, recipients, by=by, adds=adds, procedure=procedure())
    run = same_package_without_release(environment, identity_of(package), record)
    run = run or new_run(package, sender, environment=environment, by=by, record=record)
    order = order_of(package, recipients, run=run.id, environment=environment, sender=sender, record=record)
    same = target_of(environment).foresee(order).same_as
    if same is None:
        same = _store(run, order, by=by)
    if same != run.id and not run._state.adding and run.state == State.PREPARING:
        give_up(run, state=State.DISCARDED, by=by, result=f"same as {same}")
    return _refuse_discarded(_as_it_was(settle_by_id(environment, same), by=by))


def retry(run: Run, *, actor: Actor) -> Run:
    """Prepare a run with those who were refused in a published run, or not attempted because it was closed before.

    Those of whom nobody knows are not in it: they may have it.

    The same again returns the same run. Raises NotYourRole, NotInThisState, ReleaseMissing, NobodyToRetry,
    RefusedForgotten, RetryNeedsBroadcast, and what storing raises in ``prepare``.
    """
    authorize(actor, "run.retry")
    by = actor.name
    run = settle(run)
    if row_of(run, Action.RETRY) is None:
        raise too_late(run, Action.RETRY)
    release = get_release(run.environment, run.id)
    keys = not_reached(run, release)
    if not may_be_retried(run):
        raise RetryNeedsBroadcast(run=run.short)
    record = record_of_retry(run, release, keys, by=by)
    again = same_package_without_release(run.environment, messages.identity_of(release.message), record)
    again = again or run_like(run, record, by=by)
    order = order_of_retry(again, release, keys, record)
    same = target_of(run.environment).foresee(order).same_as
    return settle_by_id(run.environment, same or _store(again, order, by=by))


def _store(run: Run, order: NewRelease, *, by: str) -> UUID:
    intend(run, Action.PREPARE, by=by)
    reached(Point.PREPARE_INTENDED)
    try:
        stored = target_of(run.environment).store(order)
    except (InputRefused, NotAllowedNow, TargetRefusal) as refusal:
        if run.state == State.PREPARING:
            give_up(run, state=State.DISCARDED, by=by, result=refusal.code)
        raise
    reached(Point.STORED_BEFORE_RESULT)
    for superseded in stored.superseded:
        settle_by_id(run.environment, superseded)
    return stored.run


def _as_it_was(run: Run, *, by: str) -> Run:
    """Show a run again that was visible before its environment was restored to an earlier time."""
    return show_again(run, by=by) if forgot_visibility(run, fence.get_release(run.environment, run.id)) else run


def _refuse_discarded(run: Run) -> Run:
    if run.state == State.DISCARDED:
        raise NotInThisState(run=run.short, state=run.state, asked=N_("prepared"))
    return run


@sanitized_db_errors()
def launch(
    run: Run,
    *,
    actor: Actor,
    window: Window,
    waiting: Callable[[datetime], None],
    progress: Callable[[Sums], None] = lambda sums: None,
    by_workers: bool = False,
) -> Run:
    """Make a prepared run visible, waiting for the window to begin; a run that is already visible stays as it is.

    Where it is sent in calls this sends, or goes on sending, until all is done or the run may not go on: its state says
    which. Or it hands that over to workers, who wait for the window themselves, and returns at once.
    ``waiting`` is told the agreed moment while there is one to wait for, ``progress`` how far the sending is.
    Raises NotYourRole, OnlyByBroadcast, OnlyInItsBroadcast, LaunchStopped, OutsideWindow, NotInThisState,
    SendingForgotten or ReleaseMissing, each with nothing made visible by this call.
    """
    authorize(actor, "run.launch")
    refuse_production_alone(run.environment, actor=actor, asked="launch RUN")
    by = actor.name
    run = settle(run)
    if run.state in (State.PUBLISHED, State.RUNNING, State.PAUSED):
        run = _as_it_was(run, by=by)
    if run.state == State.PUBLISHED:
        return run
    if run.state == State.PAUSED and run.reason == INTERRUPTED:
        run = go_on(run, by=by)
    _refuse_launch(run)
    refuse_outside_broadcast(run)
    refuse_forgotten(run)
    policy = MessageType.objects.get(code=run.message_type).without_ebox
    decision = {
        "state": State.RUNNING,
        "target": options_of(run.environment).kind,
        "without_ebox": policy,
        "launched_by": by,
        "launched_at": clock.now(),
        "not_before_at": window.not_before,
        "not_after_at": window.not_after,
        **_pace_at_first(run),
    }
    window.refuse_if_over(run.short)
    intent = intend(run, Action.LAUNCH, by=by, changes=decision)
    reached(Point.LAUNCH_INTENDED)
    in_calls = not capabilities_of(run.environment).atomic_visibility
    if in_calls:
        from eboxcast.delivery.remote.local_lanes import cut  # brings HTTP and logs, and a local publication has no use

        cut(run)
        if by_workers:
            _hand_over(run)
            return run
    with withdrawn_at(intent, OutsideWindow, KeyboardInterrupt):
        wait_for(run, window, waiting)
    if in_calls:
        return _send(run, actor=actor, progress=progress)
    with withdrawn_at(intent, OutsideWindow):
        return _make_visible(run, window, refuse=policy == WithoutEbox.REFUSE)


def launch_now(run: Run, *, actor: Actor) -> Run:
    """Launch as somebody does who cannot wait: into our own eBoxes at once, to a provider by the workers.

    Raises TooEarly before the agreed moment of a launch that was begun, NobodyAtWork, and what ``launch`` raises.
    """
    authorize(actor, "run.launch")
    run = settle(run)
    begun = run.state == State.RUNNING
    window = Window(not_before=run.not_before_at, not_after=run.not_after_at) if begun else Window()
    refuse_unless_at_once(run.environment, not_before=window.not_before)
    in_calls = not capabilities_of(run.environment).atomic_visibility
    return launch(run, actor=actor, window=window, waiting=lambda until: None, by_workers=in_calls)


def refuse_unless_at_once(environment: str, *, not_before: datetime | None) -> None:
    """Raise TooEarly or NobodyAtWork where a launch would not begin by itself as soon as it is asked for.

    Workers wait for the agreed moment themselves.
    """
    if not capabilities_of(environment).atomic_visibility:
        if not workers(environment).alive_count:
            raise NobodyAtWork(environment=environment)
    elif not_before is not None and clock.now() < not_before:
        raise TooEarly(moment=not_before)


def _refuse_launch(run: Run) -> None:
    if run.state == State.STOPPED and run.visible_at is None:
        raise LaunchStopped(run=run.short, stopped_at=run.stopped_at or run.created_at)
    went_elsewhere = run.visible_at is not None and run.target not in ("", options_of(run.environment).kind)
    if went_elsewhere or row_of(run, Action.LAUNCH) is None:
        raise too_late(run, Action.LAUNCH)


def _pace_at_first(run: Run) -> dict[str, object]:
    """Return the pace that is set for the target, unless the run was launched before and may have its own."""
    options = options_of(run.environment)
    return {} if run.launched_at else {"parallel": options.parallel, "rate": options.rate}


def _send(run: Run, *, actor: Actor, progress: Callable[[Sums], None]) -> Run:
    """Send until all is done; a signal lets the batches under way come to their end, and pauses the run."""
    from eboxcast.delivery.remote.local_lanes import send_here  # brings HTTP and logs: see `launch`

    try:
        return send_here(run, stopping=Event(), progress=progress)
    except KeyboardInterrupt:
        with suppress(NotInThisState):
            pause(run, actor=actor.as_steward(), reason=INTERRUPTED)
        raise


def _make_visible(run: Run, window: Window, *, refuse: bool) -> Run:
    target = target_of(run.environment)
    try:
        launched = target.make_visible(run.id, refuse_without_ebox=refuse, not_after=window.not_after)
    except WindowOver as over:
        raise OutsideWindow(run=run.short, not_after=over.data["not_after"]) from over
    except FenceClosed as closed:
        run = settle(run)
        if run.state == State.PUBLISHED:
            return run
        raise too_late(run, Action.LAUNCH) from closed
    reached(Point.VISIBLE_BEFORE_RESULT)
    for recalled in launched.recalled:
        settle_by_id(run.environment, recalled)
    run = settle(run)
    reached(Point.RESULT_BEFORE_CERTIFICATE)
    return run


@sanitized_db_errors()
def stop(run: Run, *, actor: Actor, reason: str) -> Run:
    """Let nothing of a run become visible until it is resumed.

    Raises NotYourRole, TextUnfit; NotInThisState when it is too late (DecidedBefore where the audit knows by whom).
    """
    authorize(actor, "run.stop")
    reason = fit(reason, "reason")
    return _decide(run, Action.STOP, by=actor.name, reason=reason)


@sanitized_db_errors()
def resume(run: Run, *, actor: Actor) -> Run:
    """Take back a stop or a pause, so that it can be launched again, or sent to those who are left by workers.

    Raises NotYourRole, SendingForgotten, NotInThisState.
    """
    authorize(actor, "run.resume")
    run = settle(run)
    refuse_forgotten(run)
    row = row_of(run, Action.RESUME)
    if row is not None and row.target == State.RUNNING:
        return _wake_workers(go_on(run, by=actor.name))
    return _decide(run, Action.RESUME, by=actor.name, reason="")


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


def pause(run: Run, *, actor: Actor, reason: str) -> Run:
    """Let no further batch be claimed until it is resumed; batches under way come to their end.

    Raises NotYourRole, TextUnfit, NoTarget, NotInThisState.
    """
    authorize(actor, "run.pause")
    reason = fit(reason, "reason")
    _refuse_at_once(run, Action.PAUSE)
    return _change(run, Action.PAUSE, State.PAUSED, by=actor.name, reason=reason, wanted=True)


def pace(run: Run, *, rate: float | None, parallel: int | None, actor: Actor) -> Run:
    """Set how many recipients per second, and how many batches at once; 0 is no limit of the rate, None leaves it.

    Raises NotYourRole, NoPace, NoTarget, NotInThisState.
    """
    authorize(actor, "run.pace")
    if rate is None and parallel is None:
        raise NoPace(run=run.short)
    _refuse_at_once(run, Action.PACE)
    _refuse_impossible(run, Action.PACE)
    changes = {"rate": rate, "parallel": parallel}
    changes = {name: value for name, value in changes.items() if value is not None}
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.filter(id=run.id).update(**changes, next_claim_at=None)
        record("run.paced", by=actor.name, environment=run.environment, run=run.id, data=changes)
    run.refresh_from_db()
    return _wake_workers(run)  # more batches at once may need lanes that nobody has queued yet


COUNTS_AS: Mapping[str, OutcomeKind | None] = {
    "published": OutcomeKind.SENT,
    "refused": OutcomeKind.REFUSED_BY_TARGET,
    "resend": None,
}
"""What people answer about those of whom nobody knows, and as what they count then; None sends to them again."""


def resolve(run: Run, *, as_: OutcomeKind | None, actor: Actor, reason: str, message_number: str | None = None) -> int:
    """Settle the recipients of whom nobody knows whether they have the document; return how many.

    ``as_`` is sent or refused_by_target; None sends to them again. ``message_number`` is the provider's, where the
    message itself was published by a call that was cut.
    Raises NotYourRole, TextUnfit, NoTarget, SendingForgotten, NothingUnknown, NotInThisState, MessageNumberNeeded,
    MessageNumberNotNeeded.
    """
    authorize(actor, "run.resolve")
    reason = fit(reason, "reason")
    _refuse_number_of_a_person(message_number or "")
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


def _refuse_number_of_a_person(number: str) -> None:
    """Raise TextUnfit for a national number in the place of a provider's, which may well have eleven digits too."""
    if number.isdecimal():
        unfit = not isinstance(read_niss(number, today=clock.today()), Refused)
    else:
        unfit = not is_fit(number)
    if unfit:
        raise TextUnfit(asked="message number")


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


def close(run: Run, *, actor: Actor, reason: str) -> Run:
    """End a run that is sent as published in part: what nobody knows stays unknown, the rest was not attempted.

    Raises NotYourRole, TextUnfit, NoTarget, SendingForgotten, NothingSent, CallsUnderWay, NotInThisState.
    """
    authorize(actor, "run.close")
    reason = fit(reason, "reason")
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


@sanitized_db_errors()
def discard(run: Run, *, actor: Actor, reason: str) -> Run:
    """Give a run up, for good, before anything of it is visible.

    Raises NotYourRole, TextUnfit, SomeHaveIt, NotInThisState.
    """
    authorize(actor, "run.discard")
    reason = fit(reason, "reason")
    run = settle(run)
    if situation_of(run) is Situation.SENT and run.state in UNDER_WAY:
        sums = sums_of(run.id)
        raise SomeHaveIt(run=run.short, sent=sums.sent, recipients=run.recipients_count)
    if run.state == State.PREPARING:
        give_up(run, state=State.DISCARDED, by=actor.name, result=reason)
        settle(run)  # who prepares it may have stored it in this very moment
    return _decide(run, Action.DISCARD, by=actor.name, reason=reason)


@sanitized_db_errors()
def recall(run: Run, *, actor: Actor, reason: str) -> Run:
    """Take a published document back from everybody at once; what was read was read.

    Raises NotYourRole, TextUnfit, CannotRecall, NotInThisState.
    """
    authorize(actor, "run.recall")
    reason = fit(reason, "reason")
    if not exists(run, Action.RECALL):
        raise CannotRecall(run=run.short)
    return _decide(run, Action.RECALL, by=actor.name, reason=reason)


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


def _wake_workers(run: Run) -> Run:
    """Let workers go on with a run that may be sent now, where some are alive; whoever sends it alone launches it."""
    over = run.not_after_at is not None and run.not_after_at <= clock.now()
    if run.state == State.RUNNING and not over and workers(run.environment).alive_count:
        _hand_over(run)
    return run


def _hand_over(run: Run) -> None:
    from eboxcast.delivery.remote.queue import hand_over  # slow to import, and a local publication has no use

    hand_over(run)


def _decide(run: Run, action: Action, *, by: str, reason: str) -> Run:
    run = settle(run)
    if run.state in leads_to(action) and action != Action.RESUME:
        return run
    if row_of(run, action) is None:
        raise too_late(run, action)
    intend(run, action, by=by, reason=reason, changes={"reason": reason})
    try:
        carry_out(run, action)
    except FenceClosed as closed:
        raise too_late(settle(run), action) from closed
    return settle(run)


def _refuse_at_once(run: Run, action: Action) -> None:
    if not exists(run, action):
        raise NoTarget(run=run.short, asked=_TO_DO[action])


_TO_DO = {
    Action.PAUSE: N_("pause"),
    Action.CLOSE: N_("close"),
    Action.RESOLVE: N_("resolve"),
    Action.PACE: N_("pace"),
}


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
