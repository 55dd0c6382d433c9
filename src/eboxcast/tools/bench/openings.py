"""Opening an eBox among many active broadcasts, while nothing happens and while another process publishes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np

from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.opening import open_ebox
from eboxcast.tools.bench.material import ENVIRONMENT, ascending_keys, execute, new_release, show_to_all
from eboxcast.tools.bench.measuring import Bar, Bench, Row, percentile, timed
from eboxcast.tools.bench.publishing import publish, write_packages

BROADCASTS = 300
_AUDIENCES_IN_POPULATION = 20
_IDLE_OPENINGS = 5_000
_WARM_UP = 500
_ROUNDS = 5
_MILLI = 1000


def opening(
    bench: Bench, *, broadcasts: int = BROADCASTS, openings: int = _IDLE_OPENINGS, rounds: int = _ROUNDS
) -> Iterator[Row]:
    """Yield how long opening takes: the slowest of a hundred, and the middle."""
    people = store_broadcasts(bench, broadcasts)
    drawn = np.random.default_rng(2)
    _open(drawn.choice(people, _WARM_UP))
    bench.tell("open: while nothing else happens")
    yield from _rows("idle", _open(drawn.choice(people, openings)), broadcasts, most=3)
    bench.tell("open: while another process publishes")
    packages = write_packages(bench, "beside", rounds=rounds)
    with ThreadPoolExecutor(max_workers=1) as threads:
        publishing = threads.submit(_publish_all, packages)
        yield from _rows("while publishing", _open_until(publishing, people), broadcasts, most=10)


def _rows(words: str, seconds: list[float], broadcasts: int, *, most: float) -> Iterator[Row]:
    note = f"{broadcasts} active broadcasts, {len(seconds):,} openings"
    slow, middle = percentile(seconds, 0.99) * _MILLI, percentile(seconds, 0.5) * _MILLI
    yield Row(name=f"open an eBox {words}, p99", figure=slow, unit="ms", bar=Bar(most=most), note=note)
    yield Row(name=f"open an eBox {words}, p50", figure=middle, unit="ms", note=note)


def store_broadcasts(bench: Bench, broadcasts: int) -> Keys:
    """Store the broadcasts, each to a twentieth of the people: an eBox holds some fifteen messages."""
    people = ascending_keys(bench.recipients * _AUDIENCES_IN_POPULATION, seed=3)
    draw = np.random.default_rng(3)
    for first in range(0, broadcasts, _AUDIENCES_IN_POPULATION):
        bench.tell(f"open: storing broadcasts, {first} of {broadcasts}")
        for audience in draw.permutation(people).reshape(_AUDIENCES_IN_POPULATION, -1):
            audience.sort()
            storing.store(ENVIRONMENT, new_release(audience))
    now = clock.now()
    show_to_all(since=now - timedelta(days=1), until=now + timedelta(days=180))
    execute("vacuum analyze")
    return people


def _open(mailboxes: Keys) -> list[float]:
    return [timed(lambda mailbox=mailbox: open_ebox(ENVIRONMENT, mailbox)) for mailbox in mailboxes.tolist()]  # type: ignore[misc]


def _open_until(publishing: Future[None], people: Keys) -> list[float]:
    draw = np.random.default_rng(4)
    seconds: list[float] = []
    while not publishing.done():
        seconds += _open(draw.choice(people, 20))
    publishing.result()
    return seconds


def _publish_all(packages: list[Path]) -> None:
    for package in packages:
        publish(package)
