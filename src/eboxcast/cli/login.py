"""`eboxcast login`: keep a personal token, so that commands know who acts."""

from __future__ import annotations

import getpass
import sys

from eboxcast.cli import talk
from eboxcast.cli.acting_errors import NoTokenGiven
from eboxcast.cli.door import command_app
from eboxcast.cli.token_file import keep_token
from eboxcast.lib import clock
from eboxcast.lib.wording import N_, language_of_user, say
from eboxcast.senders.people import actor_of
from eboxcast.senders.people_tokens import token_of

_PROMPT = N_("Token (it is not shown): ")
_KEPT = N_("You are {name} ({roles}), until {moment}. The token is kept in {path}, readable by you alone.")
_LONGEST = 200

app = command_app()


@app.command()
def main() -> None:
    """Keep a personal token, from standard input or a hidden prompt; it is checked first."""
    text = _given()
    token = token_of(text)
    who = actor_of(token.person)
    path = keep_token(text)
    data = {"name": who.name, "roles": ", ".join(sorted(who.roles)), "path": path}
    talk.line(say(_KEPT, language_of_user(), {**data, "moment": clock.shown(token.expires_at)}))


def _given() -> str:
    hidden = sys.stdin.isatty()
    text = (getpass.getpass(say(_PROMPT, language_of_user())) if hidden else sys.stdin.read(_LONGEST)).strip()
    if not text:
        raise NoTokenGiven
    return text
