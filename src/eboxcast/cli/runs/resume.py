"""`eboxcast resume`: take back a stop or a pause."""

from __future__ import annotations

from eboxcast.cli.runs.decisions import tell
from eboxcast.cli.runs.workers import wake_workers
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, RunNumber
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.finding import find_run
from eboxcast.lib import clock
from eboxcast.lib.formatting import moment_in
from eboxcast.lib.translation import N_, language_of_user
from eboxcast.presenters.run_commands import launch_command

_RESUMED = N_(
    "Resumed: it is prepared again for {count} recipients, but not visible yet.\n"
    "Nothing becomes visible automatically. To make it visible: eboxcast launch {run}"
)
_SENT_ON = N_("Resumed: {remainder}.")
_BY_WORKERS = N_(
    "The workers of {environment} continue with it automatically. To follow it: eboxcast status "
    "{run} --watch\n"
    "To continue from here too: {command}"
)
_NO_WORKERS = N_("No worker is running, so it does not continue automatically. To continue from here: {command}")
_WINDOW_OVER = N_("The window ended at {end}, so nothing is sent. To set a new end: {command}")

app = command_app()


@app.command()
def main(run: RunNumber, as_json: AsJson = False) -> None:
    """Take back the stop or the pause of a run: it can be launched again, or goes on."""
    who = actor()
    resumed = actions.resume(find_run(run, actor=who), actor=who)
    if resumed.state != State.RUNNING:
        tell(resumed, _RESUMED, as_json=as_json)
        return
    tell(resumed, _SENT_ON, _who_goes_on(resumed), as_json=as_json, command=launch_command(resumed), end=_end(resumed))


def _who_goes_on(run: Run) -> str:
    if run.not_after_at is not None and run.not_after_at <= clock.now():
        return _WINDOW_OVER
    return _BY_WORKERS if wake_workers(run) else _NO_WORKERS


def _end(run: Run) -> str:
    return moment_in(run.not_after_at, language_of_user()) if run.not_after_at else ""
