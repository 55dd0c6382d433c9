"""Holding a batch while its calls take long, and knowing when it may no longer be ours.

The lease is extended while this process runs. A process that was frozen for longer wakes up with its lease over: it
must not make the call it was about to make, because somebody else may have asked by now and made it again. So the
clock is looked at right before each request is written, and half a lease must be left then. A process that is frozen
between that look and the write would not see how late it is: the kernel kills it when the lease ends, before anybody
else may take over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import CLOCK_BOOTTIME, clock_gettime
from types import TracebackType

from django.conf import settings
from django.db import connections

from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Claim
from eboxcast.delivery.remote.logs import log
from eboxcast.lib.crashpoints import Calling, reached
from eboxcast.lib.deadlines import dies_after
from eboxcast.lib.errors import EboxcastError

_LOOKS_PER_LEASE = 8
_EXTENDED_BELOW = 0.75
"""Of a lease: with less left it is extended."""
_NEEDED_FOR_A_CALL = 0.5


class TakenOver(Exception):
    """Somebody else works on our batch: we slept too long. Whatever we would record, he records."""


class Hold:
    """A claim, and until when it is ours."""

    def __init__(self, claim: Claim, *, asked_at: float) -> None:
        self.claim = claim
        # Counted from before the question: the database must never think that it ended earlier than we do.
        self._until = asked_at + settings.EBOXCAST_LEASE_SECONDS

    def check(self) -> None:
        """Raise TakenOver when the lease is over, or nearly: to be asked right before a request is written."""
        if self._left() < _NEEDED_FOR_A_CALL:
            raise TakenOver

    @contextmanager
    def writing(self, point: Calling = Calling.PUBLISHING) -> Iterator[None]:
        """Let a request be written within the lease, or never. Raises TakenOver."""
        self.check()
        with dies_after(self._until):
            self.check()  # frozen since the first look it has died; the clock cannot have gone far
            reached(point)
            yield

    def keep(self) -> None:
        """See that there is time enough for a call. Raises TakenOver."""
        if self._left() < _EXTENDED_BELOW:
            self.extend()

    def extend(self) -> None:
        """Keep the batch for another lease. Raises TakenOver."""
        asked_at = now()
        if not batches.extend(self.claim):
            self._until = 0.0
            raise TakenOver
        self._until = asked_at + settings.EBOXCAST_LEASE_SECONDS

    def _left(self) -> float:
        """Return which share of a lease is left."""
        return (self._until - now()) / float(settings.EBOXCAST_LEASE_SECONDS)


class LeaseRenewer:
    """Keeps what a lane holds, for as long as the block lasts; most batches are done before it is needed."""

    def __init__(self, name: str) -> None:
        self.hold: Hold | None = None
        self._over = Event()
        self._thread = Thread(target=self._keep, name=f"keeper-{name}", daemon=True)

    def __enter__(self) -> LeaseRenewer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            while not self._over.wait(settings.EBOXCAST_LEASE_SECONDS / _LOOKS_PER_LEASE):
                if self.hold is not None:
                    _keep_quietly(self.hold)
        finally:
            connections.close_all()


def _keep_quietly(hold: Hold) -> None:
    try:
        hold.keep()
    except TakenOver:
        pass  # whoever makes the next call is told by check()
    except EboxcastError as trouble:  # as above, once the lease is over
        log.warning("lease.not_extended", batch=hold.claim.number, code=trouble.code)
        connections.close_all()


def now() -> float:
    """Return a clock that goes on while the machine sleeps."""
    return clock_gettime(CLOCK_BOOTTIME)
