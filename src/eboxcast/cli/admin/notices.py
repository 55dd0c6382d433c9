"""`eboxcast notices`: the mails of the procedure, where each stands, and having one tried again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.cli.admin.notices_answer import show_list, show_one
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices import listing

_AGAIN = N_("{count} notice(s) will be retried.")

app = command_app()


class StateName(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    NO_READER = "no-reader"


@app.callback()
def main() -> None:
    """Emails of the procedure: what was sent to whom, and whether it was delivered to the mail server."""


@app.command("list")
def list_(
    broadcast: Annotated[str | None, typer.Option(help="Only about this broadcast.")] = None,
    state: Annotated[StateName | None, typer.Option(help="Only notices in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The maximum number of entries; the newest are shown.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List notices, oldest first, with their reader and state."""
    who = actor()
    about = find_broadcast(broadcast, actor=who).id if broadcast else None
    states = [state.value] if state else []
    show_list(listing.list_notices(actor=who, broadcast=about, states=states, limit=limit), as_json=as_json)


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The number of the notice.")],
    as_json: AsJson = False,
) -> None:
    """Show a notice as its reader receives it, and the last problem sending it."""
    show_one(listing.find_notice(number, actor=actor()), as_json=as_json)


@app.command()
def retry(
    number: Annotated[
        int | None, typer.Argument(help="The number of the notice. By default, all that were not sent.")
    ] = None,
) -> None:
    """Retry a notice that could not be sent, or all of them."""
    count = listing.retry(number, actor=actor())
    console.line(translate(_AGAIN, language_of_user(), {"count": count}))
