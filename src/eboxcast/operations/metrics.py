"""What is going on, in numbers for Prometheus: read from the databases when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from django.db import connections
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from eboxcast import __version__
from eboxcast.database import replicas
from eboxcast.database.environments import environments_in_reach
from eboxcast.database.names import CONTROL, shown
from eboxcast.delivery.remote.gauges import EnvironmentGauges, Gauges, gauge
from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.mailboxes.compacting import Standing, standing
from eboxcast.mailboxes.preview import bytes_of_database
from eboxcast.operations.passes import age_of, last_pass

Values = Mapping[tuple[str, ...], float]


def registry(*more: Callable[[], Iterator[Metric]]) -> CollectorRegistry:
    """Return a registry with our numbers only, and those that doors add: nothing of this process."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Collector(more))
    return made


class _Collector(Collector):
    def __init__(self, more: Sequence[Callable[[], Iterator[Metric]]]) -> None:
        self._more = more

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: registering would look into the databases."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("eboxcast_build", "The version that answers.", {"version": __version__})
        try:
            yield from _collect()
            for one in self._more:
                yield from one()
        finally:
            connections.close_all()  # each scrape has a thread of its own


def _collect() -> Iterator[Metric]:
    sizes: dict[tuple[str, ...], float] = {}
    up: dict[tuple[str, ...], float] = {}
    found = _gauged()
    up[(shown(CONTROL),)] = float(found is not None)
    if found is not None:
        sizes[(shown(CONTROL),)] = found.control_bytes
        yield from _of_control(found)
    compacted: dict[tuple[str, ...], Standing] = {}
    for environment in environments_in_reach():
        with suppress(EboxcastError, Misconfigured):
            compacted[(environment,)] = standing(environment)
            sizes[(environment,)] = bytes_of_database(environment)
        up[(environment,)] = float((environment,) in sizes)
    for name, (attribute, says) in _COMPACTED.items():
        found_there: Values = {of: float(getattr(one, attribute)) for of, one in compacted.items()}
        yield _family(name, says, ("environment",), found_there)
    yield from _of_replicas()
    yield _family("database_size_bytes", "Size of a database.", ("database",), sizes)
    yield _family("database_up", "Whether a database answers: 1 or 0.", ("database",), up)


def _of_replicas() -> Iterator[Metric]:
    with_replica = [name for name in environments_in_reach() if replicas.is_set(name)]
    found: dict[tuple[str, ...], replicas.Standing] = {}
    for environment in with_replica:
        with suppress(EboxcastError, Misconfigured):
            if (one := replicas.standing(environment)) is not None:
                found[(environment,)] = one
    up: Values = {(name,): float((name,) in found) for name in with_replica}
    seconds: Values = {of: one.seconds_behind for of, one in found.items()}
    size: Values = {of: float(one.bytes_behind) for of, one in found.items()}
    yield _family("replica_up", "Whether a replica answers and follows: 1 or 0.", ("environment",), up)
    yield _family("replica_behind_seconds", "How far a replica is behind.", ("environment",), seconds)
    yield _family("replica_behind_bytes", "What a replica has yet to apply.", ("environment",), size)


def _gauged() -> Gauges | None:
    try:
        return gauge()
    except (EboxcastError, Misconfigured):
        return None


def _of_control(found: Gauges) -> Iterator[Metric]:
    each = found.environments
    by_state = ("environment", "state")
    yield _family("runs", "Runs by state.", by_state, _states(each, "runs"))
    yield _family("recipients", "Recipients of all runs by outcome.", by_state, _states(each, "recipients"))
    yield _family("batches", "Batches of runs that are not over.", by_state, _states(each, "batches"))
    for name, (attribute, says) in _SINGLE.items():
        values: Values = {(environment,): float(getattr(one, attribute)) for environment, one in each.items()}
        yield _family(name, says, ("environment",), values)
    yield _family("workers", "Worker processes by sign of life.", by_state, _states(each, "workers"))
    yield _family("audit_entries", "Audit entries.", (), {(): found.audit_entries})
    yield from _of_steward()


def _of_steward() -> Iterator[Metric]:
    last = last_pass()
    ages: Values = {(): age_of(last.ended_at)} if last else {}
    yield _family("steward_pass_age_seconds", "How long ago the steward last went through everything.", (), ages)
    troubles: Values = {(): last.trouble_count} if last else {}
    yield _family("steward_troubles", "What went wrong in its last pass.", (), troubles)


_SINGLE = {
    "batch_retries": ("retries", "Attempts beyond the first, in runs that are not over."),
    "lanes": ("lanes", "Lanes at work: distinct workers that hold a batch now."),
    "queue_age_seconds": ("queue_age_seconds", "For how long the oldest waiting batch could have been sent."),
    "recipients_per_second": ("recipients_per_second", "Recipients done in the last minute, per second."),
    "open_intents": ("open_intents", "Actions asked of runs that have no result yet."),
    "oldest_intent_age_seconds": ("oldest_intent_seconds", "Age of the oldest action without a result."),
}


_COMPACTED = {
    "compactions": ("compactions", "Compactions whose blocks opening an eBox reads."),
    "releases_compacted": ("releases", "Visible broadcasts that are compacted."),
    "releases_not_compacted": ("waiting", "Visible broadcasts that are not compacted."),
    "recipients_in_rows": ("rows", "Recipients that are stored as rows."),
    "oldest_rows_age_seconds": ("oldest_seconds", "Age of the oldest broadcast that is only stored as rows."),
}


def _states(each: Mapping[str, EnvironmentGauges], attribute: str) -> Values:
    return {
        (environment, state): count
        for environment, one in each.items()
        for state, count in getattr(one, attribute).items()
    }


def _family(name: str, says: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(f"eboxcast_{name}", says, labels=labels)
    for of, value in sorted(values.items()):
        family.add_metric(of, value)
    return family
