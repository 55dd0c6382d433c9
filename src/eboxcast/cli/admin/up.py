"""eboxcast up: start the embedded database."""

from __future__ import annotations

import typer
from django.conf import settings

from eboxcast.cli.shell.app import command_app
from eboxcast.database import boot
from eboxcast.database.errors import NotEmbedded

app = command_app()


@app.command()
def up() -> None:
    """Start the embedded database where it does not run yet, and say where it is.

    It goes on running when this command ends, and the other commands start it by themselves.
    """
    boot.configure()
    if not settings.EBOXCAST_EMBEDDED:
        raise NotEmbedded
    boot.reach_server()
    places = boot.places()
    typer.echo(f"The database answers.\ndata    {places.data}\nsocket  {places.socket}\nlog     {places.log}")
