"""The list of broadcasts as a table, or as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass

import typer

from eboxcast.broadcasts.listing import Asked, Listed, list_broadcasts
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.cli.broadcast.next_steps import Outlook, outlook_of
from eboxcast.cli.broadcast.values import standing_values
from eboxcast.cli.broadcast.words import STATES, who_in
from eboxcast.cli.shell import console
from eboxcast.cli.shell.tables import aligned
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import short_date
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate

FORMAT = "eboxcast.broadcasts/1"

_HEADINGS = (N_("Broadcast"), N_("Date"), N_("State"), N_("Waiting for"), N_("Next"), N_("Late"), N_("Subject"))
_NONE = N_("No broadcasts.")
_LATE = N_("late")


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A broadcast with what comes next, in words."""

    broadcast: Broadcast
    outlook: Outlook


def show_list(asked: Asked, actor: Actor, *, as_json: bool) -> None:
    """Print the broadcasts somebody may see."""
    language = language_of_user()
    found = [_in_words(one, language) for one in list_broadcasts(asked, actor=actor)]
    if as_json:
        values = {"format": FORMAT, "broadcasts": [_values(one) for one in found]}
        typer.echo(json.dumps(values, ensure_ascii=False, indent=2))
    elif found:
        headings = tuple(translate(heading, language) for heading in _HEADINGS)
        typer.echo("\n".join(aligned([headings, *(_row(one, language) for one in found)])))
    else:
        console.line(translate(_NONE, language))


@sanitized_db_errors()
def _in_words(listed: Listed, language: str) -> _Shown:
    return _Shown(broadcast=listed.broadcast, outlook=outlook_of(listed.broadcast, language, listed.standing))


def _row(one: _Shown, language: str) -> tuple[str, ...]:
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


def _values(one: _Shown) -> dict[str, object]:
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
