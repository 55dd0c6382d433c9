"""What the commands of `eboxcast broadcast` have in common: which broadcast, who acts, and words that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from eboxcast.broadcasts.finding import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli import acting
from eboxcast.cli.broadcast_errors import ProcedureOff, WordsUnfit
from eboxcast.cli.options import day
from eboxcast.cli.plain import plain
from eboxcast.database.installation import procedure_is_on
from eboxcast.lib.wording import N_
from eboxcast.senders.roles import Actor

Number = Annotated[str, typer.Argument(metavar="BROADCAST", help="Its number: 2027-0001.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in a few words. Kept for ever: it must name no citizen.")]
Dates = Annotated[list[str], typer.Argument(metavar="DATE…", help="The days wanted, the best first: 2027-02-15.")]

_WORDS = (N_("reason"), N_("note"), N_("remark"), N_("subject"), N_("campaign"))


def who() -> Actor:
    """Return who acts. Raises ProcedureOff, and what is wrong with a token or a name."""
    if not procedure_is_on():
        raise ProcedureOff
    return acting.actor()


def the(number: str) -> tuple[Broadcast, Actor]:
    """Return a broadcast, and who acts. Raises ProcedureOff, BroadcastNotFound."""
    actor = who()
    return find_broadcast(plain(number), actor=actor), actor


def words(text: str, field: str) -> str:
    """Return a line that is kept for ever, or nothing where none is given. Raises WordsUnfit."""
    stripped = text.strip()
    if plain(stripped) != stripped:
        raise WordsUnfit(asked=field)
    return stripped


def needed(text: str, field: str) -> str:
    """Return a line that must say something. Raises WordsUnfit."""
    if not words(text, field):
        raise WordsUnfit(asked=field)
    return words(text, field)


def days(texts: Sequence[str]) -> list[date]:
    """Return days as they were typed, each once. Raises DayUnclear."""
    return list(dict.fromkeys(day(text) for text in texts))
