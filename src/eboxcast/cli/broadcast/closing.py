"""`eboxcast broadcast report|close`: what the steward does by itself after a publication, done by hand and earlier."""

from __future__ import annotations

from eboxcast.broadcasts import aftermath
from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.delivery.broadcasts.closing import readings_of
from eboxcast.delivery.broadcasts.following_runs import account_of, follow
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.models import Run
from eboxcast.lib.translation import N_

_REPORTED = N_("Broadcast {broadcast}: the report was sent to the institution.")
_CLOSED = N_("Broadcast {broadcast}: the reading figures were sent and the broadcast is closed.")

app = command_app()


@app.command()
def report(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the report to the institution now. The steward does this right after the publication."""
    found, actor = load_broadcast(broadcast)
    follow(found)
    run = _run(found)
    aftermath.reported(found, actor=actor, counts=account_of(run) if run else {})
    tell(found, _REPORTED, as_json=as_json)


@app.command()
def close(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the reading figures now, and close. The steward does this some days after the publication."""
    found, actor = load_broadcast(broadcast)
    run = _run(found)
    if found.statistics_at is None:
        aftermath.tell_statistics(found, actor=actor, readings=readings_of(run) if run else {})
    aftermath.close(found, actor=actor)
    tell(found, _CLOSED, as_json=as_json)


def _run(found: Broadcast) -> Run | None:
    """Return its run; none where it never came so far, which the step itself refuses."""
    return run_for(PRODUCTION, found.production_run)
