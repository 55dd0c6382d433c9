"""Telling workers that there is something to do."""

from __future__ import annotations

from eboxcast.delivery.models import Run
from eboxcast.delivery.remote.health import workers
from eboxcast.delivery.remote.queue import hand_over


def wake_workers(run: Run) -> bool:
    """Let workers go on with a run; say False where none is alive."""
    if not workers(run.environment).alive_count:
        return False
    hand_over(run)
    return True
