"""Telling workers that there is something to do."""

from __future__ import annotations

from eboxcast.delivery.models import Run
from eboxcast.delivery.queue import hand_over
from eboxcast.delivery.watching import workers


def wake_workers(run: Run) -> bool:
    """Let workers go on with a run; say False where none is alive."""
    if not workers(run.environment).alive_count:
        return False
    hand_over(run)
    return True
