"""The commands that decide about a run: each says what follows from it, and with `--json` the new status."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.cli.runs.following import show_status
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason, RunNumber
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote.health import GoesOn, who_goes_on
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.production_gate import may_be_retried
from eboxcast.delivery.runs.progress import who_decided
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.run_commands import launch_command
from eboxcast.reports.recipients import readings_of, remainder_now
from eboxcast.reports.states import state_in

app = command_app()

_STOPPED = N_(
    "Stopped. It is not visible to any of its {count} recipients, and it cannot be launched.\n"
    'To undo the stop: eboxcast resume {run}; to discard it: eboxcast discard {run} --reason "…"'
)
_STOPPED_SENDING = N_(
    "Stopped: {remainder}. Calls in progress will finish; nothing more is sent after that. "
    "Recipients who have it keep it: a message cannot be recalled from a provider.\n"
    "To undo the stop: eboxcast resume {run}; to end it as published in part: eboxcast close {run} "
    '--reason "…"'
)


@app.command()
def stop(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Prevent anything more of a run from becoming visible, until it is resumed. A waiting launch is ended."""
    who, found = _found(run)
    before = _who_was_first(found, State.STOPPED)
    stopped = actions.stop(found, actor=who, reason=reason)
    consequence = _STOPPED if stopped.visible_at is None else _STOPPED_SENDING
    _tell(stopped, *before, consequence, as_json=as_json)


_PAUSED = N_(
    "Paused: {remainder}. Calls in progress will finish; nothing more is sent until the run is "
    "resumed.\n"
    "To resume: eboxcast resume {run}"
)


@app.command()
def pause(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Pause a run that is being sent to a provider: no new batch starts until it is resumed."""
    who, found = _found(run)
    paused = actions.pause(found, actor=who, reason=reason)
    _tell(paused, _PAUSED, as_json=as_json)


_RESUMED = N_(
    "Resumed: it is prepared again for {count} {count:recipient|recipients}, but not visible yet.\n"
    "Nothing becomes visible automatically. To make it visible: eboxcast launch {run}"
)
_SENT_ON = N_("Resumed: {remainder}.")
_GOES_ON = {
    GoesOn.WORKERS: N_(
        "The workers of {environment} continue with it automatically. To follow it: eboxcast status "
        "{run} --watch\n"
        "To continue from here too: {command}"
    ),
    GoesOn.NOBODY: N_("No worker is running, so it does not continue automatically. To continue from here: {command}"),
    GoesOn.NOBODY_IN_THIS_WINDOW: N_("The window ended on {end}, so nothing is sent. To set a new end: {command}"),
}


@app.command()
def resume(run: RunNumber, as_json: AsJson = False) -> None:
    """Undo the stop or the pause of a run: it can be launched again, or continues."""
    who, found = _found(run)
    resumed = actions.resume(found, actor=who)
    if resumed.state != State.RUNNING:
        _tell(resumed, _RESUMED, as_json=as_json)
        return
    more = {"command": launch_command(resumed), "end": resumed.not_after_at}
    _tell(resumed, _SENT_ON, _GOES_ON[who_goes_on(resumed)], as_json=as_json, **more)


_LIMITED = N_(
    "From the next batch: at most {rate} recipients per second, {parallel} {parallel:batch|batches} at once."
    " So far: {remainder}."
)
_UNLIMITED = N_("From the next batch: no rate limit, {parallel} {parallel:batch|batches} at once. So far: {remainder}.")


@app.command()
def pace(
    run: RunNumber,
    rate: Annotated[
        float | None, typer.Option(min=0, help="The maximum number of recipients per second; 0 means no limit.")
    ] = None,
    parallel: Annotated[int | None, typer.Option(min=1, max=64, help="The number of batches at once.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set how fast a run is sent to a provider, even while it is being sent."""
    who, found = _found(run)
    paced = actions.pace(found, rate=rate, parallel=parallel, actor=who)
    _tell(paced, _LIMITED if paced.rate else _UNLIMITED, as_json=as_json, rate=paced.rate, parallel=paced.parallel)


class Unknown(StrEnum):
    """What became of them."""

    PUBLISHED = "published"
    REFUSED = "refused"
    RESEND = "resend"


_RESOLVED = {
    Unknown.PUBLISHED: N_("{resolved} unknown recipients now count as published. Nothing will be sent to them again."),
    Unknown.REFUSED: N_("{resolved} unknown recipients now count as refused. Nothing will be sent to them again."),
    Unknown.RESEND: N_(
        "{resolved} unknown recipients will be sent to again. Those who already have the document will "
        "receive it twice."
    ),
}
_GO_ON = N_("Now {remainder}. To continue: eboxcast resume {run}")


@app.command()
def resolve(
    run: RunNumber,
    unknown: Annotated[Unknown, typer.Option(help="The answer of the provider's support; resend sends again.")],
    reason: Reason,
    message_id: Annotated[
        str | None, typer.Option(help="With published: the provider's number of the message, if requested.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Resolve the recipients whose result is unknown, because a call was interrupted without an answer.

    `eboxcast report RUN --paper-list FILE` lists them. Ask the provider's support first: the result is permanent.
    """
    who, found = _found(run)
    count = actions.resolve(found, as_=actions.COUNTS_AS[unknown], actor=who, reason=reason, message_number=message_id)
    settled = settle(found)
    _tell(settled, _RESOLVED[unknown], _GO_ON, as_json=as_json, resolved=count)


_CLOSED = N_(
    "Closed: {remainder}. This is final and nothing more is sent.\n"
    "Certificate: eboxcast report {run}; recipients who did not receive it: eboxcast report {run} "
    "--paper-list FILE"
)
_RETRY = N_("To retry the recipients who were refused or not attempted: eboxcast retry {run}")


@app.command()
def close(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """End a paused, stopped or failed run as published in part, with its certificate. This cannot be undone."""
    who, found = _found(run)
    closed = actions.close(found, actor=who, reason=reason)
    _tell(closed, _CLOSED, *([_RETRY] if may_be_retried(closed) else []), as_json=as_json)


_DISCARDED = N_(
    "Discarded: none of its {count} recipients has seen anything, and this run can never be "
    "launched.\n"
    "Its ticket is free again. To prepare the same files again: eboxcast prepare DIR --environment "
    "{environment}"
)


@app.command()
def discard(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Discard a run before anything of it is visible. This cannot be undone."""
    who, found = _found(run)
    before = _who_was_first(found, State.DISCARDED)
    discarded = actions.discard(found, actor=who, reason=reason)
    _tell(discarded, *before, _DISCARDED, as_json=as_json)


_PREPARED_AGAIN = N_(
    "Run {run} has the same message for the {recipients} recipients who were refused or not "
    "attempted. It is prepared; nothing has been sent yet.\n"
    "To send it: eboxcast launch {run}"
)
_RETRIED = N_("Run {run} already does this. To see its status: eboxcast status {run}")


@app.command()
def retry(run: RunNumber, as_json: AsJson = False) -> None:
    """Prepare a new run of the same message for the recipients who were refused or not attempted; no files are needed.

    Unknown recipients are not included. Running it again shows the run that already exists.
    """
    who, found = _found(run)
    again = actions.retry(found, actor=who)
    _tell(again, _PREPARED_AGAIN if again.launched_at is None else _RETRIED, as_json=as_json)


_RECALLED = N_(
    "Recalled: it is no longer visible to any of its {count} recipients. It had been visible since "
    "{visible}; {read} had opened it.\n"
    "This cannot be undone. To publish the same message again: eboxcast publish DIR --environment "
    "{environment} --add"
)


@app.command()
def recall(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Recall a published message from all recipients at once. This cannot be undone; it may already have been read."""
    who, found = _found(run)
    before = _who_was_first(found, State.RECALLED)
    recalled = actions.recall(found, actor=who, reason=reason)
    readings = readings_of(recalled)
    _tell(recalled, *before, _RECALLED, as_json=as_json, read=readings.total if readings else 0)


def _found(number: str) -> tuple[Actor, Run]:
    """Return who acts, and the run as it stands."""
    who = actor()
    return who, settle(find_run(number, actor=who))


_ALREADY = N_("It was already {state}, since {since}, by {by}. Nothing was changed.")


def _who_was_first(run: Run, state: State) -> tuple[str, ...]:
    """Return the sentence for somebody who wants what another has done before, and nothing otherwise."""
    return (_ALREADY,) if run.state == state else ()


def _tell(run: Run, *consequences: str, as_json: bool, **more: object) -> None:
    """Print what follows from a decision, or the new status as JSON with the consequence beside it."""
    language = language_of_user()
    data = {**_data(run, language), **{name: _shown(value, language) for name, value in more.items()}}
    sentences = "\n".join(translate(consequence, language, data) for consequence in consequences)
    if as_json:
        console.line(sentences)
        show_status(run, as_json=True)
    else:
        typer.echo(sentences)


def _data(run: Run, language: str) -> dict[str, object]:
    by, at = who_decided(run) or (run.created_by, run.created_at)
    count = run.recipients_count if run.published_count is None else run.published_count
    return {
        "run": run.short,
        "count": grouped(count or 0, language),
        "recipients": grouped(run.recipients_count or 0, language),
        "visible": run.visible_at or "",
        "environment": run.environment,
        "remainder": remainder_now(run, language),
        "state": state_in(run.state, language),
        "by": mask_and_strip(by),
        "since": at,
    }


def _shown(value: object, language: str) -> object:
    if isinstance(value, float) and value != int(value):
        return f"{value:g}"
    return grouped(int(value), language) if isinstance(value, int | float) else value
