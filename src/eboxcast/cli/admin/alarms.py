"""`eboxcast alarms`: where alarms go beside the emails: listing, registering, trying and removing an address."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices import webhooks
from eboxcast.notices.models import State
from eboxcast.notices.words import STATES
from eboxcast.presenters.alarms import webhooks_shown
from eboxcast.presenters.schemas.alarms import AlarmAddresses, WebhookShown


class AddressInArguments(WrongUse):
    """The address of a webhook often holds a key: it comes on standard input."""

    code = "alarms.address-in-arguments"
    sentence = N_("The address was given as an argument, where it appears in the list of processes.")
    remedy = N_("Give it on standard input: eboxcast alarms add NAME - < FILE")


_LONGEST = 1000
_HEADINGS = (N_("Number"), N_("Name"), N_("Address"), N_("Last alarm"), N_("State"), N_("Waiting"), N_("Problem"))
_NONE = N_("Alarms go to no address.")
_REGISTERED = N_(
    "Address {number} was registered. Its key is shown only now; give it to those who run the other system:"
)
_SENT = N_("The trial was accepted.")
_NOT_SENT = N_("The trial was not accepted: {problem}")
_REMOVED = N_("Address {number} was removed. No more alarms are sent there.")
_NEVER = "–"

Number = Annotated[int, typer.Argument(help="The number of the address.")]

app = command_app()


@app.callback()
def main() -> None:
    """Where alarms are sent beside the emails, by webhook."""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the addresses, and whether the last alarm was accepted. Only scheme and host are shown."""
    found = webhooks.list_webhooks(actor=actor())
    console.result(AlarmAddresses(addresses=webhooks_shown(found)), _lines, as_json=as_json, precision="seconds")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What you call the other system.")],
    address: Annotated[
        str,
        typer.Argument(metavar="-", help="Always -: the address is read from standard input, as it can contain a key."),
    ],
) -> None:
    """Register an address, and print its key once, on standard output."""
    if address != "-":
        raise AddressInArguments
    registered = webhooks.add_webhook(name, sys.stdin.read(_LONGEST).strip(), actor=actor())
    console.line(translate(_REGISTERED, language_of_user(), {"number": registered.webhook.pk}))
    typer.echo(registered.key)


@app.command()
def test(number: Number) -> None:
    """Send a trial at once. Exits with 1 if it is not accepted."""
    alarm = webhooks.try_webhook(number, actor=actor())
    if alarm.state == State.SENT:
        console.line(translate(_SENT, language_of_user()))
        return
    data = {"problem": mask_and_strip(alarm.last_problem)}
    console.line(translate(_NOT_SENT, language_of_user(), data))
    raise typer.Exit(1)


@app.command()
def remove(number: Number) -> None:
    """Send no more alarms to an address. Alarms that are still waiting are not sent. This is final."""
    webhooks.remove_webhook(number, actor=actor())
    console.line(translate(_REMOVED, language_of_user(), {"number": number}))


def _lines(answer: AlarmAddresses, language: str) -> list[str]:
    """Return a line for each address, below headings."""
    rows = [_cells(one, language) for one in answer.addresses]
    return console.table(_HEADINGS, rows, language) if rows else [translate(_NONE, language)]


def _cells(one: WebhookShown, language: str) -> tuple[str, ...]:
    return (
        f"{one.number}",
        one.label,
        one.origin,
        short_moment(one.last_at, language) if one.last_at else _NEVER,
        translate(STATES[State(one.state)], language) if one.state else _NEVER,
        f"{one.waiting}",
        one.problem,
    )
