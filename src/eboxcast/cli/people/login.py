"""`eboxcast login`: keep a personal token, so that commands know who acts."""

from __future__ import annotations

import getpass
import sys

from eboxcast.cli.people.token_file import keep_token
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting_errors import NoTokenGiven
from eboxcast.cli.shell.app import command_app
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.senders.people import actor_of
from eboxcast.senders.people_tokens import token_of

_PROMPT = N_("Token (hidden): ")
_KEPT = N_("You are {name} ({roles}) until {moment}. The token is saved in {path}, which only you can read.")
_LONGEST = 200

app = command_app()


@app.command()
def main() -> None:
    """Save a personal token, from standard input or a hidden prompt. It is checked first."""
    text = _given()
    token = token_of(text)
    who = actor_of(token.person)
    path = keep_token(text)
    data = {"name": who.name, "roles": ", ".join(sorted(who.roles)), "path": path}
    console.line(translate(_KEPT, language_of_user(), {**data, "moment": token.expires_at}))


def _given() -> str:
    hidden = sys.stdin.isatty()
    text = (getpass.getpass(translate(_PROMPT, language_of_user())) if hidden else sys.stdin.read(_LONGEST)).strip()
    if not text:
        raise NoTokenGiven
    return text
