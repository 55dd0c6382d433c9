"""What people do with runs. Each is an intent on record, an effect in the environment, a result on record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event
from uuid import UUID

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.installation import procedure
from eboxcast.delivery.errors import CannotRecall, LaunchStopped, NotInThisState, OutsideWindow, SomeHaveIt
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.recovery.repair import show_again
from eboxcast.delivery.recovery.restore_recovery import refuse_forgotten
from eboxcast.delivery.remote.batches import Sums, sums_of
from eboxcast.delivery.runs import remote_decisions
from eboxcast.delivery.runs.intents import give_up, intend
from eboxcast.delivery.runs.lookup import same_package_without_release
from eboxcast.delivery.runs.production_gate import refuse_outside_broadcast, refuse_production_alone
from eboxcast.delivery.runs.progress import too_late
from eboxcast.delivery.runs.release_builder import identity_of, order_of, particulars_of, recipients_of
from eboxcast.delivery.runs.settlement import carry_out, forgot_visibility, settle, settle_by_id
from eboxcast.delivery.runs.states import UNDER_WAY, Situation, exists, leads_to, row_of, situation_of
from eboxcast.delivery.runs.window import Window, wait_for, withdrawn_at
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.crashpoints import Point, reached
from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.errors import FenceClosed, WindowOver
from eboxcast.mailboxes.values import NewRelease
from eboxcast.package.model import Package
from eboxcast.senders.lookup import SenderConfig, find_sender_config
from eboxcast.senders.models import MessageType, WithoutEbox
from eboxcast.targets.opening import capabilities_of, options_of, target_of

INTERRUPTED = "interrupted by a signal"
"""The reason of a pause that the same command takes back: whoever paused it in any other way must resume it."""


@sanitized_db_errors()
def prepare(package: Package, *, environment: str, actor: Actor, adds: bool = False) -> Run:
    """Store a checked package in an environment, complete and invisible; return its run.

    The same package again returns the run that already has it, whatever its state.
    Raises NotYourRole, OnlyByBroadcast, and the errors of ``senders``, ``mailboxes`` and ``delivery`` that the sender
    can mend; nothing has changed then.
    """
    authorize(actor, "run.prepare")
    refuse_production_alone(environment, actor=actor, asked="prepare")
    by = actor.name
    trio = sender_config_of(package, environment)
    recipients = recipients_of(package, environment)
    particulars = particulars_of(package, recipients, by=by, adds=adds, procedure=procedure())
    run = same_package_without_release(environment, identity_of(package), particulars)
    run = run or _new_run(package, trio, environment=environment, by=by, particulars=particulars)
    order = order_of(
        package, recipients, run=run.id, environment=environment, trio=trio, adds=adds, particulars=particulars
    )
    same = target_of(environment).foresee(order).same_as
    if same is None:
        same = _store(run, order, by=by)
    if same != run.id and not run._state.adding and run.state == State.PREPARING:
        give_up(run, state=State.DISCARDED, by=by, result=f"same as {same}")
    return _refuse_discarded(_as_it_was(settle_by_id(environment, same), by=by))


def _as_it_was(run: Run, *, by: str) -> Run:
    """Show a run again that was visible before its environment was restored to an earlier time."""
    return show_again(run, by=by) if forgot_visibility(run, fence.get_release(run.environment, run.id)) else run


def _refuse_discarded(run: Run) -> Run:
    if run.state == State.DISCARDED:
        raise NotInThisState(run=run.short, state=run.state, asked=N_("prepared"))
    return run


def _store(run: Run, order: NewRelease, *, by: str) -> UUID:
    intend(run, Action.PREPARE, by=by)
    reached(Point.PREPARE_INTENDED)
    try:
        stored = target_of(run.environment).store(order)
    except (InputRefused, NotAllowedNow) as refusal:
        if run.state == State.PREPARING:
            give_up(run, state=State.DISCARDED, by=by, result=refusal.code)
        raise
    reached(Point.STORED_BEFORE_RESULT)
    for superseded in stored.superseded:
        settle_by_id(run.environment, superseded)
    return stored.run


def sender_config_of(package: Package, environment: str) -> SenderConfig:
    """Return the sender's configuration the metadata ask for in an environment. Raises the errors of ``senders``."""
    metadata = package.metadata
    return find_sender_config(
        institution=metadata.institution,
        application=metadata.application,
        message_type=metadata.message_type,
        ebox_type=str(metadata.ebox_type),
        environment=environment,
    )


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

    Where the target is remote this sends, or goes on sending, until all is done or the run may not go on; or leaves
    that to workers, who wait for the window themselves.
    Raises NotYourRole, OnlyByBroadcast, LaunchStopped, OutsideWindow, NotInThisState, FenceClosed, SendingForgotten or
    OnlyInItsBroadcast, each with nothing made visible by this call.
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
        run = remote_decisions.go_on(run, by=by)
    _refuse_launch(run)
    refuse_outside_broadcast(run)
    refuse_forgotten(run)
    policy = MessageType.objects.get(code=run.message_type).without_ebox
    decision = {
        "state": State.RUNNING,
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
            return run
    with withdrawn_at(intent, OutsideWindow, KeyboardInterrupt):
        wait_for(run, window, waiting)
    if in_calls:
        return _send(run, actor=actor, progress=progress)
    with withdrawn_at(intent, OutsideWindow):
        return _make_visible(run, window, refuse=policy == WithoutEbox.REFUSE)


def _send(run: Run, *, actor: Actor, progress: Callable[[Sums], None]) -> Run:
    """Send until all is done; a signal lets the batches under way come to their end, and pauses the run."""
    from eboxcast.delivery.remote.local_lanes import send_here  # brings HTTP and logs: see `launch`

    try:
        return send_here(run, stopping=Event(), progress=progress)
    except KeyboardInterrupt:
        with suppress(NotInThisState):
            remote_decisions.pause(run, actor=actor.as_steward(), reason=INTERRUPTED)
        raise


def _pace_at_first(run: Run) -> dict[str, object]:
    """Return the pace that is set for the target, unless the run was launched before and may have its own."""
    options = options_of(run.environment)
    return {} if run.launched_at else {"parallel": options.parallel, "rate": options.rate}


def _refuse_launch(run: Run) -> None:
    if run.state == State.STOPPED and run.visible_at is None:
        raise LaunchStopped(run=run.short, stopped_at=run.stopped_at or run.created_at)
    if row_of(run, Action.LAUNCH) is None:
        raise too_late(run, Action.LAUNCH)


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

    Raises NotYourRole; NotInThisState when it is too late.
    """
    authorize(actor, "run.stop")
    return _decide(run, Action.STOP, by=actor.name, reason=reason)


@sanitized_db_errors()
def resume(run: Run, *, actor: Actor) -> Run:
    """Take back a stop or a pause, so that it can go on: a local run is launched again, a remote one sent on.

    Raises NotYourRole, SendingForgotten, NotInThisState.
    """
    authorize(actor, "run.resume")
    run = settle(run)
    refuse_forgotten(run)
    row = row_of(run, Action.RESUME)
    if row is not None and row.target == State.RUNNING:
        return remote_decisions.go_on(run, by=actor.name)
    return _decide(run, Action.RESUME, by=actor.name, reason="")


@sanitized_db_errors()
def discard(run: Run, *, actor: Actor, reason: str) -> Run:
    """Give a run up, for good, before anything of it is visible. Raises NotYourRole, SomeHaveIt, NotInThisState."""
    authorize(actor, "run.discard")
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

    Raises NotYourRole, CannotRecall, NotInThisState.
    """
    authorize(actor, "run.recall")
    if not exists(run, Action.RECALL):
        raise CannotRecall(run=run.short)
    return _decide(run, Action.RECALL, by=actor.name, reason=reason)


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


def _new_run(package: Package, trio: SenderConfig, *, environment: str, by: str, particulars: dict[str, object]) -> Run:
    metadata = package.metadata
    return Run(
        environment=environment,
        state=State.PREPARING,
        institution=metadata.institution,
        application=metadata.application,
        ticket=metadata.ticket,
        sequence=metadata.sequence,
        message_type=trio.message_type.code,
        language=metadata.language,
        title=metadata.title,
        document_digest=package.document.digest,
        metadata_digest=metadata.content_digest,
        particulars=particulars,
        adds=bool(particulars["adds"]),
        created_at=clock.now(),
        created_by=by,
    )
