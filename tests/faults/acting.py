"""Somebody acts on a broadcast in a process of its own, which may be killed: `acting.py launch|deliver|lead …`."""

from __future__ import annotations

import sys
from pathlib import Path

from eboxcast.database import boot
from eboxcast.lib.actors import Actor, Role

boot.start()

_LOU = Actor("lou", frozenset({Role.LAUNCH}))

# Only here, as the models need the settings.
from eboxcast.broadcasts.models import Broadcast  # noqa: E402
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast  # noqa: E402
from eboxcast.delivery.broadcasts.files import deliver  # noqa: E402
from eboxcast.lib import clock  # noqa: E402
from eboxcast.operations.steward import lead  # noqa: E402


def main(what: str, number: str = "", directory: str = "", environment: str = "") -> None:
    """Do one thing, as whoever may."""
    if what == "lead":
        lead(moment=clock.now(), actor=_LOU)
        return
    broadcast = Broadcast.objects.get(number=number)
    if what == "launch":
        launch_broadcast(broadcast, actor=_LOU, waiting=lambda until: None)
        return
    actor = Actor("anne", frozenset({Role.REQUESTER}), broadcast.institution_id, "fr")
    deliver(broadcast, Path(directory), environment=environment, actor=actor, via="command")


main(*sys.argv[1:])
