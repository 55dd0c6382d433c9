"""`eboxcast retry`: a new run for those whom a run did not reach."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import tell
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.runs.finding import find_run
from eboxcast.delivery.runs.retries import retry
from eboxcast.lib.translation import N_

_AGAIN = N_(
    "Run {run} has the same message for the {recipients} recipients who were refused or not "
    "attempted. It is prepared; nothing has been sent yet.\n"
    "To send it: eboxcast launch {run}"
)
_KNOWN = N_("Run {run} already does this. To see its status: eboxcast status {run}")

app = command_app()


@app.command()
def main(run: RunNumber, as_json: AsJson = False) -> None:
    """Prepare a new run of the same message for those who were refused or not attempted; no files are needed.

    Those of whom nobody knows whether they have it are not in it. The same again names the run that is there.
    """
    who = actor()
    again = retry(find_run(run, actor=who), actor=who)
    tell(again, _AGAIN if again.launched_at is None else _KNOWN, as_json=as_json)
