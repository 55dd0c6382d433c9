"""`eboxcast broadcast arm|disarm|warn|report|close`: what must be ready for the evening, and what follows it."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.broadcasts import production
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason
from eboxcast.delivery.broadcasts import contact_centre
from eboxcast.lib.translation import N_

_ARMED = N_("Broadcast {broadcast} is armed: it launches automatically on {moment} if nothing is missing then.")
_DISARMED = N_("Broadcast {broadcast} is no longer armed: it will not launch automatically.")
_WARNED = N_("Broadcast {broadcast}: the contact centre was warned.")

app = command_app()


@app.command()
def arm(broadcast: Number, as_json: AsJson = False) -> None:
    """Arm the launch: it starts automatically at the agreed moment. The person who gave the GO cannot arm it."""
    found, actor = load_broadcast(broadcast)
    production.arm(found, actor=actor)
    agreed = found.agreed_at or ""
    tell(found, _ARMED, as_json=as_json, moment=agreed)


@app.command()
def disarm(broadcast: Number, reason: Reason = "", as_json: AsJson = False) -> None:
    """Disarm the launch: nothing starts automatically. It can still be launched by hand, or armed again."""
    found, actor = load_broadcast(broadcast)
    production.disarm(found, actor=actor, reason=reason)
    tell(found, _DISARMED, as_json=as_json)


@app.command()
def warn(
    broadcast: Number,
    first_time: Annotated[
        int | None, typer.Option(min=0, help="How many first-time eBox users to expect. Usually counted automatically.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Warn the contact centre of the date, with the audience and the first-time users expected."""
    found, actor = load_broadcast(broadcast)
    contact_centre.warn(found, actor=actor, first_time=first_time)
    tell(found, _WARNED, as_json=as_json)


_REPORTED = N_("Broadcast {broadcast}: the report was sent to the institution.")
_CLOSED = N_("Broadcast {broadcast}: the reading figures were sent and the broadcast is closed.")


@app.command()
def report(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the report to the institution now. The steward does this right after the publication."""
    from eboxcast.delivery.broadcasts import closing  # follows the runs, with the whole engine: arming does without

    found, actor = load_broadcast(broadcast)
    closing.report(found, actor=actor)
    tell(found, _REPORTED, as_json=as_json)


@app.command()
def close(broadcast: Number, as_json: AsJson = False) -> None:
    """Send the reading figures now, and close. The steward does this some days after the publication."""
    from eboxcast.delivery.broadcasts import closing  # follows the runs, with the whole engine: arming does without

    found, actor = load_broadcast(broadcast)
    closing.close(found, actor=actor)
    tell(found, _CLOSED, as_json=as_json)
