"""`eboxcast close`: end a run as published in part."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import Reason, fit, tell
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.runs import remote_decisions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.production_gate import may_be_retried
from eboxcast.lib.translation import N_

_CLOSED = N_(
    "Closed: {remainder}. This is final and nothing more is sent.\n"
    "Certificate: eboxcast report {run}; recipients who did not receive it: eboxcast report {run} "
    "--paper-list FILE"
)
_AGAIN = N_("To retry the recipients who were refused or not attempted: eboxcast retry {run}")

app = command_app()


@app.command()
def main(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """End a paused, stopped or failed run as published in part, with its certificate. This cannot be undone."""
    who = actor()
    closed = remote_decisions.close(find_run(run, actor=who), actor=who, reason=fit(reason))
    tell(closed, _CLOSED, *([_AGAIN] if may_be_retried(closed) else []), as_json=as_json)
