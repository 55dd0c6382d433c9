"""Holding a batch while its calls take long, and knowing when it may no longer be ours.

The lease is extended while this process runs. A process that was frozen for longer wakes up with its lease over: it
must not make the call it was about to make, because somebody else may have asked by now and made it again.
"""

from __future__ import annotations

from threading import Event, Thread
from time import CLOCK_BOOTTIME, clock_gettime
from types import TracebackType

from django.conf import settings
from django.db import connections

from eboxcast.delivery import batches
from eboxcast.delivery.batches import Claim
from eboxcast.delivery.logs import log
from eboxcast.lib.errors import EboxcastError

_EXTENSIONS_PER_LEASE = 4


class TakenOver(Exception):
    """Somebody else works on our batch: we slept too long. Whatever we would record, he records."""


class Hold:
    """A claim that is kept for as long as the block lasts."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._until = _now() + settings.EBOXCAST_LEASE_SECONDS
        self._over = Event()
        self._keeper = Thread(target=self._keep, name=f"hold-{claim.batch}", daemon=True)

    def __enter__(self) -> Hold:
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._keeper.join()

    def check(self) -> None:
        """Raise TakenOver when the lease is over: to be asked right before each call."""
        if _now() >= self._until:
            raise TakenOver

    def extend(self) -> None:
        """Keep the batch for another lease. Raises TakenOver."""
        asked_at = _now()
        if not batches.extend(self.claim):
            self._until = 0.0
            raise TakenOver
        # Counted from before the question: the database must never think that it ended earlier than we do.
        self._until = asked_at + settings.EBOXCAST_LEASE_SECONDS

    def _keep(self) -> None:
        """Extend again and again; most batches are done before the first time, and need no connection for it."""
        try:
            while not self._over.wait(settings.EBOXCAST_LEASE_SECONDS / _EXTENSIONS_PER_LEASE):
                self.extend()
        except TakenOver:
            pass  # whoever makes the next call is told by check()
        except EboxcastError as trouble:  # as above, once the lease is over
            log.warning("lease.not_extended", batch=self.claim.number, code=trouble.code)
        finally:
            connections.close_all()


def _now() -> float:
    """Return a clock that goes on while the machine sleeps."""
    return clock_gettime(CLOCK_BOOTTIME)
