"""`eboxcast message-type`: who may send what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli import talk
from eboxcast.cli.acting import acting
from eboxcast.cli.door import command_app
from eboxcast.lib.wording import N_, language_of_user, say
from eboxcast.senders.loading import load_senders
from eboxcast.senders.models import MessageType

_LOADED = N_("Loaded: {institutions} institution(s), {applications} application(s), {message_types} message type(s).")

app = command_app()


@app.callback()
def main() -> None:
    """Institutions, their applications, and the message types they may send."""


@app.command()
def load(file: Annotated[Path, typer.Argument(help="A sender file: TOML, docs/reference/sender-file.md.")]) -> None:
    """Load institutions, applications and message types from a file; what is there already is brought up to date."""
    loaded = load_senders(file, by=acting())
    talk.line(say(_LOADED, language_of_user(), vars(loaded)))


@app.command("list")
def show() -> None:
    """List the message types that are configured."""
    for kind in MessageType.objects.prefetch_related("applications").order_by("code"):
        applications = ", ".join(application.name for application in kind.applications.all())
        typer.echo(f"{kind.code}\t{kind.ebox_type}\t{applications}\twithout eBox: {kind.without_ebox}")
