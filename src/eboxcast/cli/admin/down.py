"""eboxcast down: stop the embedded database."""

from __future__ import annotations

import typer
from django.conf import settings

from eboxcast.cli.shell.app import command_app
from eboxcast.database import boot
from eboxcast.database.embedded.server import take_down
from eboxcast.database.errors import NotEmbedded

app = command_app()


@app.command()
def down() -> None:
    """Stop the embedded database. Running commands are interrupted and can be continued; nothing is lost."""
    boot.configure()
    if not settings.EBOXCAST_EMBEDDED:
        raise NotEmbedded
    stopped = take_down(boot.places(), boot.to_stderr)
    typer.echo("The database has stopped." if stopped else "The database was not running.")
