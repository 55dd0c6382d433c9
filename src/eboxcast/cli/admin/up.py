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
    """Start the embedded database if it is not running, and show where it is.

    It keeps running when this command ends. Other commands start it automatically.
    """
    boot.configure()
    if not settings.EBOXCAST_EMBEDDED:
        raise NotEmbedded
    boot.reach_server()
    places = boot.places()
    typer.echo(f"The database answers.\ndata    {places.data}\nsocket  {places.socket}\nlog     {places.log}")
