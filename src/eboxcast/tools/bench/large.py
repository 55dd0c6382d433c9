"""The rows that need a country: twelve million recipients in one run, and storing beside 170 million."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from statistics import median

from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.models import Release
from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders
from eboxcast.tools.bench.errors import BenchNeedsRoom
from eboxcast.tools.bench.material import (
    ENVIRONMENT,
    ascending_keys,
    checkpoint,
    execute,
    new_release,
    size_of,
    store_eboxes,
)
from eboxcast.tools.bench.measuring import Bar, Bench, Row, timed
from eboxcast.tools.bench.processes import publish
from eboxcast.tools.bench.publishing import BENCH, write_packages

COUNTRY = 12_000_000
LISTS = 40
STORED = 170_000_000
_AT_ONCE = 10_000_000
_ROUNDS = 5
_ROOM = 16
_GIGA = 1024**3


def refuse_without_room(bench: Bench) -> None:
    """Raise BenchNeedsRoom before an hour is spent on it."""
    free = shutil.disk_usage(bench.folder).free // _GIGA
    if free < _ROOM:
        raise BenchNeedsRoom(needed=_ROOM, free=free, folder=bench.folder)


def country(bench: Bench) -> Iterator[Row]:
    """Yield what publishing to everybody in the country costs."""
    refuse_without_room(bench)
    bench.tell(f"country: writing {LISTS} lists and {COUNTRY:,} recipients")
    (small,) = write_packages(bench, "small", rounds=1, seed=2)
    sample = write_sample(bench.folder / "country", recipients=COUNTRY, lists=LISTS, ticket="country", seed=5)
    load_senders(sample.message_types, actor=BENCH)
    execute("truncate ebox")
    store_eboxes(ascending_keys(COUNTRY, seed=5))
    one = publish(small)
    bench.tell(f"country: publishing to {COUNTRY:,}")
    all_of_them = publish(sample.directory)
    lists = f"{LISTS} lists of {COUNTRY // LISTS:,}"
    yield Row(name=f"publish to {COUNTRY:,}", figure=all_of_them.seconds, unit="s", bar=Bar(most=25), note=lists)
    yield Row(name=f"publish to {COUNTRY:,}, peak memory", figure=all_of_them.megabytes, unit="MB", bar=Bar(most=1536))
    yield Row(
        name=f"publish to {COUNTRY:,}, per recipient",
        figure=all_of_them.seconds / COUNTRY * 1e6,
        unit="µs",
        baseline=one.seconds / bench.recipients * 1e6,
        bar=Bar(most=1, of_baseline=True),
        note=f"the same with {bench.recipients:,}, beside as many eBoxes",
    )


def beside(bench: Bench) -> Iterator[Row]:
    """Yield what storing costs beside 170 million stored recipients."""
    refuse_without_room(bench)
    execute("truncate audience")
    Release.objects.using(ENVIRONMENT).filter(visible_at=None).delete()
    bench.tell("beside: storing beside none")
    beside_none = _store(bench, seeds=range(100, 100 + _ROUNDS))
    seconds = _fill(bench)
    bench.tell(f"beside: storing beside {STORED:,}")
    checkpoint()
    beside_all = _store(bench, seeds=range(200, 200 + _ROUNDS))
    yield Row(
        name=f"store beside {STORED:,}",
        figure=beside_all,
        unit="s",
        baseline=beside_none,
        bar=Bar(most=2, of_baseline=True),
        note="the same beside none",
    )
    yield Row(name=f"store {_AT_ONCE:,}", figure=seconds, unit="s", note="median of the filling")
    yield Row(name=f"space per stored recipient, {STORED:,}", figure=size_of("audience") / STORED, unit="bytes")


def _store(bench: Bench, *, seeds: range) -> float:
    releases = [new_release(ascending_keys(bench.recipients, seed=seed)) for seed in seeds]
    return median(timed(lambda release=release: storing.store(ENVIRONMENT, release)) for release in releases)  # type: ignore[misc]


def _fill(bench: Bench) -> float:
    seconds = []
    for number in range(STORED // _AT_ONCE):
        bench.tell(f"beside: {number * _AT_ONCE:,} of {STORED:,} stored")
        release = new_release(_country_keys(number))
        seconds.append(timed(lambda release=release: storing.store(ENVIRONMENT, release)))  # type: ignore[misc]
    return median(seconds)


def _country_keys(number: int) -> Keys:
    return ascending_keys(_AT_ONCE, seed=300 + number)
