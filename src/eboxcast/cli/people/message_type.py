"""`eboxcast message-type`: from the form of an institution to a type that works in production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.people.message_type_form import form_in
from eboxcast.cli.people.message_type_text import show_list, show_one, show_standing
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Environment, EnvironmentName
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.senders import type_requests
from eboxcast.senders.lookup import find_either
from eboxcast.senders.models import TypeRequest
from eboxcast.senders.request_form import read_request
from eboxcast.senders.sender_file import load_senders
from eboxcast.senders.type_requests import configure_type

_LOADED = N_("Loaded: {institutions} institution(s), {applications} application(s), {message_types} message type(s).")
_ONLY_ACCEPTANCE = N_(
    "The message types work in acceptance only. To use one in production: eboxcast message-type "
    "configure CODE --environment production"
)

Number = Annotated[int, typer.Argument(help="The number of the request.")]
Reason = Annotated[str, typer.Option(help="The reason, in a few words. Kept permanently: do not identify any citizen.")]

app = command_app()


@app.callback()
def main() -> None:
    """Institutions, their applications, and the message types they may send."""


@app.command()
def form() -> None:
    """Write an empty form to request a new message type, with an explanation of each field."""
    typer.echo(form_in(language_of_user()))


@app.command()
def request(
    file: Annotated[Path, typer.Argument(help="The form: TOML, docs/reference/type-request-file.md.")],
    again: Annotated[int | None, typer.Option(help="The refused or withdrawn request that this one replaces.")] = None,
) -> None:
    """Request a new message type, and so become a sender. All faults in the form are shown at once."""
    _tell(type_requests.request_type(read_request(file), actor=actor(), again=again))


@app.command("list")
def show_all(as_json: AsJson = False) -> None:
    """List the message types and their requests, with who each is waiting for."""
    show_list(actor(), as_json=as_json)


@app.command()
def show(
    wanted: Annotated[str, typer.Argument(help="The code of a message type, or the number of a request.")],
    as_json: AsJson = False,
) -> None:
    """Show a message type and its request: what was requested, who decided what, and the next step."""
    show_one(*find_either(wanted, actor=actor()), as_json=as_json)


@app.command()
def validate(number: Number) -> None:
    """Validate a request at business level, for BCSS."""
    _tell(type_requests.validate_type(number, actor=actor()))


@app.command()
def accept(number: Number) -> None:
    """Accept a request technically, for the integration team."""
    _tell(type_requests.accept_type(number, actor=actor()))


@app.command()
def refuse(number: Number, reason: Reason) -> None:
    """Refuse a request, at any time before production. The institution may submit it again."""
    _tell(type_requests.refuse_type(number, reason=reason, actor=actor()))


@app.command()
def withdraw(number: Number, reason: Reason = "") -> None:
    """Withdraw a request, at any time before production."""
    _tell(type_requests.withdraw_type(number, reason=reason, actor=actor()))


@app.command()
def configure(
    code: Annotated[str, typer.Argument(help="The code of the message type.")], environment: Environment
) -> None:
    """Configure a message type: in acceptance once its request is accepted, then in production."""
    who = actor()
    configure_type(code, environment=environment.value, actor=who)
    show_standing(*find_either(code, actor=who))


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A sender file: TOML, docs/reference/sender-file.md.")],
    environment: Annotated[
        EnvironmentName, typer.Option(help="acceptance: the types work in acceptance only; production: in both.")
    ] = EnvironmentName.PRODUCTION,
) -> None:
    """Load institutions, applications and message types from a file. Existing ones are updated."""
    only_acceptance = environment == EnvironmentName.ACCEPTANCE
    loaded = load_senders(file, actor=actor(), only_acceptance=only_acceptance)
    console.line(translate(_LOADED, language_of_user(), vars(loaded)))
    if only_acceptance and loaded.message_types:
        console.line(translate(_ONLY_ACCEPTANCE, language_of_user()))


def _tell(request: TypeRequest) -> None:
    show_standing(*find_either(str(request.pk), actor=actor()))
