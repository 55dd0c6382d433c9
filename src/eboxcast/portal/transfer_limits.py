"""How many files may come in over HTTPS at once, and how slowly: each holds a thread that pages need too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings

from eboxcast.lib import clock

MOST_OF_INSTITUTION = 2
LEAST_BYTES_A_SECOND = 8 << 10
WINDOW = timedelta(seconds=30)
LONGEST = timedelta(hours=1)

_taken: Counter[str] = Counter()
_lock = Lock()


class TooSlow(Exception):
    """Too little came for too long."""


@contextmanager
def taken_place(institution: str) -> Iterator[bool]:
    """Take one of the places for files that come in, until the end; yield whether there was one.

    Half of the threads of this process stay for pages.
    """
    with _lock:
        is_taken = (
            _taken.total() < max(1, settings.EBOXCAST_PAGES_THREADS // 2) and _taken[institution] < MOST_OF_INSTITUTION
        )
        _taken[institution] += is_taken
    try:
        yield is_taken
    finally:
        with _lock:
            _taken[institution] -= is_taken


class Pace:
    """How fast a file comes in."""

    def __init__(self) -> None:
        self._began = self._since = clock.now()
        self._before = 0

    def judge(self, received: int) -> None:
        """Raise TooSlow where less came than must in each window of time, or all of it takes too long."""
        now = clock.now()
        if now - self._began > LONGEST:
            raise TooSlow
        if now - self._since > WINDOW:
            self._judge_window(received - self._before, now)
            self._since, self._before = now, received

    def _judge_window(self, received: int, now: datetime) -> None:
        if received < LEAST_BYTES_A_SECOND * (now - self._since).total_seconds():
            raise TooSlow
