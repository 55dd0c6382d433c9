"""The list of broadcasts as a table, or as JSON."""

from __future__ import annotations

import typer

from eboxcast.broadcasts.listing import Asked, list_broadcasts
from eboxcast.broadcasts.models import State
from eboxcast.cli.shell import console
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.formatting import aligned, short_date
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.broadcast_words import STATES, who_in
from eboxcast.presenters.broadcasts import broadcast_list
from eboxcast.presenters.json import as_json as json_of
from eboxcast.presenters.schemas.broadcast import ListedBroadcast

_HEADINGS = (N_("Broadcast"), N_("Date"), N_("State"), N_("Waiting for"), N_("Next"), N_("Late"), N_("Subject"))
_NONE = N_("No broadcasts.")
_LATE = N_("late")


def show_list(asked: Asked, actor: Actor, *, as_json: bool) -> None:
    """Print the broadcasts somebody may see."""
    language = language_of_user()
    answer = broadcast_list(list_broadcasts(asked, actor=actor), language)
    if as_json:
        typer.echo(json_of(answer))
    elif answer.broadcasts:
        headings = tuple(translate(heading, language) for heading in _HEADINGS)
        typer.echo("\n".join(aligned([headings, *(_row(one, language) for one in answer.broadcasts)])))
    else:
        console.line(translate(_NONE, language))


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
