"""What is going on, in numbers: asked of the databases at each look, and nothing that grows with people is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from eboxcast.database.environments import environments_in_reach
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import State
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.delivery.remote.health import Workers, workers

_MINUTE = 60.0
_RECIPIENT_STATES = ("published", "refused", "unknown", "not_attempted", "left")
_BATCH_STATES = ("waiting", "busy", "stalled")


@dataclass(frozen=True, kw_only=True)
class EnvironmentGauges:
    """One environment, by what the control database knows of it."""

    runs: Mapping[str, int]
    recipients: Mapping[str, int]
    batches: Mapping[str, int]
    retries: int
    lanes: int
    workers: Mapping[str, int]
    queue_age_seconds: float
    recipients_per_second: float
    open_intents: int
    oldest_intent_seconds: float


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """Everything that is read from the control database."""

    environments: Mapping[str, EnvironmentGauges]
    audit_entries: int
    control_bytes: int


def gauge() -> Gauges:
    """Read the numbers. Raises DatabaseTrouble."""
    runs: dict[str, dict[str, int]] = {}
    for environment, state, count in _rows("gauge_runs"):
        runs.setdefault(environment, {})[state] = count
    named = {name: _by_environment(name) for name in ("recipients", "batches", "rate", "intents")}
    ((audit_entries, control_bytes),) = _rows("gauge_control")
    return Gauges(
        environments={
            environment: _of(
                runs.get(environment, {}),
                {name: rows.get(environment) for name, rows in named.items()},
                workers(environment),
            )
            for environment in {*environments_in_reach(), *runs}
        },
        audit_entries=audit_entries,
        control_bytes=control_bytes,
    )


def _of(runs: Mapping[str, int], found: Mapping[str, tuple[Any, ...] | None], workers: Workers) -> EnvironmentGauges:
    *batches, retries, lanes, queue_age = found["batches"] or (0, 0, 0, 0, 0, 0.0)
    (done_lately,) = found["rate"] or (0,)
    open_intents, oldest = found["intents"] or (0, 0.0)
    return EnvironmentGauges(
        runs={state: runs.get(state, 0) for state in State.values},
        recipients=dict(zip(_RECIPIENT_STATES, found["recipients"] or (0,) * 5, strict=True)),
        batches=dict(zip(_BATCH_STATES, batches, strict=True)),
        retries=retries,
        lanes=lanes,
        workers={"alive": workers.alive_count, "silent": workers.silent_count},
        queue_age_seconds=queue_age,
        recipients_per_second=done_lately / _MINUTE,
        open_intents=open_intents,
        oldest_intent_seconds=oldest,
    )


def _by_environment(name: str) -> dict[str, tuple[Any, ...]]:
    return {environment: tuple(values) for environment, *values in _rows(f"gauge_{name}")}


def _rows(name: str) -> list[tuple[Any, ...]]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES[name])
        return list(cursor.fetchall())
