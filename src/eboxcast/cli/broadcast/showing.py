"""`eboxcast broadcast show|list|note`: how broadcasts stand."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.broadcasts import aftermath
from eboxcast.broadcasts.listing import Asked, list_broadcasts
from eboxcast.broadcasts.models import State
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, current_actor, load_broadcast
from eboxcast.cli.broadcast.sheet import show_sheet
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.formatting import short_date
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.broadcast_records import history_of
from eboxcast.presenters.broadcast_words import STATES, who_in
from eboxcast.presenters.broadcasts import broadcast_answer, broadcast_list
from eboxcast.presenters.json import json_text
from eboxcast.presenters.schemas.broadcast import BroadcastList, ListedBroadcast

_NOTED = N_("Note added to broadcast {broadcast}.")

app = command_app()


@app.command()
def show(
    broadcast: Number,
    history: Annotated[bool, typer.Option("--history", help="Also show its audit entries.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show everything about a broadcast: its state, who it is waiting for, and the command for the next step."""
    found, _ = load_broadcast(broadcast)
    with sanitized_db_errors():
        entries = history_of(found) if history else None
    if as_json:
        typer.echo(json_text(broadcast_answer(found, language_of_user(), entries)))
    else:
        show_sheet(found, entries)


@app.command("list")
def show_all(
    mine: Annotated[bool, typer.Option("--mine", help="Only broadcasts that are waiting for you.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only broadcasts that are late.")] = False,
    state: Annotated[list[State] | None, typer.Option(help="Only broadcasts in this state. May be repeated.")] = None,
    campaign: Annotated[str, typer.Option(help="Only broadcasts of this campaign.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Include refused, cancelled and closed broadcasts.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the broadcasts, most urgent first, with who each is waiting for and its next step."""
    states = frozenset(str(one) for one in state or ())
    asked = Asked(states=states, campaign=campaign, mine=mine, late=late, ended=ended)
    _show_list(asked, current_actor(), as_json=as_json)


@app.command()
def note(
    broadcast: Number,
    text: Annotated[
        str, typer.Argument(help="What was received by email or phone, in one line that does not identify any citizen.")
    ],
    as_json: AsJson = False,
) -> None:
    """Record something received another way. It changes nothing, but stays on record."""
    found, actor = load_broadcast(broadcast)
    aftermath.note(found, actor=actor, text=text)
    tell(found, _NOTED, as_json=as_json)


_HEADINGS = (N_("Broadcast"), N_("Date"), N_("State"), N_("Waiting for"), N_("Next"), N_("Late"), N_("Subject"))
_NONE = N_("No broadcasts.")
_LATE = N_("late")


def _show_list(asked: Asked, actor: Actor, *, as_json: bool) -> None:
    """Print the broadcasts somebody may see."""
    language = language_of_user()
    answer = broadcast_list(list_broadcasts(asked, actor=actor), language)
    if answer.broadcasts or as_json:
        console.result(answer, _list_lines, as_json=as_json)
    else:
        console.line(translate(_NONE, language))


def _list_lines(answer: BroadcastList, language: str) -> list[str]:
    return console.table(_HEADINGS, (_row(one, language) for one in answer.broadcasts), language)


def _row(one: ListedBroadcast, language: str) -> tuple[str, ...]:
    step = one.next[0] if one.next else None
    return (
        one.number,
        short_date(one.date, language) if one.date else "–",
        translate(STATES[State(one.state)], language),
        who_in(tuple(map(Role, step.turn)), language) if step else "–",
        step.sentence if step else "–",
        translate(_LATE, language) if one.late else "",
        one.subject,
    )
