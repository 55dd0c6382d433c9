"""`eboxcast logout`: forget the personal token."""

from __future__ import annotations

from eboxcast.cli.people.token_file import forget_token
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.lib.translation import N_, language_of_user, translate

_FORGOTTEN = N_("The token was removed from this machine. It remains valid until it expires or is revoked.")
_NONE = N_("No token was saved on this machine.")

app = command_app()


@app.command()
def main() -> None:
    """Delete the token saved by `eboxcast login`."""
    console.line(translate(_FORGOTTEN if forget_token() else _NONE, language_of_user()))
