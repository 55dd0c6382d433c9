"""`eboxcast mail-in`: the mails that come in to our address, read in a loop until a signal, or once for a scheduler."""

from __future__ import annotations

from typing import Annotated

import typer
from django.db import connections

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.signals import asked_to_end
from eboxcast.lib import clock
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices.incoming.taking_in import TakenIn, mailbox_set, take_in_mails
from eboxcast.presenters.json import json_line
from eboxcast.presenters.schemas.notices import MailIn

_READY = N_("Reading {mailbox} every {seconds} seconds. SIGTERM or Ctrl-C stops it after the current email.")
_TAKEN = N_(
    "Emails read: {replies} replies, {returned} not delivered, {automatic} automatic, {others} for the team, "
    "{ours} of our own, {unreadable} that cannot be read."
)

app = command_app()


@app.command()
def main(
    once: Annotated[bool, typer.Option("--once", help="Run once, then exit: for a scheduler.")] = False,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two passes.")] = 30,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object for each pass, one per line.")
    ] = False,
) -> None:
    """Read the emails that people and mail servers send to EBOXCAST_MAIL_FROM, and file them with their broadcast.

    Several can run at the same time: each email is filed once. Attachments are never used as input files.
    """
    who, ending = actor(), asked_to_end()
    if once:
        _show(take_in_mails(ended=lambda: ending.asked, actor=who), as_json=as_json)
        return
    console.line(translate(_READY, language_of_user(), {"mailbox": mailbox_set().name, "seconds": f"{every:g}"}))
    told = ""
    while not ending.asked:
        try:
            _show(take_in_mails(ended=lambda: ending.asked, actor=who), as_json=as_json)
            told = ""
        except Trouble as trouble:
            told = _tell_once(trouble, told)
        connections.close_all()
        ending.wait(every)


def _tell_once(trouble: Trouble, told: str) -> str:
    """Say what is wrong, but not again in each pass; return what was said."""
    now = f"{trouble.code} {trouble.data}"
    if now != told:
        console.error(trouble)
    return now


def _show(taken: TakenIn, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_line(MailIn(at=clock.now(), **vars(taken))))
    elif any(vars(taken).values()):
        typer.echo(translate(_TAKEN, language_of_user(), vars(taken)))
