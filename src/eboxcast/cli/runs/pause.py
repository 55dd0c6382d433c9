"""`eboxcast pause`: hold a run that is being sent, for a while."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import Reason, fit, tell
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.runs import remote_decisions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.translation import N_

_PAUSED = N_(
    "Paused: {remainder}. Calls in progress will finish; nothing more is sent until the run is "
    "resumed.\n"
    "To resume: eboxcast resume {run}"
)

app = command_app()


@app.command()
def main(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Hold a run that is being sent to a provider: no further batch is begun until it is resumed."""
    who = actor()
    paused = remote_decisions.pause(settle(find_run(run, actor=who)), actor=who, reason=fit(reason))
    tell(paused, _PAUSED, as_json=as_json)
