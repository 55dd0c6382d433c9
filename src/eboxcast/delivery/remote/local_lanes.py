"""Sending a remote run from this process: its lanes as threads, the same loop that workers run."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from django.db import connections

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Sums
from eboxcast.delivery.remote.calls import MOST_REQUESTS
from eboxcast.delivery.remote.lanes import End, Lane
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import close_account, settle
from eboxcast.mailboxes.fence import get_release
from eboxcast.targets.opening import capabilities_of, target_of
from eboxcast.targets.options import Capabilities

_ONE_BY_ONE = range(50, 200)
"""The size of a batch where each recipient is a request of his own: some seconds of work at most."""
_BATCHES_OF_A_LANE = 16
"""At least so many batches for each lane, so that all of them end at about the same time."""
_LINKED_BATCHES_OF_A_LANE = 8
"""The same where the provider links: a claim and its notes are much of what so few requests cost."""
_LOOK_EVERY_SECONDS = 0.5
_MOST_LANES = 64
"""More batches at once than this need another process."""
_SOME_UNKNOWN = "nobody knows whether {count} recipient(s) have the document"


def cut(run: Run) -> None:
    """Cut a run into batches that are neither much work nor little; doing it again changes nothing.

    Raises ReleaseMissing.
    """
    able = capabilities_of(run.environment)
    release = get_release(run.environment, run.id)
    least = _LINKED_BATCHES_OF_A_LANE if able.links else _BATCHES_OF_A_LANE
    share = release.recipients_count // (least * max(run.parallel, 1))
    batches.cut(run, release.id, recipients=_size(able, share), opens=able.links)


def _size(able: Capabilities, share: int) -> int:
    """Return the size of a batch: near the share, but whole requests, and not more than may be noted together."""
    if not able.links:
        return min(max(share, _ONE_BY_ONE.start), _ONE_BY_ONE.stop)
    requests = min(max(share // able.recipients_per_call, 1), MOST_REQUESTS)
    return able.recipients_per_call * (requests if able.statuses else 1)


def send_here(run: Run, *, stopping: Event, progress: Callable[[Sums], None]) -> Run:
    """Work on a run with its own number of lanes until it is done or may not go on; return it as it is then."""
    with ThreadPoolExecutor(max_workers=_MOST_LANES, thread_name_prefix="lane") as pool:
        try:
            ends = _watch(run, lambda number: pool.submit(_lane, run, number, stopping), progress)
        finally:
            stopping.set()
    if End.DONE in ends:
        conclude(run)
    return settle(run)


def conclude(run: Run) -> None:
    """Close the account of a run whose batches are all done, or say of how many nobody knows."""
    unknown = batches.sums_of(run.id).unknown
    if unknown:
        actions.fail(run, reason=_SOME_UNKNOWN.format(count=unknown))
        return
    # A batch that was resolved or taken over a moment ago may be open again: then somebody goes on with it.
    close_account(run)


def worker_name(number: int) -> str:
    """Return the name under which a lane of this process claims batches."""
    return f"{socket.gethostname()}:{os.getpid()}:{number}"


def _lane(run: Run, number: int, stopping: Event) -> End:
    target = target_of(run.environment)
    try:
        mine = Run.objects.get(id=run.id)
        return Lane(run=mine, target=target, worker=worker_name(number)).work(stopping)
    finally:
        target.close()
        connections.close_all()


def _watch(run: Run, open_lane: Callable[[int], Future[End]], progress: Callable[[Sums], None]) -> list[End]:
    """Open lanes until there are as many as the run is to have now, and wait for their ends."""
    ends: list[End] = []
    lanes: list[Future[End]] = []
    while not ends or len(ends) < len(lanes):
        if not ends:
            lanes += [open_lane(number) for number in range(len(lanes), _parallel(run))]
        wait([lane for lane in lanes if not lane.done()], timeout=_LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
        ends = [lane.result() for lane in lanes if lane.done()]
        progress(batches.sums_of(run.id))
    return ends


def _parallel(run: Run) -> int:
    with sanitized_db_errors():
        parallel: int = Run.objects.values_list("parallel", flat=True).get(id=run.id)
    return min(parallel, _MOST_LANES)
