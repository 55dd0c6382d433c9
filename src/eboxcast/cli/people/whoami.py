"""`eboxcast whoami`: as whom commands act here."""

from __future__ import annotations

import typer

from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.database import installation
from eboxcast.lib import clock
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import as_json as plain_json

_YOU = N_("You are {name}: {roles}.")
_OF = N_("You belong to the institution {institution}.")
_PROCEDURE = N_("The procedure is {procedure}. This is a {kind} installation; its clock shows {moment}.")

app = command_app()


@app.command()
def main(as_json: AsJson = False) -> None:
    """Show who is acting, with which roles, and what kind of installation this is."""
    who = actor()
    told = {
        "name": who.name,
        "roles": sorted(who.roles),
        "institution": who.institution or None,
        "service": who.service,
        "procedure": installation.procedure(),
        "kind": installation.kind(),
        "moment": clock.now(),
    }
    if as_json:
        typer.echo(plain_json(told, precision="seconds"))
        return
    sentences = (_YOU, _OF, _PROCEDURE) if who.institution else (_YOU, _PROCEDURE)
    for sentence in sentences:
        typer.echo(translate(sentence, language_of_user(), {**told, "roles": ", ".join(sorted(who.roles))}))
