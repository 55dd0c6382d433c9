"""Where a run stands, made from what is recorded of it."""

from __future__ import annotations

from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.remote.progress import UnderWay, under_way
from eboxcast.delivery.runs.intents import open_intents
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.run_commands import command_for, launch_command, steps_of
from eboxcast.presenters.schemas.run import Pending, RunStatus, Work, Worker
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.certificate_verdict import verdict_of
from eboxcast.targets.opening import capabilities_of


def run_status(run: Run, language: str) -> RunStatus:
    """Return where a settled run stands. Its sentences are in the language of the reader."""
    certificate = certificate_of(run)
    message, recipients = certificate.message, certificate.recipients
    since, by = _since(run)
    return RunStatus(
        run=certificate.run,
        environment=certificate.environment,
        state=certificate.state,
        since=since,
        by=by,
        sentence=verdict_of(certificate, language),
        reason=certificate.reason,
        ticket=message.ticket,
        sequence=message.sequence,
        language=message.language,
        title=message.title,
        recipients=recipients.recipients if recipients else None,
        published=recipients.published if recipients else None,
        refused=recipients.refused if recipients else None,
        unknown=recipients.unknown if recipients else None,
        under_way=recipients.under_way if recipients else None,
        not_attempted=recipients.not_attempted if recipients else None,
        work=work_of(run),
        not_before=run.not_before_at,
        not_after=run.not_after_at,
        visible_at=run.visible_at,
        expires_at=run.expires_at,
        pending=_pending(run),
        next=steps_of(run, language),
    )


def work_of(run: Run) -> Work | None:
    """Return how a run that is sent goes; None where it was never cut into batches, or its account is closed."""
    found = under_way(run) if run.published_count is None else None
    return _work(run, found) if found else None


def moment_of(run: Run) -> datetime | None:
    """Return since when a run is in its state, where the run itself knows it."""
    moments = {
        State.PREPARING: run.created_at,
        State.PREPARED: run.prepared_at,
        State.RUNNING: run.launched_at,
        State.PUBLISHED: run.visible_at,
        State.STOPPED: run.stopped_at,
        State.DISCARDED: run.abandoned_at,
        State.SUPERSEDED: run.recalled_at or run.abandoned_at,
        State.RECALLED: run.recalled_at,
    }
    return moments.get(State(run.state))


def _since(run: Run) -> tuple[datetime, str]:
    """Return when a run came into its state, and through whom."""
    with sanitized_db_errors():
        entry = Entry.objects.filter(run=run.id, action=f"run.{run.state}").order_by("-id").first()
    sent = not capabilities_of(run.environment).atomic_visibility and run.state == State.PUBLISHED
    moment = None if sent else moment_of(run)
    return moment or (entry.at if entry else run.created_at), mask_and_strip(entry.by if entry else run.created_by)


def _pending(run: Run) -> tuple[Pending, ...]:
    with sanitized_db_errors():
        return tuple(
            Pending(
                action=intent.action,
                by=mask_and_strip(intent.by),
                at=intent.asked_at,
                command=command_for(run, Action(intent.action)),
            )
            for intent in open_intents(run)
        )


def _work(run: Run, found: UnderWay) -> Work:
    busy = (Worker(worker=mask_and_strip(one.worker), batches=one.batches, until=one.until) for one in found.busy)
    return Work(
        batches_done=found.batches_done,
        batches_open=found.batches_open,
        sent=found.sent,
        refused=found.refused,
        unknown=found.unknown,
        left=found.left,
        rate=found.rate and round(found.rate, 1),
        seconds_left=None if found.seconds_left is None else round(found.seconds_left),
        next_claim_at=found.next_claim_at,
        busy=tuple(busy),
        command=launch_command(run),
    )
