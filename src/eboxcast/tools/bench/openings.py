"""Opening an eBox among many active broadcasts: idle, while another process publishes, after the server was started."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database import boot
from eboxcast.database.embedded.server import take_down
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.finding import PAGE_SIZE
from eboxcast.mailboxes.opening import open_ebox
from eboxcast.tools.bench.compactions import compact_measured, merge_measured, rows_of_compaction
from eboxcast.tools.bench.material import ENVIRONMENT, ascending_keys, checkpoint, execute, new_release, show_to_all
from eboxcast.tools.bench.measuring import Bar, Bench, Row, percentile, timed
from eboxcast.tools.bench.publishing import publish, write_packages

BROADCASTS = 300
_AUDIENCES_IN_POPULATION = 20
_IDLE_OPENINGS = 5_000
_WARM_UP = 500
_ROUNDS = 5
_COLD_OPENINGS = 1_000
_FIRST_OPENINGS = 20
_MILLI = 1000


@dataclass(frozen=True)
class _Times:
    """How long openings took, and after each of them a question that costs the database nothing."""

    openings: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)


def opening(
    bench: Bench,
    *,
    broadcasts: int = BROADCASTS,
    openings: int = _IDLE_OPENINGS,
    rounds: int = _ROUNDS,
    cold: int = _COLD_OPENINGS,
) -> Iterator[Row]:
    """Yield how long opening takes, from rows and then from blocks: the slowest of a hundred, and the middle."""
    people = store_broadcasts(bench, broadcasts)
    drawn = np.random.default_rng(2)
    _open(drawn.choice(people, _WARM_UP).tolist())
    bench.tell("open: from rows, while nothing else happens")
    yield from _rows("from rows", _open(drawn.choice(people, openings).tolist()), broadcasts)
    bench.tell("open: compacting")
    yield from rows_of_compaction(f"{broadcasts} broadcasts of a whole country", *compact_measured(), fast=True)
    checkpoint()
    _open(drawn.choice(people, _WARM_UP).tolist())
    bench.tell("open: while nothing else happens")
    yield from _rows("idle", _open(drawn.choice(people, openings).tolist()), broadcasts, slow=2, middle=0.6)
    bench.tell("open: while another process publishes")
    packages = write_packages(bench, "beside", rounds=rounds)
    with ThreadPoolExecutor(max_workers=1) as threads:
        publishing = threads.submit(_publish_all, packages)
        times = _open(_drawn_until(publishing, people))
        publishing.result()
        yield from _rows("while publishing", times, broadcasts, slow=5)
    if cold:
        yield from _after_restarts(bench, people, broadcasts, openings=cold)
    bench.tell("open: merging")
    yield from merge_measured(f"{broadcasts} broadcasts of a whole country")


def _rows(
    words: str, times: _Times, broadcasts: int, *, slow: float | None = None, middle: float | None = None
) -> Iterator[Row]:
    note = f"`select 1` after each opening; {broadcasts} active broadcasts, {len(times.openings):,} openings"
    for name, share, most in (("p99", 0.99, slow), ("p50", 0.5, middle)):
        yield Row(
            name=f"open an eBox {words}, {name}",
            figure=percentile(times.openings, share) * _MILLI,
            unit="ms",
            baseline=percentile(times.questions, share) * _MILLI,
            bar=None if most is None else Bar(most=most),
            note=note,
        )


def _after_restarts(bench: Bench, people: Keys, broadcasts: int, *, openings: int) -> Iterator[Row]:
    """Yield how long it takes after the server was started anew; then with nothing of its files in memory either.

    The first openings are left out: they make the connection, read the catalogs and plan.
    """
    drawn = np.random.default_rng(7)
    for words, files_too in (("after a restart", False), ("from the disk", True)):
        bench.tell(f"open: {words}")
        connections.close_all()
        take_down(boot.places(), boot.to_stderr)
        if files_too:
            _forget_files()
        boot.start()
        _open(drawn.choice(people, _FIRST_OPENINGS).tolist())
        yield from _rows(words, _open(drawn.choice(people, openings).tolist()), broadcasts)


def _forget_files() -> None:
    """Put the files of the stopped server out of the memory of the system; a disk may still have its own."""
    for path in boot.places().data.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def store_broadcasts(bench: Bench, broadcasts: int) -> Keys:
    """Store the broadcasts, each to a twentieth of the people: an eBox holds some fifteen messages."""
    recipients = max(bench.recipients, bench.stored // broadcasts)
    people = ascending_keys(recipients * _AUDIENCES_IN_POPULATION, seed=3)
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


def _open(mailboxes: Iterable[int]) -> _Times:
    """Open eBoxes, make the letters of the first page of each, and ask `select 1` over a connection of its own: what
    both wait for alike is the machine's.
    """
    times = _Times()
    with closing(connections.create_connection(ENVIRONMENT)) as beside:
        _ask(beside)
        for mailbox in mailboxes:
            times.openings.append(timed(partial(_open_one, mailbox)))
            times.questions.append(timed(partial(_ask, beside)))
    return times


def _open_one(mailbox: int) -> None:
    list(open_ebox(ENVIRONMENT, mailbox)[:PAGE_SIZE])


def _ask(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        cursor.fetchall()


def _drawn_until(publishing: Future[None], people: Keys) -> Iterator[int]:
    draw = np.random.default_rng(4)
    while not publishing.done():
        yield from draw.choice(people, 20).tolist()


def _publish_all(packages: list[Path]) -> None:
    for package in packages:
        publish(package)
