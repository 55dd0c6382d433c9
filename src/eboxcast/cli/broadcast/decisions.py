"""`eboxcast broadcast decide|waive`: what the validator and the integration team decide about a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Day  # noqa: N812 - `date` is the option
from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.broadcasts import requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Lateness, State
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.evening import load_lines
from eboxcast.cli.broadcast.options import Number, Why, days, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import long_date
from eboxcast.lib.translation import N_, language_of_user

_ACCEPTED = N_("Broadcast {broadcast}: {date} was accepted. The other side has not decided yet.")
_SCHEDULED = N_("Broadcast {broadcast}: both sides have accepted {date}.")
_POSTPONED = N_("Broadcast {broadcast} was postponed. Proposed dates: {dates}.")
_REFUSED = N_("Broadcast {broadcast} was refused. This is final.")
_WAIVED = N_("Broadcast {broadcast}: the waiver was recorded in your name.")


class Decided(StrEnum):
    """What may be decided."""

    ACCEPT = "accept"
    POSTPONE = "postpone"
    REFUSE = "refuse"


app = command_app()


@app.command()
def decide(
    broadcast: Number,
    decision: Annotated[Decided, typer.Argument(help="Your decision, for your side.")],
    date: Annotated[
        list[str] | None,
        typer.Option(
            help="To accept: one of the requested days. To postpone: the days to propose; by "
            "default, the nearest free days."
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="A moment of that evening other than its start: 2027-02-15T20:00.")
    ] = None,
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Accept a requested date, propose others, or refuse. Shows first what is planned for those evenings."""
    found, actor = load_broadcast(broadcast)
    given, why = days(date or []), reason
    if decision == Decided.REFUSE:
        scheduling.refuse(found, actor=actor, reason=why)
        tell(found, _REFUSED, as_json=as_json)
    elif decision == Decided.POSTPONE:
        _postpone(found, actor, given, why, as_json=as_json)
    else:
        _accept(found, actor, given, at, as_json=as_json)


@app.command()
def waive(
    broadcast: Number,
    what: Annotated[Lateness, typer.Argument(help="The deadline that was missed.")],
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Waive a missed deadline, in your name, so that the date can stay."""
    found, actor = load_broadcast(broadcast)
    requests.waive(found, actor=actor, what=what, reason=reason)
    tell(found, _WAIVED, as_json=as_json)


def _accept(found: Broadcast, actor: Actor, given: Sequence[Day], at: str | None, *, as_json: bool) -> None:
    day = scheduling.day_to_accept(found, given)
    _show_load(found, [day])
    scheduling.accept(found, actor=actor, day=day, agreed_at=moment(at))
    sentence = _ACCEPTED if found.state == State.REQUESTED else _SCHEDULED
    tell(found, sentence, as_json=as_json, date=long_date(day, language_of_user()))


def _postpone(found: Broadcast, actor: Actor, given: Sequence[Day], why: str, *, as_json: bool) -> None:
    proposed = scheduling.days_to_propose(found, given)
    _show_load(found, [*scheduling.days_concerned(found), *proposed])
    scheduling.postpone(found, actor=actor, reason=why, dates=proposed)
    dates = ", ".join(long_date(day, language_of_user()) for day in proposed)
    tell(found, _POSTPONED, as_json=as_json, dates=dates)


def _show_load(found: Broadcast, evenings: Sequence[Day]) -> None:
    for line in load_lines(found, evenings):
        console.line(line)
