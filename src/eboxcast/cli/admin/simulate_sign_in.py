"""`eboxcast simulate-sign-in`: an identity provider on this machine, where people choose who they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell.app import command_app
from eboxcast.simulator.identity.people import read_people
from eboxcast.simulator.identity.server import serve_identities

app = command_app()


@app.command()
def main(
    people: Annotated[Path, typer.Argument(help="The file of fictional people: docs/howto/sign-in-of-recipients.md.")],
    redirect: Annotated[list[str], typer.Option(help="An address that people are sent back to. May be repeated.")],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free port.")] = 0,
    address: Annotated[str, typer.Option(help="Where browsers find it, if not at the address it listens on.")] = "",
    userinfo: Annotated[
        bool, typer.Option("--userinfo", help="Provide the numbers only at the userinfo endpoint, not in the ID token.")
    ] = False,
) -> None:
    """Simulate the sign-in of recipients: each visitor chooses who they are. Never use it for real eBoxes.

    The first line of standard output is JSON with its address. SIGTERM stops it.
    """
    serve_identities(
        read_people(people), redirects=redirect, host=host, port=port, address=address, apart=userinfo, ready=_say
    )


def _say(addresses: dict[str, object]) -> None:
    typer.echo(json.dumps(addresses))
