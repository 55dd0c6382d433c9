"""`eboxcast expire`: delete personal data whose time has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, EnvironmentName
from eboxcast.database.environments import environments_in_reach
from eboxcast.delivery.expiry import Step as RunStep
from eboxcast.lib.formatting import grouped, short_run
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.operations.expiry import NothingDue, OfRun, Step, expire, foresee_expiry
from eboxcast.presenters.json import json_text
from eboxcast.presenters.operations import expiry, expiry_step
from eboxcast.presenters.schemas.operations import EmptiedNotices, ExpiryStep

_SENTENCES: Mapping[str, str] = {
    RunStep.DELETED: N_(
        "Deleted for run {run} ({environment}): {recipients} recipients, {readings} readings, {outcomes} outcomes."
    ),
    RunStep.DISCARDED: N_("Discarded: run {run} ({environment}), which was not launched by {until}."),
    RunStep.WARNED: N_("Run {run} ({environment}) is prepared but not launched. It will be discarded on {until}."),
    RunStep.BUSY: N_(
        "Run {run} ({environment}) should have been discarded on {until}, but its launch has begun. Stop "
        'it first: eboxcast stop {run} --reason "…"'
    ),
    RunStep.RECORDED: N_(
        "The data of run {run} ({environment}) was deleted earlier by a process that was interrupted. "
        "The deletion has now been recorded."
    ),
}
_WOULD: Mapping[str, str] = {
    RunStep.DELETED: N_("Would delete for run {run} ({environment}): {what}."),
    RunStep.DISCARDED: N_("Would discard run {run} ({environment}), which was not launched by {until}."),
}
_AUDIENCE = N_("audience and readings")
_OUTCOMES = N_("paper list and rejected rows")
_EMPTIED = N_(
    "Deleted: the text of {notices} emails and {attachments} attachments, about matters that ended "
    "{days} or more days ago."
)
_WOULD_EMPTY = N_(
    "Would delete: the text of {notices} emails and {attachments} attachments, about matters that "
    "ended {days} or more days ago."
)
_NOTHING = N_("Nothing is due in {environment}.")

app = command_app()


@app.command()
def main(
    environment: Annotated[EnvironmentName | None, typer.Option(help="Only acceptance, or only production.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, without changing anything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete personal data past its retention period, discard runs never launched, and warn of what is due soon.

    The text of emails is deleted too, long after their broadcast ended. Run it every day. Counts and salted digests are
    kept. The audit records what was deleted, by count, and is sealed.
    """
    names = (environment.value,) if environment else environments_in_reach()
    done = foresee_expiry(names, actor=actor()) if dry_run else expire(names, actor=actor())
    steps = _told(done, dry_run=dry_run, quietly=as_json)
    if as_json:
        typer.echo(json_text(expiry(steps, dry_run=dry_run), precision="seconds"))


def _told(done: Iterator[Step], *, dry_run: bool, quietly: bool) -> list[Step]:
    """Say each thing as it is done, so that nothing is unsaid when the next one fails; return all of it."""
    language, steps = language_of_user(), []
    for step in done:
        steps.append(step)
        if isinstance(step, NothingDue) and not quietly:
            typer.echo(translate(_NOTHING, language, {"environment": step.environment}))
        if isinstance(step, OfRun) and not quietly:
            typer.echo(_sentence(expiry_step(step), language, dry_run=dry_run))
    emptied = expiry(steps, dry_run=dry_run).notices
    if emptied and not quietly:
        typer.echo(_of_mails(emptied, dry_run=dry_run))
    return steps


def _of_mails(emptied: Sequence[EmptiedNotices], *, dry_run: bool) -> str:
    language = language_of_user()
    data = {
        "notices": grouped(sum(one.notices for one in emptied), language),
        "attachments": grouped(sum(one.attachments for one in emptied), language),
        "days": settings.EBOXCAST_NOTICE_DAYS,
    }
    return translate(_WOULD_EMPTY if dry_run else _EMPTIED, language, data)


def _sentence(step: ExpiryStep, language: str, *, dry_run: bool) -> str:
    sentence = _WOULD.get(step.step) if dry_run else None
    what = [name for name, due in ((_AUDIENCE, step.audience), (_OUTCOMES, step.outcomes_and_rows)) if due]
    counts = {name: grouped(count, language) for name, count in vars(step.counts).items() if count is not None}
    data = {
        "run": short_run(step.run),
        "environment": step.environment,
        "until": step.until or "",
        "what": ", ".join(translate(name, language) for name in what),
        **counts,
    }
    return translate(sentence or _SENTENCES[step.step], language, data)
