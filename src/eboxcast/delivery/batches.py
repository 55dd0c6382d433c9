"""Batches of a remote run: cutting, claiming, finishing. Pause, pace, window and parallel are decided at the claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from eboxcast.database.errors import quiet
from eboxcast.database.queries import Queries
from eboxcast.delivery.models import Batch, Run, State
from eboxcast.mailboxes.sending import Range, ranges_of

QUERIES = Queries("eboxcast.delivery")
_BUSY_WAIT = 0.2


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
    wait: float = _BUSY_WAIT


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
    with quiet(), transaction.atomic():
        Run.objects.select_for_update().get(id=run.id)
        if not run.batches.exists():
            Batch.objects.bulk_create(batches, batch_size=5000)


def claim(run: UUID, *, release: int, worker: str) -> Claim | Nothing:
    """Make the next batch of a run ours, if now is the time for one."""
    with quiet(), transaction.atomic():
        state, now, not_before, not_after, next_claim, parallel, rate = _one("lock_run", run=run)
        if state != State.RUNNING:
            return Nothing(why=Why.NOT_RUNNING)
        if not_after is not None and now >= not_after:
            return Nothing(why=Why.WINDOW_OVER)
        later = max((moment for moment in (not_before, next_claim) if moment is not None), default=now)
        if later > now:
            return Nothing(why=Why.LATER, wait=(later - now).total_seconds())
        return _claim_next(run, release, worker, parallel=parallel, rate=rate)


def _claim_next(run: UUID, release: int, worker: str, *, parallel: int, rate: float) -> Claim | Nothing:
    left, busy, opening = _one("work_left", run=run)
    if not left:
        return Nothing(why=Why.ALL_DONE)
    if busy >= (1 if opening else parallel):
        return Nothing(why=Why.LATER)
    found = _row("next_batch", run=run)
    if found is None:
        return Nothing(why=Why.LATER)
    batch, number, first, last, recipients, _ = found
    (attempt,) = _one("claim_batch", batch=batch, worker=worker, lease=_lease())
    if rate:
        hold_back(run, recipients / rate)
    where = Range(release=release, first=first, last=last)
    return Claim(run=run, batch=batch, number=number, attempt=attempt, where=where, recipients_count=recipients)


def hold_back(run: UUID, seconds: float) -> None:
    """Let the next claim of a run wait."""
    with quiet(), connection.cursor() as cursor:
        values: dict[str, Any] = {"run": run, "wait": timedelta(seconds=seconds)}
        cursor.execute(QUERIES["hold_back"], values)


def extend(claimed: Claim) -> bool:
    """Keep a batch for another lease; say False when somebody took it over."""
    with quiet():
        values = {"batch": claimed.batch, "attempt": claimed.attempt, "lease": _lease()}
        return _row("extend_lease", **values) is not None


def give_back(claimed: Claim) -> None:
    """Let the batch wait for the next claim."""
    with quiet():
        _row("give_batch_back", batch=claimed.batch, attempt=claimed.attempt)


def finish(claimed: Claim, *, sent: int, refused: int, unknown: int) -> bool:
    """Record that a batch is done; say False when somebody took it over, and record nothing."""
    counts = {"sent": sent, "refused": refused, "unknown": unknown}
    with quiet():
        return _row("finish_batch", batch=claimed.batch, attempt=claimed.attempt, **counts) is not None


def release_claims(run: UUID) -> None:
    """Take every batch of a run from whoever holds it: who wakes up late finds that it is no longer his."""
    with quiet(), connection.cursor() as cursor:
        cursor.execute(QUERIES["release_claims"], {"run": run})


def sums_of(run: UUID) -> Sums:
    """Return how far a run is."""
    with quiet():
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
