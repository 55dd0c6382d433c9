"""`eboxcast stop`: the emergency brake."""

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

_STOPPED = N_(
    "Stopped. It is not visible to any of its {count} recipients, and it cannot be launched.\n"
    'To undo the stop: eboxcast resume {run}; to discard it: eboxcast discard {run} --reason "…"'
)
_STOPPED_SENDING = N_(
    "Stopped: {remainder}. Calls in progress will finish; nothing more is sent after that. "
    "Recipients who have it keep it: a message cannot be recalled from a provider.\n"
    "To undo the stop: eboxcast resume {run}; to end it as published in part: eboxcast close {run} "
    '--reason "…"'
)

app = command_app()


@app.command()
def main(run: RunNumber, reason: Reason, as_json: AsJson = False) -> None:
    """Let nothing more of a run become visible until it is resumed; a launch that waits for its moment ends."""
    who = actor()
    found = settle(find_run(run, actor=who))
    before = who_was_first(found, State.STOPPED)
    stopped = actions.stop(found, actor=who, reason=fit(reason))
    consequence = _STOPPED if stopped.visible_at is None else _STOPPED_SENDING
    tell(stopped, *before, consequence, as_json=as_json)
