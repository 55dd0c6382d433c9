"""`eboxcast broadcast report|close`: what the steward does by itself after a publication, done by hand and earlier."""

from __future__ import annotations

from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.delivery.broadcasts import closing as by_hand
from eboxcast.lib.translation import N_

_REPORTED = N_("Broadcast {broadcast}: the report was sent to the institution.")
_CLOSED = N_("Broadcast {broadcast}: the reading figures were sent and the broadcast is closed.")

app = command_app()


@app.command()
def report(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the report to the institution now. The steward does this right after the publication."""
    found, actor = load_broadcast(broadcast)
    by_hand.report(found, actor=actor)
    tell(found, _REPORTED, as_json=as_json)


@app.command()
def close(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the reading figures now, and close. The steward does this some days after the publication."""
    found, actor = load_broadcast(broadcast)
    by_hand.close(found, actor=actor)
    tell(found, _CLOSED, as_json=as_json)
