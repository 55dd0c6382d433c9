"""`eboxcast resume`: take back a stop."""

from __future__ import annotations

from eboxcast.cli.acting import acting
from eboxcast.cli.deciding import tell
from eboxcast.cli.door import command_app
from eboxcast.cli.options import AsJson, RunNumber
from eboxcast.delivery import actions
from eboxcast.delivery.finding import find_run
from eboxcast.lib.wording import N_

_RESUMED = N_(
    "Resumed: it is prepared for {count} recipients again, and visible to nobody.\n"
    "Nothing becomes visible by itself. To make it visible: eboxcast launch {run}"
)

app = command_app()


@app.command()
def main(run: RunNumber, as_json: AsJson = False) -> None:
    """Take back the stop of a run: it can be launched again."""
    tell(actions.resume(find_run(run), by=acting()), _RESUMED, as_json=as_json)
