"""All benchmarks by name, in the order in which they do not disturb one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from eboxcast.cli.benchmarks.checks import check
from eboxcast.cli.benchmarks.large import beside, country
from eboxcast.cli.benchmarks.measuring import Bench, Row
from eboxcast.cli.benchmarks.openings import opening
from eboxcast.cli.benchmarks.publishing import publishing
from eboxcast.cli.benchmarks.remote import remote, sending, two_workers
from eboxcast.cli.benchmarks.stores import expire, naive, store

Benchmark = Callable[[Bench], Iterator[Row]]

ALL: dict[str, Benchmark] = {
    "check": check,
    "store": store,
    "naive": naive,
    "expire": expire,
    "publish": publishing,
    "open": opening,
    "send": sending,
    "workers": two_workers,
    "country": country,
    "beside": beside,
    "remote": remote,
}


def measure(bench: Bench, names: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of the named benchmarks, each as soon as it is measured."""
    for name in names:
        yield from ALL[name](bench)
