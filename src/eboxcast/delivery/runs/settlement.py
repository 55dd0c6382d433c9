"""Bringing the control database level with the environment: the fence is the truth, the run follows it.

Every action ends here, and every look at a run begins here: so what a killed process left undone is recorded by the
next one that passes.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Action, Run, RunList, State
from eboxcast.delivery.remote import batches
from eboxcast.delivery.runs.intents import close_intents, open_intents
from eboxcast.delivery.runs.states import leads_to
from eboxcast.mailboxes import fence, sending
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.package_record import ListRecord
from eboxcast.targets.opening import capabilities_of, options_of, target_of

SYSTEM = "eboxcast"
_WAS_BEING_SENT = "control was restored while it was being sent; its window and what was decided since are lost"


@sanitized_db_errors()
def settle(run: Run) -> Run:
    """Finish what was asked and can be finished by anyone, record what has happened, and return the run as it is.

    Launches and preparations are not finished here: they need their window and their files, so only the commands that
    launch and prepare do it. A run of which the environment holds nothing is returned as control knows it.
    Raises EnvironmentOutOfReach, DatabaseTrouble.
    """
    _finish_asked(run)
    release = fence.find_release(run.environment, run.id)
    if release is None or forgot_visibility(run, release) or forgot_account(run, release):
        return run
    run.refresh_from_db()
    if run.state == State.DISCARDED and _is_pending(release):
        _discard_late(run)
        release = fence.get_release(run.environment, run.id)
    known = run.visible_at == release.visible_at and run.rows_count is not None
    if not known or _state_by_fence(run, release) != run.state or _closable(run):
        _record(run)
    return run


def forgot_visibility(run: Run, release: Release) -> bool:
    """Say whether the environment was restored to a time before the run became visible (``recovery`` mends it)."""
    return run.visible_at is not None and release.visible_at is None and release.abandoned_at is None


def forgot_account(run: Run, release: Release) -> bool:
    """Say whether the environment was restored to a time before the account of the run was closed."""
    return run.published_count is not None and release.completed_at is None and release.abandoned_at is None


@sanitized_db_errors()
def settle_by_id(environment: str, run_id: UUID) -> Run:
    """Settle the run of a release, adopting it where the control database does not know it. Raises ReleaseMissing."""
    run = Run.objects.filter(id=run_id).first()
    return settle(run or adopt(environment, run_id))


def adopt(environment: str, run_id: UUID) -> Run:
    """Make a run anew from its release: control was restored to a time before it. Raises ReleaseMissing."""
    release = fence.get_release(environment, run_id)
    run = _run_of(environment, release)
    with sanitized_db_errors(), transaction.atomic():
        run.save(force_insert=True)
        record("run.adopted", by=SYSTEM, environment=environment, run=run.id)
    return run


def carry_out(run: Run, action: Action) -> None:
    """Do in the environment what was asked of a run, once or again.

    Raises FenceClosed when somebody else came first, ReleaseMissing where the environment holds nothing of it.
    """
    if action == Action.RECALL:
        target_of(run.environment).recall(run.id)
    elif action == Action.CLOSE:
        batches.release_claims(run.id)
        close_account(run, in_part=True)
    else:
        _AT_THE_FENCE[action](run.environment, run.id)


_AT_THE_FENCE = {Action.STOP: fence.stop, Action.RESUME: fence.resume, Action.DISCARD: fence.discard}
_FINISHED_BY_ANYONE = {Action.RECALL, Action.CLOSE, *_AT_THE_FENCE}


def close_account(run: Run, *, in_part: bool = False) -> None:
    """Close the account of a run that is sent, if nothing of it is open or it is to end ``in_part``.

    Raises ReleaseMissing, StoredDiffers.
    """
    tells = capabilities_of(run.environment).tells_never_activated
    sending.close_account(run.environment, run.id, tells_no_digital_user=tells, in_part=in_part)


def _finish_asked(run: Run) -> None:
    for intent in open_intents(run):
        if intent.action in _FINISHED_BY_ANYONE:
            with suppress(FenceClosed, ReleaseMissing):
                carry_out(run, Action(intent.action))


def _discard_late(run: Run) -> None:
    """Discard a release that was stored after its run had been given up."""
    with suppress(FenceClosed):
        carry_out(run, Action.DISCARD)


def _is_pending(release: Release) -> bool:
    return release.visible_at is None and release.abandoned_at is None


def _state_by_fence(run: Run, release: Release) -> State:
    if release.recalled_at:
        return State.SUPERSEDED if release.superseded_by else State.RECALLED
    if release.completed_at:
        return State.PUBLISHED
    if release.abandoned_at:
        return State.SUPERSEDED if release.superseded_by else State.DISCARDED
    if release.stopped_at:
        return State.FAILED if run.state == State.FAILED else State.STOPPED
    if release.visible_at:
        return State(run.state) if run.state in _WHILE_SENDING else State.RUNNING
    if _launch_is_open(run):
        return State.PAUSED if run.state == State.PAUSED else State.RUNNING
    return State.PREPARED


_WHILE_SENDING = (State.RUNNING, State.PAUSED)
_AFTER_LAUNCH = (State.PUBLISHED, State.DISCARDED, State.SUPERSEDED, State.RECALLED)
"""Which of these a remote run is in is decided in control: nothing at its fence says so."""


def _launch_is_open(run: Run) -> bool:
    return any(intent.action == Action.LAUNCH for intent in open_intents(run))


def _closable(run: Run) -> bool:
    """Say whether something that was asked of a run has its result: a launch has none while it may still happen."""
    return any(intent.action != Action.LAUNCH or run.state in _AFTER_LAUNCH for intent in open_intents(run))


def _record(run: Run) -> None:
    with sanitized_db_errors(), transaction.atomic():
        before = Run.objects.select_for_update().get(id=run.id).state
        # Read behind the lock: what another process recorded meanwhile must not be overwritten with older news.
        release = fence.get_release(run.environment, run.id)
        run.refresh_from_db()
        if before == State.DISCARDED and _is_pending(release):
            return  # given up a moment ago: who did that discards it now, and if not, the next who looks
        _take_over(run, release)
        run.state = _state_by_fence(run, release)
        by = _whose(run)
        run.save()
        _record_lists(run, release)
        if run.state != before:
            record(f"run.{run.state}", by=by, environment=run.environment, run=run.id, data=_facts(run))
        close_intents(run, result=run.state, but_launch=run.state == State.RUNNING)


def _whose(run: Run) -> str:
    """Name who brought it into its state: the first who wanted that, where several wanted something at once."""
    asked = open_intents(run)
    wanted = [intent for intent in asked if run.state in leads_to(Action(intent.action))]
    return (wanted or asked[-1:])[0].by if asked else SYSTEM


def _take_over(run: Run, release: Release) -> None:
    """Copy the account and the moments from the fence."""
    package = release.package
    run.rows_count = sum(part.rows for part in package.lists)
    run.excluded_count = sum(part.excluded for part in package.lists)
    run.merged_count = sum(part.merged for part in package.lists)
    run.already_count = sum(package.already or ())
    run.recipients_count = release.recipients_count
    run.moved_count = package.moved
    run.salt, run.audience_digest = release.salt, release.audience_digest
    run.prepared_at = release.stored_at
    for name in _MOMENTS_AND_COUNTS:
        setattr(run, name, getattr(release, name))
    if release.completed_at:
        run.unknown_count, run.not_attempted_count = release.unknown_count, release.not_attempted_count


_MOMENTS_AND_COUNTS = (
    "visible_at",
    "expires_at",
    "stopped_at",
    "abandoned_at",
    "recalled_at",
    "superseded_by",
    "published_count",
    "refused_count",
    "never_activated_count",
    "deactivated_count",
    "not_ebox_only_count",
    "published_digest",
    "refused_digest",
)


def _record_lists(run: Run, release: Release) -> None:
    if run.lists.exists():
        return
    parts = zip(release.package.lists, release.package.already or (), strict=True)
    RunList.objects.bulk_create(_list_of(run, number, part, had) for number, (part, had) in enumerate(parts, start=1))


def _list_of(run: Run, number: int, part: ListRecord, already: int) -> RunList:
    return RunList(
        run=run,
        number=number,
        file_name=part.file_name,
        digest=bytes.fromhex(part.digest),
        size=part.size,
        encoding=part.encoding,
        separator=part.separator,
        column=part.column,
        rows_count=part.rows,
        excluded_count=part.excluded,
        merged_count=part.merged,
        already_count=already,
        recipients_count=part.recipients - already,
        faults=part.faults,
    )


def _facts(run: Run) -> dict[str, object]:
    facts: dict[str, object] = {"recipients": run.recipients_count}
    if run.reason:
        facts["reason"] = run.reason
    if run.visible_at:
        facts |= {"published": run.published_count, "refused": run.refused_count}
        facts["visible_at"] = run.visible_at.isoformat()
    if run.superseded_by:
        facts["superseded_by"] = str(run.superseded_by)
    return facts


def _run_of(environment: str, release: Release) -> Run:
    message, package, options = release.message, release.package, options_of(environment)
    is_half_sent = release.visible_at is not None and release.completed_at is None
    return Run(
        id=release.run,
        environment=environment,
        # Until when it may be sent, and who paused it perhaps, went with control: it does not go on by itself.
        state=State.PAUSED if is_half_sent else State.PREPARING,
        reason=_WAS_BEING_SENT if is_half_sent else "",
        parallel=options.parallel,
        rate=options.rate,
        institution=message.institution,
        application=message.application,
        ticket=message.ticket,
        sequence=message.sequence,
        message_type=message.type_code,
        language=message.language,
        title=message.title,
        document_digest=message.document_digest,
        metadata_digest=message.metadata_digest,
        particulars=replace(package, already=None).as_json(),
        adds=package.adds,
        created_at=release.stored_at,
        created_by=package.by,
    )
