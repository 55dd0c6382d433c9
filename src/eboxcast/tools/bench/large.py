"""The rows that need a country: twelve million recipients in one run, and storing beside 170 million."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from eboxcast.lib import clock
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.models import Release
from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders
from eboxcast.tools.bench.compactions import compact_measured
from eboxcast.tools.bench.material import (
    ENVIRONMENT,
    ascending_keys,
    checkpoint,
    execute,
    new_release,
    show_to_all,
    size_of,
    store_eboxes,
)
from eboxcast.tools.bench.measuring import Bar, Bench, Row, timed
from eboxcast.tools.bench.publishing import BENCH, publish, write_packages


class BenchNeedsRoom(Trouble):
    """The large rows would fill the disk."""

    code = "bench.room"
    sentence = N_("`--large` needs {needed} GB in {folder}, but only {free} GB are free.")
    remedy = N_("Free up space, or set TMPDIR to a folder with enough space.")


_GIGA = 1024**3


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large is large: Belgium, and what a year of broadcasts leaves."""

    country: int = 12_000_000
    lists: int = 40
    stored: int = 170_000_000
    at_once: int = 10_000_000
    rounds: int = 5
    room: int = 16
    """Gigabytes that must be free."""


LARGE = Size()


def refuse_without_room(bench: Bench, size: Size = LARGE) -> None:
    """Raise BenchNeedsRoom before an hour is spent on it."""
    free = shutil.disk_usage(bench.folder).free // _GIGA
    if free < size.room:
        raise BenchNeedsRoom(needed=size.room, free=free, folder=bench.folder)


def country(bench: Bench, size: Size = LARGE) -> Iterator[Row]:
    """Yield what publishing to everybody in the country costs."""
    refuse_without_room(bench, size)
    bench.tell(f"country: writing {size.lists} lists and {size.country:,} recipients")
    (small,) = write_packages(bench, "small", rounds=1, seed=2)
    sample = write_sample(bench.folder / "country", recipients=size.country, lists=size.lists, ticket="country", seed=5)
    load_senders(sample.message_types, actor=BENCH)
    execute("truncate ebox")
    store_eboxes(ascending_keys(size.country, seed=5))
    one = publish(small)
    bench.tell(f"country: publishing to {size.country:,}")
    all_of_them = publish(sample.directory)
    lists = f"{size.lists} lists of {size.country // size.lists:,}"
    yield Row(name=f"publish to {size.country:,}", figure=all_of_them.seconds, unit="s", bar=Bar(most=25), note=lists)
    yield Row(
        name=f"publish to {size.country:,}, peak memory", figure=all_of_them.megabytes, unit="MB", bar=Bar(most=1536)
    )
    yield Row(
        name=f"publish to {size.country:,}, per recipient",
        figure=all_of_them.seconds / size.country * 1e6,
        unit="µs",
        baseline=one.seconds / bench.recipients * 1e6,
        bar=Bar(most=1, of_baseline=True),
        note=f"the same with {bench.recipients:,}, beside as many eBoxes",
    )


def beside(bench: Bench, size: Size = LARGE) -> Iterator[Row]:
    """Yield what storing costs beside 170 million stored recipients: as rows, then compacted as after an hour."""
    refuse_without_room(bench, size)
    execute("truncate audience")
    Release.objects.using(ENVIRONMENT).filter(visible_at=None).delete()
    bench.tell("beside: storing beside none")
    beside_none = _store(bench, seeds=range(100, 100 + size.rounds))
    seconds = fill(bench, size.stored, at_once=size.at_once)
    bench.tell(f"beside: storing beside {size.stored:,}")
    checkpoint()
    beside_rows = _store(bench, seeds=range(200, 200 + size.rounds))
    yield Row(name=f"store {size.at_once:,}", figure=seconds, unit="s", note="median of the filling")
    yield Row(
        name=f"space per stored recipient, {size.stored:,}", figure=size_of("audience") / size.stored, unit="bytes"
    )
    bench.tell("beside: compacting")
    now = clock.now()
    show_to_all(since=now - timedelta(days=1), until=now + timedelta(days=180))
    compact_measured()
    checkpoint()
    bench.tell(f"beside: storing beside {size.stored:,}, compacted")
    beside_blocks = _store(bench, seeds=range(400, 400 + size.rounds))
    for words, figure in (("", beside_rows), (", compacted", beside_blocks)):
        yield Row(
            name=f"store beside {size.stored:,}{words}",
            figure=figure,
            unit="s",
            baseline=beside_none,
            bar=Bar(most=1.3, of_baseline=True),
            note="the same beside none",
        )


def _store(bench: Bench, *, seeds: range) -> float:
    releases = [new_release(ascending_keys(bench.recipients, seed=seed)) for seed in seeds]
    return median(timed(lambda release=release: storing.store(ENVIRONMENT, release)) for release in releases)  # type: ignore[misc]


def fill(bench: Bench, recipients: int, *, at_once: int) -> float:
    """Store so many recipients, visible to nobody, and return the seconds each of the large audiences took."""
    seconds = []
    for first in range(0, recipients, at_once):
        bench.tell(f"{first:,} of {recipients:,} stored")
        release = new_release(ascending_keys(min(at_once, recipients - first), seed=300 + first // at_once))
        seconds.append(timed(lambda release=release: storing.store(ENVIRONMENT, release)))  # type: ignore[misc]
    return median(seconds)
