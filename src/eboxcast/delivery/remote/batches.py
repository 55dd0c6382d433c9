"""Batches of a remote run: cutting, claiming, finishing. Pause, pace, window and parallel are decided at the claim."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.queries import Queries
from eboxcast.delivery.models import Batch, Run, State
from eboxcast.mailboxes.outcomes import Range
from eboxcast.mailboxes.sending import ranges_of

QUERIES = Queries("eboxcast.delivery")
BUSY_WAIT = 0.2
"""Seconds until it makes sense to ask again, where others have all that may be worked on at once."""
_CLAIM_PATIENCE = 10
"""Seconds beyond a lease after which a claim that is not over is given up: whoever makes it is frozen."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A batch that is ours, until its lease runs out or is extended."""

    run: UUID
    batch: int
    number: int
    attempt: int
    where: Range
    recipients_count: int

    def call(self, index: int) -> str:
        """Return the name of one call of this claim."""
        return f"{self.number}.{self.attempt}.{index}"


class Why(Enum):
    """Why there is nothing to claim."""

    LATER = auto()
    """Something will be there: after the wait."""
    NOT_RUNNING = auto()
    """The run was paused, stopped, closed, or failed."""
    WINDOW_OVER = auto()
    ALL_DONE = auto()


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """That nothing was claimed; ``wait`` in seconds says when to ask again where that makes sense."""

    why: Why
    wait: float = BUSY_WAIT


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of the recipients of a batch."""

    claim: Claim
    sent: int
    refused: int
    unknown: int

    def values(self) -> dict[str, int]:
        """Return it as the statement wants it."""
        counts = {"sent": self.sent, "refused": self.refused, "unknown": self.unknown}
        return {"batch": self.claim.batch, "attempt": self.claim.attempt, **counts}


@dataclass(frozen=True, kw_only=True)
class Sums:
    """How far a remote run is, by its batches."""

    attempted: int
    sent: int
    refused: int
    unknown: int
    open_batches: int
    busy_batches: int


def cut(run: Run, release: int, *, recipients: int, opens: bool) -> None:
    """Cut a run into batches of about so many recipients; ``opens`` puts the publishing of the message first.

    Cutting again changes nothing.
    """
    if run.batches.exists():
        return
    ranges = ranges_of(run.environment, release, recipients=recipients)
    batches = [_batch(run, number, where, count) for number, (where, count) in enumerate(ranges, start=1)]
    if opens:
        batches.insert(0, _batch(run, 0, ranges[0][0], 0))
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.select_for_update().get(id=run.id)
        if not run.batches.exists():
            Batch.objects.bulk_create(batches, batch_size=5000)


def claim(run: UUID, *, release: int, worker: str, done: Done | None = None) -> Claim | Nothing:
    """Make the next batch of a run ours, if now is the time for one; record first what was ``done``, as finish does.

    All in one transaction and one journey to the database. The run's row is locked by a statement of its own: only the
    next one sees what those did who held it before.
    """
    values: dict[str, Any] = {"run": run, "worker": worker, "lease": _lease()}
    connection.ensure_connection()
    with sanitized_db_errors(), connection.wrap_database_errors, ExitStack() as cursors:
        bound, first, second, third = (cursors.enter_context(connection.cursor()) for _ in range(4))
        with connection.connection.pipeline():
            bound.execute(QUERIES["bound_claim"], {"seconds": round(_lease().total_seconds()) + _CLAIM_PATIENCE})
            if done:
                first.execute(QUERIES["finish_batch"], done.values())
            second.execute(QUERIES["lock_run"], {"run": run})
            third.execute(QUERIES["claim_next"], values)
        state, over, wait, left, *found = third.fetchone()
    if state != State.RUNNING:
        return Nothing(why=Why.NOT_RUNNING)
    if over:
        return Nothing(why=Why.WINDOW_OVER)
    if wait is not None and wait > 0:
        return Nothing(why=Why.LATER, wait=wait)
    if not left:
        return Nothing(why=Why.ALL_DONE)
    return _claim_of(run, release, *found)


def _claim_of(
    run: UUID, release: int, batch: int | None, number: int, attempt: int, first: int, last: int, recipients: int
) -> Claim | Nothing:
    if batch is None:
        return Nothing(why=Why.LATER, wait=BUSY_WAIT)
    where = Range(release=release, first=first, last=last)
    return Claim(run=run, batch=batch, number=number, attempt=attempt, where=where, recipients_count=recipients)


def hold_back(run: UUID, seconds: float) -> None:
    """Let the next claim of a run wait."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        values: dict[str, Any] = {"run": run, "wait": timedelta(seconds=seconds)}
        cursor.execute(QUERIES["hold_back"], values)


def extend(claimed: Claim) -> bool:
    """Keep a batch for another lease; say False when somebody took it over."""
    with sanitized_db_errors():
        values = {"batch": claimed.batch, "attempt": claimed.attempt, "lease": _lease()}
        return _row("extend_lease", **values) is not None


def may_go_on(claimed: Claim) -> bool:
    """Say whether what was decided since the claim lets its batch be gone on with."""
    with sanitized_db_errors():
        return _row("may_go_on", run=claimed.run) is not None


def give_back(claimed: Claim) -> None:
    """Let the batch wait for the next claim."""
    with sanitized_db_errors():
        _row("give_batch_back", batch=claimed.batch, attempt=claimed.attempt)


def finish(done: Done) -> bool:
    """Record that a batch is done; say False when somebody took it over, and record nothing."""
    with sanitized_db_errors():
        return _row("finish_batch", **done.values()) is not None


def release_claims(run: UUID) -> None:
    """Take every batch of a run from whoever holds it: who wakes up late finds that it is no longer his."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["release_claims"], {"run": run})


def sums_of(run: UUID) -> Sums:
    """Return how far a run is."""
    with sanitized_db_errors():
        attempted, sent, refused, unknown, left, busy = _one("sums_of_run", run=run)
    return Sums(attempted=attempted, sent=sent, refused=refused, unknown=unknown, open_batches=left, busy_batches=busy)


def _lease() -> timedelta:
    return timedelta(seconds=settings.EBOXCAST_LEASE_SECONDS)


def _batch(run: Run, number: int, where: Range, count: int) -> Batch:
    return Batch(run=run, number=number, first_bucket=where.first, last_bucket=where.last, recipients_count=count)


def _row(name: str, **values: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], values)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def _one(name: str, **values: Any) -> tuple[Any, ...]:
    found = _row(name, **values)
    assert found is not None  # noqa: S101 - these statements always return a row
    return found
