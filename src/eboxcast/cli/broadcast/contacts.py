"""`eboxcast broadcast contacts` and `eboxcast contacts`: whom to call, about one and as a rule."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.broadcasts import contacts as sheet
from eboxcast.broadcasts.guards import contacts_complete
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.standing_contacts import set_standing_contact, standing_contacts
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import told_in
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.broadcasts import follow_up_sheet
from eboxcast.presenters.json import json_text
from eboxcast.presenters.people import usual_contacts

_HEADINGS = (N_("Team or institution"), N_("Name"), N_("Email"), N_("Phone"))
_INSTITUTION = N_("the institution")
_COMPLETE = N_("Every contact needed has been named.")

OWN = "-"
"""How the institution's own contact is written where a team is expected."""

sheet_app = command_app()


@sheet_app.command()
def contacts(
    broadcast: Number,
    team: Annotated[
        str, typer.Argument(help="The team of the contact, or - for the institution. Leave out to show the contacts.")
    ] = "",
    name: Annotated[str, typer.Option(help="The name of the contact.")] = "",
    email: Annotated[str, typer.Option(help="The email address.")] = "",
    phone: Annotated[str, typer.Option(help="The phone number.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the contacts for a broadcast, or name one for the institution or for a team."""
    found, actor = load_broadcast(broadcast)
    if team:
        own = "" if team == OWN else team
        sheet.set_contact(found, actor=actor, team=own, name=name, email=email, phone=phone)
    with sanitized_db_errors():
        _show(found, as_json=as_json)


def _show(broadcast: Broadcast, *, as_json: bool) -> None:
    language, shown = language_of_user(), follow_up_sheet(broadcast)
    if as_json:
        typer.echo(json_text(shown))
        return
    rows = [
        (one.team or translate(_INSTITUTION, language), mask_and_strip(one.name), one.email, one.phone)
        for one in shown.contacts
    ]
    missing = contacts_complete(broadcast, STEWARD)
    lines = console.table(_HEADINGS, rows, language) if rows else []
    typer.echo("\n".join([*lines, told_in(missing, language) if missing else translate(_COMPLETE, language)]))


_NONE = N_("No one has been named yet.")
_SET = N_("{name} is the contact for {whose}, for broadcasts requested from now on.")

app = command_app()


@app.callback()
def main() -> None:
    """The usual contacts, which are copied to the follow-up sheet of each new broadcast."""


@app.command("list")
def show_all(as_json: AsJson = False) -> None:
    """List the contacts of the teams, and of the institutions you may see."""
    answer = usual_contacts(standing_contacts(actor()))
    if as_json:
        typer.echo(json_text(answer))
        return
    rows = [
        (one.team or one.institution or "", mask_and_strip(one.name), one.email, one.phone) for one in answer.contacts
    ]
    if rows:
        typer.echo("\n".join(console.table(_HEADINGS, rows, language_of_user())))
    else:
        console.line(translate(_NONE, language_of_user()))


@app.command("set")
def name_one(
    team: Annotated[str, typer.Argument(help="The team, or - for an institution.")],
    name: Annotated[str, typer.Option(help="The name of the contact.")],
    email: Annotated[str, typer.Option(help="The email address.")] = "",
    phone: Annotated[str, typer.Option(help="The phone number.")] = "",
    institution: Annotated[str, typer.Option(help="The institution, by CBE number. By default, your own.")] = "",
) -> None:
    """Set the contact of a team or an institution, replacing the previous one."""
    own = "" if team == OWN else team
    named = set_standing_contact(actor=actor(), team=own, institution=institution, name=name, email=email, phone=phone)
    data = {"name": mask_and_strip(named.name), "whose": named.team_id or named.institution_id}
    typer.echo(translate(_SET, language_of_user(), data))
