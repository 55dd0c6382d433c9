"""`eboxcast discard`: give a run up before anything of it is visible."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import Reason, fit, tell, who_was_first
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.models import State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import N_

_DISCARDED = N_(
    "Discarded: none of its {count} recipients has seen anything, and this run can never be "
    "launched.\n"
    "Its ticket is free again. To prepare the same files again: eboxcast prepare DIR --environment "
    "{environment}"
)

app = command_app()


@app.command()
def main(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Give a run up, for good, before anything of it is visible. This cannot be undone."""
    who = actor()
    found = settle(find_run(run, actor=who))
    before = who_was_first(found, State.DISCARDED)
    discarded = actions.discard(found, actor=who, reason=fit(reason))
    tell(discarded, *before, _DISCARDED, as_json=as_json)
