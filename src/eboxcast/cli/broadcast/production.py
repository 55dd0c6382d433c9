"""`eboxcast broadcast go|withdraw-go|arm|disarm|warn`: the GO, and all that must be ready for the evening."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.production import SHORTEST, Named, files_digest
from eboxcast.broadcasts.states import Action, missing_for
from eboxcast.cli.broadcast.answers import head_of, tell
from eboxcast.cli.broadcast.errors import GoNotNamed
from eboxcast.cli.broadcast.next_steps import FILES_SHOWN, go_moment
from eboxcast.cli.broadcast.options import Number, Why, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.delivery.broadcasts import contact_centre
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped, long_date
from eboxcast.lib.translation import N_, language_of_user, translate

_GIVEN = N_("Broadcast {broadcast}: the GO was given, for {moment} and for these files. It is valid until {end}.")
_WITHDRAWN = N_("Broadcast {broadcast}: the GO was withdrawn.")
_ARMED = N_("Broadcast {broadcast} is armed: it launches automatically on {moment} if nothing is missing then.")
_DISARMED = N_("Broadcast {broadcast} is no longer armed: it will not launch automatically.")
_WARNED = N_("Broadcast {broadcast}: the contact centre was warned.")
_PREPARED = N_("Prepared: {recipients} recipients, for {date}. Agreed moment: {moment}. Files: {files}")
_ASK_MOMENT = N_("The agreed moment")
_ASK_FILES = N_("The first {count} or more characters of the digest of your files")

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
    as_json: AsJson = False,
) -> None:
    """Give the institution's GO: for this broadcast, this moment and these files only."""
    found, actor = load_broadcast(broadcast)
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


@app.command()
def arm(broadcast: Number, as_json: AsJson = False) -> None:
    """Arm the launch: it starts automatically at the agreed moment. The person who gave the GO cannot arm it."""
    found, actor = load_broadcast(broadcast)
    production.arm(found, actor=actor)
    agreed = found.agreed_at or ""
    tell(found, _ARMED, as_json=as_json, moment=agreed)


@app.command()
def disarm(broadcast: Number, reason: Why = "", as_json: AsJson = False) -> None:
    """Disarm the launch: nothing starts automatically. It can still be launched by hand, or armed again."""
    found, actor = load_broadcast(broadcast)
    production.disarm(found, actor=actor, reason=reason)
    tell(found, _DISARMED, as_json=as_json)


@app.command()
def warn(
    broadcast: Number,
    first_time: Annotated[
        int | None, typer.Option(min=0, help="How many first-time eBox users to expect. Usually counted automatically.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Warn the contact centre of the date, with the audience and the first-time users expected."""
    found, actor = load_broadcast(broadcast)
    contact_centre.warn(found, actor=actor, first_time=first_time)
    tell(found, _WARNED, as_json=as_json)


def _named(found: Broadcast, actor: Actor, at: str, files: str) -> Named:
    """Return what the GO is for: as said, or on a terminal as typed by somebody who looked at what is prepared."""
    if not (at and files):
        missing = missing_for(found, Action.GIVE_GO, actor=actor)
        if missing is not None:
            raise missing
        if not sys.stdin.isatty():
            raise GoNotNamed(command=_command(found))
        _show_prepared(found)
        language = language_of_user()
        at = at or typer.prompt(translate(_ASK_MOMENT, language), err=True)
        files = files or typer.prompt(translate(_ASK_FILES, language, {"count": SHORTEST}), err=True)
    said = moment(at)
    assert said is not None  # noqa: S101 - only no text is no moment
    return Named(agreed_at=said, files=files.strip())


def _show_prepared(found: Broadcast) -> None:
    language = language_of_user()
    data = {
        "recipients": grouped(found.recipients_count or 0, language),
        "date": long_date(found.date, language) if found.date else "",
        "moment": go_moment(found.agreed_at) if found.agreed_at else "",
        "files": files_digest(found)[:FILES_SHOWN],
    }
    for line in (*head_of(found), translate(_PREPARED, language, data)):
        console.line(line)


def _command(found: Broadcast) -> str:
    agreed = go_moment(found.agreed_at) if found.agreed_at else "MOMENT"
    return f"eboxcast broadcast go {found.number} --moment {agreed} --files {files_digest(found)[:FILES_SHOWN]}"
