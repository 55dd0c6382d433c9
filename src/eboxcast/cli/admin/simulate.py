"""`eboxcast simulate-provider` and `simulate-sign-in`: what others provide, on this machine, to rehearse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell.app import command_app
from eboxcast.simulator.clients import read_clients
from eboxcast.simulator.eboxes import Eboxes, read_eboxes
from eboxcast.simulator.identity.people import read_people
from eboxcast.simulator.identity.server import serve_identities
from eboxcast.simulator.journal import Journal
from eboxcast.simulator.provider import Behaviour, Provider
from eboxcast.simulator.senders import Senders, read_senders
from eboxcast.simulator.server import serve

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free port.")]

app = command_app()


@app.command("simulate-provider")
def provider(
    host: Host = "127.0.0.1",
    port: Port = 0,
    delay_ms: Annotated[float, typer.Option(min=0, help="The minimum duration of each call.")] = 0,
    link: Annotated[bool, typer.Option(help="Whether linkEboxMessage is offered.")] = True,
    largest_call: Annotated[int, typer.Option(min=1, help="The maximum number of recipients in one call.")] = 1000,
    idempotency: Annotated[bool, typer.Option("--idempotency", help="Support the header Idempotency-Key.")] = False,
    token_seconds: Annotated[float, typer.Option(min=0, help="How long an access token is valid.")] = 3600,
    active_share: Annotated[
        float, typer.Option(min=0, max=1, help="The share of recipients who have opened an eBox.")
    ] = 1,
    refuse_share: Annotated[
        float, typer.Option(min=0, max=1, help="The share of recipients who are permanently refused.")
    ] = 0,
    eboxes: Annotated[Path | None, typer.Option(help="An eBox file, instead of the two shares.")] = None,
    senders: Annotated[Path | None, typer.Option(help="A sender file. By default, every sender is configured.")] = None,
    clients: Annotated[
        Path | None, typer.Option(help="A file of clients. By default, one client: rehearsal, rehearsal.")
    ] = None,
    state_file: Annotated[
        Path | None, typer.Option(help="Where to save its state, so that it survives a restart.")
    ] = None,
) -> None:
    """Simulate an eBox provider. The first line of standard output is JSON with its addresses. SIGTERM stops it."""
    provider = Provider(
        behaviour=Behaviour(
            delay_ms=delay_ms,
            offers_link=link,
            largest_call=largest_call,
            idempotency=idempotency,
            token_seconds=token_seconds,
        ),
        eboxes=Eboxes(
            active_share=active_share, refuse_share=refuse_share, known=read_eboxes(eboxes) if eboxes else None
        ),
        senders=read_senders(senders) if senders else Senders(any_trio=True),
        clients=read_clients(clients) if clients else None,
        journal=Journal(state_file) if state_file else None,
    )
    serve(provider, host=host, port=port, ready=_say)


def _say(addresses: dict[str, object]) -> None:
    typer.echo(json.dumps(addresses))


@app.command("simulate-sign-in")
def sign_in(
    people: Annotated[Path, typer.Argument(help="The file of fictional people: docs/howto/sign-in-of-recipients.md.")],
    redirect: Annotated[list[str], typer.Option(help="An address that people are sent back to. May be repeated.")],
    host: Host = "127.0.0.1",
    port: Port = 0,
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
