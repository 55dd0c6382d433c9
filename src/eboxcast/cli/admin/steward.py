"""`eboxcast steward`: what the procedure does by itself, in a loop until a signal, or once for a scheduler."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli.admin.exchange import told as told_of_files
from eboxcast.cli.broadcast.options import current_actor
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.signals import asked_to_end
from eboxcast.exchange.collection import take_in
from eboxcast.exchange.intake import Collected
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.operations import steward
from eboxcast.operations.steward import Done
from eboxcast.presenters.json import json_line
from eboxcast.presenters.operations import steward_pass
from eboxcast.presenters.schemas.operations import StewardPass

_READY = N_("Running the steward every {seconds} seconds. SIGTERM or Ctrl-C stops it after the current step.")
_LED = N_("{broadcast}: {did}")
_MAILS = N_("Emails: {made} made, {sent} sent, {failed} to be retried, {given_up} given up.")
_ALARMS = N_("Alarms: {sent} sent, {failed} to be retried, {given_up} given up.")
_RECIPIENT_MAILS = N_("Emails to recipients: {sent} sent, {failed} to be retried, {given_up} given up.")
_PROBLEM = N_("Emails are waiting: {problem}")

app = command_app()


@app.command()
def main(
    once: Annotated[bool, typer.Option("--once", help="Run once, then exit: for a scheduler.")] = False,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two passes.")] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object for each pass, one per line.")
    ] = (False),
) -> None:
    """Do everything that is due: remind, launch, follow runs, report, close, seal the audit, send the emails.

    Several stewards can run at the same time: each task is done once. The steward never decides for a person.
    """
    actor = current_actor()
    ending = asked_to_end()
    if once:
        done = steward.one_pass(take_in, ended=lambda: ending.asked, whole=True, actor=actor)
        _show(done, as_json=as_json)
        _tell_new(done, frozenset())
        raise typer.Exit(done.troubles[0].exit_code if done.troubles else 0)
    console.line(translate(_READY, language_of_user(), {"seconds": f"{every:g}"}))
    told: frozenset[str] = frozenset()
    for done in steward.passes(take_in, ended=lambda: ending.asked, wait=lambda: ending.wait(every), actor=actor):
        _show(done, as_json=as_json)
        told = _tell_new(done, told)


def _show(done: Done[Collected], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_line(steward_pass(done, language_of_user())))
    elif done.anything():
        for line in _lines(steward_pass(done, language_of_user()), language_of_user()):
            typer.echo(line)


def _tell_new(done: Done[Collected], told: frozenset[str]) -> frozenset[str]:
    """Say what went wrong, but not what was said after the last pass; return what is wrong now."""
    now = {f"{trouble.code} {trouble.data}": trouble for trouble in done.troubles}
    for text, trouble in now.items():
        if text not in told:
            console.error(trouble)
    return frozenset(now)


def _lines(done: StewardPass, language: str) -> list[str]:
    lines = [translate(_LED, language, vars(one)) for one in done.led]
    lines += map(told_of_files, done.files)
    if any(vars(done.mails).values()):
        lines.append(translate(_MAILS, language, vars(done.mails)))
    if any(vars(done.alarms).values()):
        lines.append(translate(_ALARMS, language, vars(done.alarms)))
    if any(vars(done.recipient_mails).values()):
        lines.append(translate(_RECIPIENT_MAILS, language, vars(done.recipient_mails)))
    if done.problem:
        lines.append(translate(_PROBLEM, language, {"problem": done.problem}))
    return lines
