"""What an operator should know of the work under way: who fell silent, what nobody works on, what was halted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Batch, BatchState, Run, State
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.lib import clock

SILENT = timedelta(seconds=60)
"""After so long without a sign of life a worker counts as gone; it gives one every ten seconds."""


@dataclass(frozen=True, kw_only=True)
class Stalled:
    """Batches of a run whose workers let their lease run out, and that nobody took over."""

    run: Run
    batches_count: int
    workers: tuple[str, ...]
    since: datetime


class GoesOn(Enum):
    """Who sends on what is running again."""

    WORKERS = auto()
    NOBODY = auto()
    NOBODY_IN_THIS_WINDOW = auto()


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The processes that take work of an environment from the queue."""

    alive_count: int
    silent_count: int
    silent_since: datetime | None
    """The last sign of life of the one that is silent for longest."""
    versions: tuple[str, ...]
    """Of those alive."""


def stalled(environment: str) -> Iterator[Stalled]:
    """Yield the running runs of which batches lie with a worker that fell silent."""
    for run in _of(environment, State.RUNNING):
        with sanitized_db_errors():
            left = list(run.batches.filter(state=BatchState.CLAIMED, lease_until__lte=Now()))
        if left:
            names = tuple(sorted({batch.claimed_by for batch in left}))
            since = min(batch.lease_until for batch in left if batch.lease_until)
            yield Stalled(run=run, batches_count=len(left), workers=names, since=since)


def unattended(environment: str) -> Iterator[Run]:
    """Yield the running runs that could go on now, have batches open, and that nobody works on."""
    for run in _of(environment, State.RUNNING, due=True):
        with sanitized_db_errors():
            is_open = run.batches.exclude(state=BatchState.DONE).exists()
            busy = Batch.objects.filter(run=run, state=BatchState.CLAIMED, lease_until__gt=Now()).exists()
        if is_open and not busy:
            yield run


def halted(environment: str) -> list[Run]:
    """Return the runs that paused or failed, by somebody's decision or our own: they wait for somebody."""
    return _of(environment, State.PAUSED, State.FAILED)


def workers(environment: str) -> Workers:
    """Return who takes work of an environment from the queue."""
    values: dict[str, Any] = {"silent": SILENT, "environment": environment}
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["workers_of_environment"], values)
        alive, silent, since, versions = cursor.fetchone()
    return Workers(alive_count=alive, silent_count=silent, silent_since=since, versions=tuple(sorted(versions)))


def who_goes_on(run: Run) -> GoesOn:
    """Return who sends on a run once it is running again."""
    if run.not_after_at is not None and run.not_after_at <= clock.now():
        return GoesOn.NOBODY_IN_THIS_WINDOW
    return GoesOn.WORKERS if workers(run.environment).alive_count else GoesOn.NOBODY


def _of(environment: str, *states: State, due: bool = False) -> list[Run]:
    found = Run.objects.filter(environment=environment, state__in=states)
    if due:
        # The agreed moment goes by the clock of the installation, the pace by that of the world.
        for moment, now in (("not_before_at", clock.now()), ("next_claim_at", Now())):
            found = found.filter(Q(**{f"{moment}__isnull": True}) | Q(**{f"{moment}__lte": now}))
    with sanitized_db_errors():
        return list(found.order_by("created_at"))
