"""`eboxcast broadcast go|withdraw-go`: whoever confirms sees what is prepared, and types from it what the GO is for."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.production import SHORTEST, Named
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import refuse_impossible
from eboxcast.cli.broadcast.answers import head_of, tell
from eboxcast.cli.broadcast.errors import GoNotNamed
from eboxcast.cli.broadcast.go_text import lines_of
from eboxcast.cli.broadcast.options import Number, Why, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.delivery.broadcasts.go_preview import preview_go
from eboxcast.lib.actors import Actor
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.go import go_shown
from eboxcast.presenters.json import as_json as json_text
from eboxcast.presenters.schemas.go import GoShown

_GIVEN = N_("Broadcast {broadcast}: the GO was given, for {moment} and for these files. It is valid until {end}.")
_WITHDRAWN = N_("Broadcast {broadcast}: the GO was withdrawn.")
_ASK_MOMENT = N_("The agreed moment, for example 2027-01-31T18:00")
_ASK_FILES = N_("The first {count} or more characters of the digest of the files")

app = command_app()


@app.command()
def go(
    broadcast: Number,
    at: Annotated[
        str,
        typer.Option(
            "--moment", help="The agreed moment: 2027-02-15T18:00, Brussels time. On a terminal, you are asked for it."
        ),
    ] = "",
    files: Annotated[
        str,
        typer.Option(
            help="The digest of the prepared files, at least its first 8 characters. On a "
            "terminal, you are asked for it."
        ),
    ] = "",
    show: Annotated[bool, typer.Option("--show", help="Only show what is prepared and what a GO must give.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give the institution's GO: for this broadcast, this moment and these files only."""
    found, actor = load_broadcast(broadcast)
    if show:
        shown = go_shown(preview_go(found, actor=actor))
        typer.echo(json_text(shown) if as_json else "\n".join(_lines(found, shown)))
        return
    named = _named(found, actor, at, files)
    production.give_go(found, actor=actor, named=named)
    end = found.window_ends_at or ""
    tell(found, _GIVEN, as_json=as_json, moment=named.agreed_at, end=end)


@app.command("withdraw-go")
def withdraw_go(broadcast: Number, reason: Why = "", as_json: AsJson = False) -> None:
    """Withdraw the GO before the launch. It can be given again."""
    found, actor = load_broadcast(broadcast)
    production.withdraw_go(found, actor=actor, reason=reason)
    tell(found, _WITHDRAWN, as_json=as_json)


def _named(found: Broadcast, actor: Actor, at: str, files: str) -> Named:
    """Return what the GO is for: as said, or on a terminal as typed by somebody who looked at what is prepared."""
    if not (at and files):
        refuse_impossible(found, Action.GIVE_GO, actor=actor)
        if not sys.stdin.isatty():
            raise GoNotNamed(broadcast=found.number)
        language = language_of_user()
        for line in _lines(found, go_shown(preview_go(found, actor=actor))):
            console.line(line)
        at = at or typer.prompt(translate(_ASK_MOMENT, language), err=True)
        files = files or typer.prompt(translate(_ASK_FILES, language, {"count": SHORTEST}), err=True)
    said = moment(at)
    assert said is not None  # noqa: S101 - only no text is no moment
    return Named(agreed_at=said, files=files.strip())


def _lines(found: Broadcast, shown: GoShown) -> list[str]:
    return [*head_of(found), "", *lines_of(shown, language_of_user())]
