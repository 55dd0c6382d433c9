"""The list of broadcasts, the most urgent first: what is late, then by what is due next; those that ended last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import typer

from eboxcast.broadcasts.lookup import broadcasts_for
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import ENDED
from eboxcast.cli.broadcast.next_steps import Outlook, outlook_of
from eboxcast.cli.broadcast.values import standing_values
from eboxcast.cli.broadcast.words import STATES, who_in
from eboxcast.cli.shell import console
from eboxcast.cli.shell.tables import aligned
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import short_date
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate

FORMAT = "eboxcast.broadcasts/1"

_HEADINGS = (N_("Broadcast"), N_("Date"), N_("State"), N_("Waiting for"), N_("Next"), N_("Late"), N_("Subject"))
_NONE = N_("No broadcasts.")
_LATE = N_("late")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which broadcasts are asked for; what is empty is not asked."""

    states: frozenset[str] = frozenset()
    campaign: str = ""
    mine: bool = False
    late: bool = False
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A broadcast with what comes next."""

    broadcast: Broadcast
    outlook: Outlook


def show_list(asked: Asked, actor: Actor, *, as_json: bool) -> None:
    """Print the broadcasts somebody may see."""
    language = language_of_user()
    found = _sorted(_found(asked, actor, language))
    if as_json:
        values = {"format": FORMAT, "broadcasts": [_values(one) for one in found]}
        typer.echo(json.dumps(values, ensure_ascii=False, indent=2))
    elif found:
        headings = tuple(translate(heading, language) for heading in _HEADINGS)
        typer.echo("\n".join(aligned([headings, *(_row(one, language) for one in found)])))
    else:
        console.line(translate(_NONE, language))


@sanitized_db_errors()
def _found(asked: Asked, actor: Actor, language: str) -> list[Listed]:
    every = frozenset(State.values)
    states = asked.states or (every if asked.ended else every - ENDED)
    broadcasts = broadcasts_for(actor, states=states)
    if asked.campaign:
        broadcasts = broadcasts.filter(campaign__name=asked.campaign)
    listed = (Listed(broadcast=one, outlook=outlook_of(one, language)) for one in broadcasts)
    return [one for one in listed if _fits(one.outlook, asked, actor)]


def _fits(outlook: Outlook, asked: Asked, actor: Actor) -> bool:
    mine = any(actor.has(*step.turn) for step in outlook.steps)
    return (mine or not asked.mine) and (bool(outlook.late) or not asked.late)


def _sorted(found: Sequence[Listed]) -> list[Listed]:
    return sorted(found, key=lambda one: (*_urgency(one.outlook), one.broadcast.number))


def _urgency(outlook: Outlook) -> tuple[bool, bool, bool, datetime]:
    due = [step.due_at for step in outlook.steps if step.due_at is not None]
    return not outlook.steps, not outlook.late, not due, min(due, default=clock.now())


def _row(one: Listed, language: str) -> tuple[str, ...]:
    broadcast, steps = one.broadcast, one.outlook.steps
    return (
        broadcast.number,
        short_date(broadcast.date, language) if broadcast.date else "–",
        translate(STATES[State(broadcast.state)], language),
        who_in(steps[0].turn, language) if steps else "–",
        steps[0].sentence if steps else "–",
        translate(_LATE, language) if one.outlook.late else "",
        mask_and_strip(broadcast.subject),
    )


def _values(one: Listed) -> dict[str, object]:
    broadcast = one.broadcast
    return {
        **standing_values(broadcast, one.outlook),
        "institution": broadcast.institution_id,
        "date": broadcast.date.isoformat() if broadcast.date else None,
        "wanted_dates": [day.isoformat() for day in broadcast.wanted_dates],
        "language": broadcast.language,
        "subject": mask_and_strip(broadcast.subject),
        "campaign": mask_and_strip(broadcast.campaign.name) if broadcast.campaign else None,
    }
