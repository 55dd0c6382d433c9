"""`eboxcast login`, `logout` and `whoami`: as whom commands act here."""

from __future__ import annotations

import getpass
import sys

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.cli.shell.private import forget_token, keep_token
from eboxcast.lib import clock
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_text


class NoTokenGiven(WrongUse):
    """Nothing came on standard input."""

    code = "token.none-given"
    sentence = N_("No token was given.")
    remedy = N_("Enter it on standard input or at the prompt, never as an argument: other users could see it there.")


_PROMPT = N_("Token (hidden): ")
_KEPT = N_("You are {name} ({roles}) until {moment}. The token is saved in {path}, which only you can read.")
_FORGOTTEN = N_("The token was removed from this machine. It remains valid until it expires or is revoked.")
_NONE = N_("No token was saved on this machine.")
_YOU = N_("You are {name}: {roles}.")
_OF = N_("You belong to the institution {institution}.")
_PROCEDURE = N_("The procedure is {procedure}. This is a {kind} installation; its clock shows {moment}.")
_LONGEST = 200

app = command_app()


@app.command()
def login() -> None:
    """Save a personal token, from standard input or a hidden prompt. It is checked first."""
    from eboxcast.senders.people import actor_of  # Django's models, which `logout` does without
    from eboxcast.senders.people_tokens import token_of  # the same

    text = _given()
    token = token_of(text)
    who = actor_of(token.person)
    path = keep_token(text)
    data = {"name": who.name, "roles": ", ".join(sorted(who.roles)), "path": path}
    console.line(translate(_KEPT, language_of_user(), {**data, "moment": token.expires_at}))


@app.command()
def logout() -> None:
    """Delete the token saved by `eboxcast login`."""
    console.line(translate(_FORGOTTEN if forget_token() else _NONE, language_of_user()))


@app.command()
def whoami(as_json: AsJson = False) -> None:
    """Show who is acting, with which roles, and what kind of installation this is."""
    from eboxcast.cli.shell.acting import actor  # as above
    from eboxcast.database import installation  # as above

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
        typer.echo(json_text(told, precision="seconds"))
        return
    sentences = (_YOU, _OF, _PROCEDURE) if who.institution else (_YOU, _PROCEDURE)
    for sentence in sentences:
        typer.echo(translate(sentence, language_of_user(), {**told, "roles": ", ".join(sorted(who.roles))}))


def _given() -> str:
    hidden = sys.stdin.isatty()
    text = (getpass.getpass(translate(_PROMPT, language_of_user())) if hidden else sys.stdin.read(_LONGEST)).strip()
    if not text:
        raise NoTokenGiven
    return text
