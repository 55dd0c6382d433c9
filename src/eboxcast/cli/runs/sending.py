"""What `publish`, `prepare` and `launch` have in common: they tell each step on standard error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic

import typer

from eboxcast.cli.package.check import sheet_lines, show
from eboxcast.cli.shell import console, progress
from eboxcast.cli.shell.acting import actor
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote.batches import Sums
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.errors import Incomplete, InputRefused
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.model import Package, Policies
from eboxcast.presenters.checks import check_answer, checked_list
from eboxcast.presenters.json import json_text
from eboxcast.presenters.run_commands import continuing_command, launch_command
from eboxcast.reports.certificate import issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.recipients import remainder_now
from eboxcast.targets.opening import capabilities_of


class NotFinished(Incomplete):
    """A run is sent in part and may go on."""

    code = "run.not-finished"
    sentence = N_("Run {run} is {state}: {remainder}. {reason}")
    remedy = N_("To continue: {command}")


class SendingInterrupted(Incomplete):
    """A signal ended the sending between two batches."""

    code = "run.sending-interrupted"
    sentence = N_("Interrupted. Run {run}: {remainder}. If workers are running, they continue with it.")
    remedy = N_('To continue: {command}; to pause it: eboxcast pause {run} --reason "…"')


PUBLISHED_WITH_REFUSALS = 6
Waiting = Callable[[datetime], None]
Progress = Callable[[Sums], None]

_CHECKING = N_("Checking the recipient lists")
_CHECKED = N_("Checked: {rows} rows in {lists} {lists:list|lists}, {recipients} recipients ({seconds} s).")
_PREPARED = N_("Prepared: {recipients} recipients stored in {environment}, not visible yet ({seconds} s). Run {run}.")
_ALREADY_PREPARED = N_("Already prepared in {environment} on {moment}. Run {run}.")
_ALREADY_PUBLISHED = N_("Already published in {environment} on {moment}. Run {run}. Nothing was changed.")
_WAITING = N_("Waiting for the agreed moment, {moment}. To stop before then: eboxcast stop {run}")
_HANDED_OVER = N_("Handed over to the workers. To follow it: eboxcast status {run}")
_SENDING = N_("Sending")
_SENT = N_("Sent: {remainder} ({seconds} s).")
_WINDOW_OVER = N_("The window ended on {end}.")
_ENDED = (State.PUBLISHED, State.RECALLED, State.SUPERSEDED)
_VISIBLE = N_("Visible to {published} {published:recipient|recipients} since {moment} ({seconds} s).")


def check(directory: Path, *, policies: Policies, as_json: bool) -> Package:
    """Check a package, and say so; answer what is wrong and end with 3 when something stands against it."""
    language = language_of_user()
    started = monotonic()
    package = checked(directory, policies=policies, as_json=as_json)
    _tell(
        _CHECKED,
        rows=grouped(sum(account.rows for account in package.lists), language),
        lists=len(package.lists),
        recipients=grouped(len(package.keys), language),
        seconds=_since(started),
    )
    for account in package.lists:
        for line in sheet_lines(checked_list(account, language), language):
            console.line(line)
    return package


def checked(directory: Path, *, policies: Policies, as_json: bool) -> Package:
    """Check a package; answer what is wrong and end with 3 when something stands against it."""
    language = language_of_user()
    with progress.shown(translate(_CHECKING, language)) as reach:
        found = check_for_sending(directory, policies=policies, progress=reach)
    if found.package is not None:
        return found.package
    answer = check_answer(found, language)
    if as_json:
        typer.echo(json_text(answer))
    else:
        show(answer, language=language)
    raise typer.Exit(InputRefused.exit_code)


def prepare(package: Package, *, environment: str, adds: bool) -> Run:
    """Store a package in an environment, and say so."""
    started = monotonic()
    run = actions.prepare(package, environment=environment, actor=actor(), adds=adds)
    if run.visible_at is not None:
        return run
    if run.prepared_at is not None and (clock.now() - run.prepared_at).total_seconds() > monotonic() - started:
        _tell(_ALREADY_PREPARED, environment=environment, moment=run.prepared_at, run=run.short)
    else:
        recipients = grouped(run.recipients_count or 0, language_of_user())
        _tell(_PREPARED, recipients=recipients, environment=environment, run=run.short, seconds=_since(started))
    return run


def launch(run: Run, *, window: Window, by_workers: bool) -> Run:
    """Make a run visible, waiting for its window where there is one, and say so; or leave it to workers."""

    def begin(waiting: Waiting, sent: Progress) -> Run:
        return actions.launch(run, actor=actor(), window=window, waiting=waiting, progress=sent, by_workers=by_workers)

    return follow(run, begin, by_workers=by_workers)


def follow(run: Run, begin: Callable[[Waiting, Progress], Run], *, by_workers: bool) -> Run:
    """Launch a run in whatever way, and say meanwhile and afterwards how it goes."""
    was_published = _is_published(run)
    started = monotonic()
    told: set[datetime] = set()

    def waiting(until: datetime) -> None:
        if until not in told:
            told.add(until)
            _tell(_WAITING, moment=until, run=run.short)

    with progress.shown(translate(_SENDING, language_of_user())) as reach:

        def sent(sums: Sums) -> None:
            reach(sums.attempted, run.recipients_count or 0)

        try:
            run = begin(waiting, sent)
        except KeyboardInterrupt:
            _refuse_interrupted(run)
            raise
    if by_workers and run.state == State.RUNNING:
        _tell(_HANDED_OVER, run=run.short)
        return run
    _refuse_unfinished(run)
    if was_published:
        tell_published(run)
    elif not capabilities_of(run.environment).atomic_visibility:
        _tell(_SENT, remainder=remainder_now(run, language_of_user()), seconds=_since(started))
    elif run.visible_at is not None:
        published = grouped(run.published_count or 0, language_of_user())
        _tell(_VISIBLE, published=published, moment=run.visible_at, seconds=_since(started))
    return run


def tell_published(run: Run) -> None:
    """Say since when a run is published, where it is."""
    if _is_published(run) and run.visible_at is not None:
        _tell(_ALREADY_PUBLISHED, environment=run.environment, moment=run.visible_at, run=run.short)


def _is_published(run: Run) -> bool:
    """Say whether a run is published to the end: what is sent to a provider is visible before that."""
    return run.published_count is not None


_MOST_RECEIPTS = 1_000_000
"""Of more, whoever publishes is not kept waiting: `report`, the pages and the steward make them."""


def certify(run: Run, *, as_json: bool, strict: bool) -> None:
    """Print the certificate of a run; end with 6 when asked to and not everybody was reached."""
    certificate = issue_certificate(run, actor=actor(), most_receipts=_MOST_RECEIPTS)
    typer.echo(json_text(certificate) if as_json else text_of(page_of(certificate, language_of_user())))
    if strict and run.state == State.PUBLISHED and run.published_count != run.recipients_count:
        raise typer.Exit(PUBLISHED_WITH_REFUSALS)


def _refuse_unfinished(run: Run) -> None:
    """Raise NotFinished for a run that is paused, stopped or failed, or whose window is over."""
    if run.state in _ENDED:
        return
    language = language_of_user()
    reason = mask_and_strip(run.reason)
    if not reason and run.not_after_at is not None and run.not_after_at <= clock.now():
        reason = translate(_WINDOW_OVER, language, {"end": run.not_after_at})
    raise NotFinished(
        run=run.short,
        state=run.state,
        remainder=remainder_now(run, language),
        reason=reason,
        command=continuing_command(run),
    )


def _refuse_interrupted(run: Run) -> None:
    """Raise SendingInterrupted where something of a run was sent when the signal came."""
    run = settle(run)
    if run.visible_at is not None and run.published_count is None:
        remainder = remainder_now(run, language_of_user())
        raise SendingInterrupted(run=run.short, remainder=remainder, command=launch_command(run))


def _tell(sentence: str, **data: object) -> None:
    console.line(translate(sentence, language_of_user(), data))


def _since(started: float) -> str:
    return f"{monotonic() - started:.2f}"
