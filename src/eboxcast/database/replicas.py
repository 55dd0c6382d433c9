"""A replica of an environment, from which its eBoxes are opened: a standby that follows the primary.

Everything is written to the primary, and a replica shows it a moment later. It is asked only while that moment is
short: everything the primary had committed EBOXCAST_REPLICA_SECONDS ago must be there. Otherwise, and where it does not
answer, the primary is asked (docs/adr/0023-eboxes-from-a-replica.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.distribution import is_spread
from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.names import REPLICAS
from eboxcast.lib.errors import Trouble

T = TypeVar("T")

_BETWEEN_LOOKS = 1.0
"""Seconds. Each process looks for itself: two small questions."""
_SET_ASIDE = 10.0
"""Seconds for which one that failed is not asked again."""
_WRITTEN = (
    "select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint, clock_timestamp(),"
    " (select system_identifier from pg_control_system())"
)
_APPLIED = (
    "select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint end,"
    " pg_last_xact_replay_timestamp(), (select system_identifier from pg_control_system())"
)


def is_set(environment: str) -> bool:
    """Return whether the settings name a replica of an environment."""
    return REPLICAS[environment] in connections.settings


def has_replica(environment: str) -> bool:
    """Return whether one is used: not where the eBoxes are on many machines."""
    return is_set(environment) and not is_spread(environment)


def read(environment: str, question: Callable[[BaseDatabaseWrapper], T], *, from_replica: bool) -> T:
    """Ask the replica of an environment that has one, while it keeps up and answers; otherwise the primary."""
    if from_replica and _keeps_up(environment):
        try:
            with sanitized_db_errors():
                return question(connections[REPLICAS[environment]])
        except Trouble:
            _give_up(environment)
    with sanitized_db_errors():
        return question(environment_connection(environment))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a replica is."""

    bytes_behind: int
    """Of the log of the primary."""
    seconds_behind: float
    """Since the last transaction it has applied was committed; 0 where none is missing."""


def standing(environment: str) -> Standing | None:
    """Return how far a replica is; None where it follows another primary, or none. Raises Trouble."""
    with sanitized_db_errors():
        written, now, primary = _asked(environment_connection(environment), _WRITTEN)
        applied, last, followed = _asked(connections[REPLICAS[environment]], _APPLIED)
    if applied is None or primary != followed:
        return None
    behind = max(0, written - applied)
    return Standing(bytes_behind=behind, seconds_behind=(now - last).total_seconds() if behind and last else 0.0)


class Course:
    """How far a replica has come, as it was seen: no clock of another machine is asked."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[float, int]] = deque(maxlen=1_000)
        """When the primary was how far, of what the replica had not reached yet when it was last looked at."""
        self._level_at = float("-inf")

    def note(self, at: float, *, written: int, applied: int) -> None:
        """Note how far the primary was at a moment, and the replica at that moment or later."""
        self._ahead.append((at, written))
        while self._ahead and self._ahead[0][1] <= applied:
            self._level_at, _ = self._ahead.popleft()

    def behind(self, now: float) -> float:
        """Return how many seconds ago all that the replica surely has was all there was."""
        return now - self._level_at


@dataclass
class _Watch:
    """What this process knows of a replica; one thread at a time looks."""

    course: Course = field(default_factory=Course)
    looking: Lock = field(default_factory=Lock)
    next_look: float = 0


_watches: dict[str, _Watch] = {}


def _keeps_up(environment: str) -> bool:
    watch = _watches.setdefault(environment, _Watch())
    if monotonic() >= watch.next_look and watch.looking.acquire(blocking=False):
        try:
            _look(environment, watch)
        finally:
            watch.looking.release()
    return watch.course.behind(monotonic()) <= settings.EBOXCAST_REPLICA_SECONDS


def _look(environment: str, watch: _Watch) -> None:
    at = monotonic()
    watch.next_look = at + _BETWEEN_LOOKS
    with sanitized_db_errors():
        written, _, primary = _asked(environment_connection(environment), _WRITTEN)
    try:
        with sanitized_db_errors():
            applied, _, followed = _asked(connections[REPLICAS[environment]], _APPLIED)
    except Trouble:
        _give_up(environment)
        return
    # None where it was promoted and follows nobody any more.
    if applied is not None and primary == followed:
        watch.course.note(at, written=written, applied=applied)


def _give_up(environment: str) -> None:
    """Ask the primary for a while, and then look whether the replica has caught up."""
    watch = _watches[environment]
    watch.course, watch.next_look = Course(), monotonic() + _SET_ASIDE
    connections[REPLICAS[environment]].close()


def _asked(connection: BaseDatabaseWrapper, statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone())
