"""Where a run stands, made from what is recorded of it."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.broadcasts.lookup import numbers_of_runs
from eboxcast.delivery.models import Run
from eboxcast.delivery.remote.progress import UnderWay, under_way
from eboxcast.delivery.runs.lookup import Listed, RunsPage
from eboxcast.delivery.runs.progress import Pending as Asked
from eboxcast.delivery.runs.progress import moment_of, progress_of
from eboxcast.lib.command_line import command_of
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.run_commands import launch_command, steps_of
from eboxcast.presenters.schemas.run import ListedRun, Pending, RunList, RunStatus, Work, Worker
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.certificate_page import verdict_of


def run_status(run: Run, language: str) -> RunStatus:
    """Return where a settled run stands. Its sentences are in the language of the reader."""
    certificate = certificate_of(run, procedure=False)
    message, recipients = certificate.message, certificate.recipients
    progress = progress_of(run)
    return RunStatus(
        run=certificate.run,
        broadcast=numbers_of_runs([run.id]).get(run.id),
        environment=certificate.environment,
        state=certificate.state,
        since=progress.since,
        by=mask_and_strip(progress.by),
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
        pending=tuple(map(_pending, progress.pending)),
        next=steps_of(progress, language),
    )


def run_list(page: RunsPage) -> RunList:
    """Return some runs, newest first."""
    numbers = numbers_of_runs(listed.run.id for listed in page.runs)
    return RunList(runs=tuple(_listed(listed, numbers.get(listed.run.id)) for listed in page.runs), more=page.more)


def listed_runs(runs: Sequence[Run]) -> tuple[ListedRun, ...]:
    """Return some settled runs, in their order."""
    return run_list(RunsPage(runs=tuple(Listed(run=run, asked=True) for run in runs), more=False)).runs


def _listed(listed: Listed, broadcast: str | None) -> ListedRun:
    run = listed.run
    return ListedRun(
        run=str(run.id),
        broadcast=broadcast,
        environment=run.environment,
        state=run.state,
        asked=listed.asked,
        since=moment_of(run) or run.created_at,
        application=mask_and_strip(run.application),
        ticket=mask_and_strip(run.ticket),
        sequence=run.sequence,
        language=run.language,
        title=mask_and_strip(run.title),
        recipients=run.recipients_count,
        published=run.published_count,
        by=mask_and_strip(run.created_by),
    )


def work_of(run: Run) -> Work | None:
    """Return how a run that is sent goes; None where it was never cut into batches, or its account is closed."""
    found = under_way(run) if run.published_count is None else None
    return _work(run, found) if found else None


def _pending(asked: Asked) -> Pending:
    return Pending(
        action=asked.action, by=mask_and_strip(asked.by), at=asked.at, command=command_of(asked.continued_by)
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
