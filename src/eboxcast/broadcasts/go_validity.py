"""A GO holds for one moment and one set of files; as soon as one of them changes it is void."""

from __future__ import annotations

from eboxcast.broadcasts.guards import holding_go
from eboxcast.broadcasts.steps import Step
from eboxcast.lib import clock

UNEXPLAINED = "taken back"
"""Why a GO is void that its giver withdrew without a reason."""


def void_go(taken: Step, *, why: str) -> None:
    """Void the GO that holds, if any, and leave an entry that says why."""
    go = holding_go(taken.broadcast)
    if go is None:
        return
    go.void_at, go.void_why = clock.now(), why
    go.save()
    taken.broadcast.armed_at, taken.broadcast.armed_by = None, ""
    taken.also("go_void", why=why, given_by=go.given_by)
