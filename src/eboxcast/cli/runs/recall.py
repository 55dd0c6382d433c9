"""`eboxcast recall`: take a published message back from everybody."""

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
from eboxcast.reports.readings import readings_of

_RECALLED = N_(
    "Recalled: it is no longer visible to any of its {count} recipients. It had been visible since "
    "{visible}; {read} had opened it.\n"
    "This cannot be undone. To publish the same message again: eboxcast publish DIR --environment "
    "{environment} --add"
)

app = command_app()


@app.command()
def main(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Take a published message back from everybody at once. This cannot be undone; who has read it, has read it."""
    who = actor()
    found = settle(find_run(run, actor=who))
    before = who_was_first(found, State.RECALLED)
    recalled = actions.recall(found, actor=who, reason=fit(reason))
    readings = readings_of(recalled)
    tell(recalled, *before, _RECALLED, as_json=as_json, read=readings.total if readings else 0)
