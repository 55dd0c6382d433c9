"""How a remote run goes: what is done and left, how fast, who works on it, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.lib import clock

_LATELY = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Busy:
    """One lane at work."""

    worker: str
    batches: int
    until: datetime
    """Its lease: when somebody else goes on, should it fall silent."""


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A remote run by its batches. Recipients of a batch count when it is done."""

    batches_done: int
    batches_open: int
    busy: tuple[Busy, ...]
    sent: int
    refused: int
    unknown: int
    left: int
    rate: float | None
    """Recipients per second in the last minute; None where nothing was done in it."""
    seconds_left: float | None
    next_claim_at: datetime | None
    """When the next batch is begun, where that is later."""

    @property
    def busy_until(self) -> datetime | None:
        """When the last batch under way ends at the latest."""
        return max((busy.until for busy in self.busy), default=None)


def under_way(run: Run) -> UnderWay | None:
    """Return how a run goes; None where it was never cut into batches."""
    run.refresh_from_db(fields=["next_claim_at"])
    with sanitized_db_errors():
        total = run.batches.count()
    if not total:
        return None
    sums = batches.sums_of(run.id)
    left = (run.recipients_count or 0) - sums.attempted
    rate = _rate(run)
    waits = run.next_claim_at is not None and run.next_claim_at > clock.now()
    return UnderWay(
        batches_done=total - sums.open_batches,
        batches_open=sums.open_batches,
        busy=busy_workers(run),
        sent=sums.sent,
        refused=sums.refused,
        unknown=sums.unknown,
        left=left,
        rate=rate,
        seconds_left=left / rate if rate else None,
        next_claim_at=run.next_claim_at if waits else None,
    )


@dataclass(frozen=True, kw_only=True)
class Point:
    """How far a run was at a moment of its sending."""

    seconds: int
    """Since its first batch was done."""
    tried: int
    """Recipients until then, whatever came of them."""
    per_second: float
    """Since the point before."""


def curve_of(run: Run, *, slots: int = 60) -> tuple[Point, ...]:
    """Return how the sending of a run went, by the batches that are done; nothing for what is not sent in calls."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["curve_of_run"], {"run": run.id, "slots": slots})
        rows = cursor.fetchall()
    points, tried = [], 0
    for slot, seconds, count in rows:
        tried += int(count)
        points.append(Point(seconds=slot * seconds, tried=tried, per_second=count / seconds))
    return tuple(points)


def busy_workers(run: Run) -> tuple[Busy, ...]:
    """Return who works on a run now."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["busy_workers"], {"run": run.id})
        return tuple(Busy(worker=worker, batches=count, until=until) for worker, count, until in cursor.fetchall())


def _rate(run: Run) -> float | None:
    with sanitized_db_errors(), connection.cursor() as cursor:
        values: dict[str, Any] = {"run": run.id, "lately": _LATELY}
        cursor.execute(QUERIES["pace_of_run"], values)
        recipients, seconds = cursor.fetchone()
    return recipients / seconds if recipients and seconds else None
