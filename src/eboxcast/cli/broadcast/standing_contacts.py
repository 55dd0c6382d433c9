"""`eboxcast contacts`: whom teams and institutions name as their contact, unless a broadcast names another."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.broadcasts.standing_contacts import set_standing_contact, standing_contacts
from eboxcast.cli.broadcast.contact_sheet import OWN
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.lib.formatting import aligned
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import as_json as json_of
from eboxcast.presenters.people import usual_contacts

_HEADINGS = (N_("Team or institution"), N_("Name"), N_("Email"), N_("Phone"))
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
        typer.echo(json_of(answer))
        return
    rows = [
        (one.team or one.institution or "", mask_and_strip(one.name), one.email, one.phone) for one in answer.contacts
    ]
    if rows:
        headings = tuple(translate(heading, language_of_user()) for heading in _HEADINGS)
        typer.echo("\n".join(aligned([headings, *rows])))
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
