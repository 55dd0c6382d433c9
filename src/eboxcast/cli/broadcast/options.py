"""What the commands of `eboxcast broadcast` have in common: which broadcast, who acts, and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli.shell import acting
from eboxcast.cli.shell.options import day
from eboxcast.database.installation import procedure_is_on
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_


class ProcedureOff(NotAllowedNow):
    """There are no broadcasts where the engine is used alone."""

    code = "procedure.off"
    sentence = N_("The procedure is off: there are no broadcasts, only runs.")
    remedy = N_("Publish with `eboxcast publish`, or switch the procedure on: eboxcast migrate --procedure on")


Number = Annotated[str, typer.Argument(metavar="BROADCAST", help="The number of the broadcast: 2027-0001.")]
Dates = Annotated[list[str], typer.Argument(metavar="DATE…", help="The requested days, best first: 2027-02-15.")]


def current_actor() -> Actor:
    """Return who acts. Raises ProcedureOff, and what is wrong with a token or a name."""
    if not procedure_is_on():
        raise ProcedureOff
    return acting.actor()


def load_broadcast(number: str) -> tuple[Broadcast, Actor]:
    """Return a broadcast, and who acts. Raises ProcedureOff, BroadcastNotFound."""
    actor = current_actor()
    return find_broadcast(mask_and_strip(number), actor=actor), actor


def days(texts: Sequence[str]) -> list[date]:
    """Return days as they were typed, each once. Raises DayUnclear."""
    return list(dict.fromkeys(day(text) for text in texts))
