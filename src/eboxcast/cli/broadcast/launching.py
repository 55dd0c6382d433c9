"""`eboxcast launch BROADCAST`: the launch of a broadcast, told step by step like that of a run."""

from __future__ import annotations

from eboxcast.cli.broadcast.options import load_broadcast
from eboxcast.cli.runs import sending
from eboxcast.cli.runs.sending import Progress, Waiting
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.models import Run


def launch(number: str, *, by_workers: bool) -> Run:
    """Launch a broadcast and say how it goes. Raises what ``launch_broadcast`` raises."""
    broadcast, actor = load_broadcast(number)

    def begin(waiting: Waiting, sent: Progress) -> Run:
        return launch_broadcast(broadcast, actor=actor, waiting=waiting, progress=sent, by_workers=by_workers)

    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None:
        return begin(lambda until: None, lambda sums: None)  # refused, with all that is missing
    return sending.follow(run, begin, by_workers=by_workers)
