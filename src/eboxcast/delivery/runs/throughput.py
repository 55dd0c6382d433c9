"""How fast an environment was lately, by the moments its runs recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db import connection

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Action, BatchState, Intent, Run, State
from eboxcast.delivery.remote.batches import QUERIES

_LAST = 5
_ENOUGH = 10
"""A run of fewer than a tenth of the recipients says nothing about one of all of them."""
_PAUSE_SECONDS = 60.0
"""Longer between two batches and nobody was working: paused, or out of its window."""
_SHORTEST_SECONDS = 0.001

ASSUMED_STORING = 300_000.0
ASSUMED_LAUNCHING = 200_000.0
ASSUMED_LINKING = 500.0
"""Of one lane: a call of a thousand in two seconds."""
ASSUMED_ONE_BY_ONE = 4.0
"""Of one lane: a call in a quarter of a second."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Recipients per second, and how it is known."""

    per_second: float
    runs_count: int
    """Of how many runs it is the median; 0 is assumed, because nothing comparable was measured yet."""
    last_at: datetime | None = None
    """When the newest of these runs was."""


@dataclass(frozen=True, kw_only=True)
class _Sample:
    per_second: float
    at: datetime


def rate_of_storing(environment: str, recipients: int) -> Rate:
    """Return how fast audiences were stored, from intent to result."""
    return _rate(_from_intents(environment, recipients, Action.PREPARE, State.PREPARED), assumed=ASSUMED_STORING)


def rate_of_launching(environment: str, recipients: int) -> Rate:
    """Return how fast prepared runs became visible on our own eBoxes, without waiting for their moment."""
    return _rate(_from_intents(environment, recipients, Action.LAUNCH, State.PUBLISHED), assumed=ASSUMED_LAUNCHING)


def rate_of_a_lane(environment: str, recipients: int, *, links: bool) -> Rate:
    """Return how fast one lane sent to the remote provider, pauses left out."""
    assumed = ASSUMED_LINKING if links else ASSUMED_ONE_BY_ONE
    return _rate(_from_batches(environment, recipients), assumed=assumed)


def _rate(samples: Iterator[_Sample], *, assumed: float) -> Rate:
    found = list(samples)
    if not found:
        return Rate(per_second=assumed, runs_count=0)
    return Rate(
        per_second=median(sample.per_second for sample in found),
        runs_count=len(found),
        last_at=max(sample.at for sample in found),
    )


def _from_intents(environment: str, recipients: int, action: Action, result: State) -> Iterator[_Sample]:
    done = Intent.objects.filter(
        action=action,
        result=result,
        done_at__isnull=False,
        run__environment=environment,
        run__recipients_count__gte=recipients / _ENOUGH,
    )
    with sanitized_db_errors():
        found = list(done.select_related("run").order_by("-done_at")[:_LAST])
    for intent in found:
        if intent.done_at is None:
            continue
        begun = max(filter(None, (intent.asked_at, intent.run.not_before_at)))
        seconds = max((intent.done_at - begun).total_seconds(), _SHORTEST_SECONDS)
        yield _Sample(per_second=(intent.run.recipients_count or 0) / seconds, at=intent.done_at)


def _from_batches(environment: str, recipients: int) -> Iterator[_Sample]:
    launched = Run.objects.filter(
        environment=environment,
        launched_at__isnull=False,
        recipients_count__gte=recipients / _ENOUGH,
        batches__state=BatchState.DONE,
    ).distinct()
    with sanitized_db_errors():
        runs = list(launched.order_by("-launched_at")[:_LAST])
    for run in runs:
        done, seconds = _speed(run)
        if done >= recipients / _ENOUGH and run.launched_at:
            per_second = done / max(seconds, _SHORTEST_SECONDS) / run.parallel
            yield _Sample(per_second=per_second, at=run.launched_at)


def _speed(run: Run) -> tuple[int, float]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["speed_of_sending"], {"run": run.id, "pause": _PAUSE_SECONDS})
        done, seconds = cursor.fetchone()
        return int(done), float(seconds)
