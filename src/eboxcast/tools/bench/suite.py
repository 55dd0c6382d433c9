"""All benchmarks by name, in the order in which they do not disturb one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from eboxcast.tools.bench.checks import check
from eboxcast.tools.bench.compactions import compaction
from eboxcast.tools.bench.large import beside, country
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.openings import opening
from eboxcast.tools.bench.proofs import proofs
from eboxcast.tools.bench.publishing import publishing
from eboxcast.tools.bench.receipts import country_receipts, receipts
from eboxcast.tools.bench.remote import remote, sending, two_workers, workers_in_networks
from eboxcast.tools.bench.stores import expire, naive, store
from eboxcast.tools.bench.visits import visits

Benchmark = Callable[[Bench], Iterator[Row]]

ALL: dict[str, Benchmark] = {
    "check": check,
    "store": store,
    "naive": naive,
    "expire": expire,
    "publish": publishing,
    "open": opening,
    "compact": compaction,
    "visits": visits,
    "send": sending,
    "workers": lambda bench: chain(two_workers(bench), workers_in_networks(bench)),
    "receipts": receipts,
    "proofs": proofs,
    "country": country,
    "country-receipts": country_receipts,
    "beside": beside,
    "remote": remote,
}


def measure(bench: Bench, names: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of the named benchmarks, each as soon as it is measured."""
    for name in names:
        yield from ALL[name](bench)
