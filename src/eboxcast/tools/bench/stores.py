"""Storing an audience and forgetting it, beside one row per recipient in the same database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import numpy as np
from django.db import transaction

from eboxcast.database.copying import copy_in
from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.expiring import Retention, find_due, purge
from eboxcast.mailboxes.models import Reading
from eboxcast.tools.bench.material import (
    ENVIRONMENT,
    as_copy,
    ascending_keys,
    checkpoint,
    execute,
    new_release,
    show_to_all,
    size_of,
)
from eboxcast.tools.bench.measuring import Bar, Bench, Row, Work, pairs

_ROUNDS = 7
_BULK_CREATED = 30_000
_INSERTED = 3_000
_BUCKET = 1
_no_release = count(-1, step=-1)


def store(bench: Bench) -> Iterator[Row]:
    """Yield what storing an audience costs: time and room."""
    bench.tell("store: beside a raw sorted COPY of a row per recipient")
    before = size_of("audience")
    with _plain_table():
        mine, other = _store_pairs(bench.recipients)
        stored = bench.recipients * _ROUNDS
        room, plain_room = (size_of("audience") - before) / stored, size_of(_TABLE) / stored
    yield Row(
        name="store",
        figure=mine,
        unit="s",
        baseline=other,
        bar=Bar(most=0.45, of_baseline=True),
        note="raw sorted binary COPY of a row per recipient with its primary key; ours reads back and compares too",
    )
    yield Row(
        name="space per stored recipient",
        figure=room,
        unit="bytes",
        baseline=plain_room,
        bar=Bar(most=16),
        note="a row per recipient with its primary key",
    )


def _store_pairs(recipients: int) -> tuple[float, float]:
    numbers = range(1, _ROUNDS + 1)
    audiences = [ascending_keys(recipients, seed=number) for number in numbers]
    ours = iter([new_release(keys) for keys in audiences])
    theirs = iter([_packed(keys, release=number) for number, keys in zip(numbers, audiences, strict=True)])
    return pairs(lambda: storing.store(ENVIRONMENT, next(ours)), lambda: _copy_rows(next(theirs)), rounds=_ROUNDS)


def naive(bench: Bench) -> Iterator[Row]:
    """Yield storing beside what one would write first, on fewer recipients."""
    for words, write, most in (
        ("Django bulk_create", _bulk_create, _BULK_CREATED),
        ("one INSERT per row", _insert_each, _INSERTED),
    ):
        recipients = min(most, bench.recipients)
        bench.tell(f"store: beside {words}, {recipients:,} recipients")
        ours, theirs = _rounds_of(write, recipients)
        mine, other = pairs(ours, theirs, rounds=3)
        note = f"{words} in one transaction, both {recipients:,} recipients"
        yield Row(name=f"store, beside {words}", figure=mine, unit="s", baseline=other, note=note)


def _rounds_of(write: Callable[[Keys, int], None], recipients: int) -> tuple[Work, Work]:
    audiences = [ascending_keys(recipients, seed=seed) for seed in range(1, 4)]
    ours, theirs = iter([new_release(keys) for keys in audiences]), iter(audiences)

    def write_next() -> None:
        with transaction.atomic(using=ENVIRONMENT):
            write(next(theirs), next(_no_release))

    return lambda: storing.store(ENVIRONMENT, next(ours)), write_next


def _bulk_create(keys: Keys, release: int) -> None:
    rows = (Reading(bucket=_BUCKET, release=release, mailbox=key) for key in keys.tolist())
    Reading.objects.using(ENVIRONMENT).bulk_create(rows, batch_size=5000)


def _insert_each(keys: Keys, release: int) -> None:
    for key in keys.tolist():
        execute("insert into reading (bucket, release, mailbox) values (%s, %s, %s)", _BUCKET, release, key)


def expire(bench: Bench) -> Iterator[Row]:
    """Yield what forgetting the audience of an expired release costs."""
    bench.tell("expire: beside deleting the rows of a release")
    with _plain_table():
        _store_pairs(bench.recipients)
        now = clock.now()
        show_to_all(since=now - timedelta(days=2), until=now - timedelta(days=1))
        checkpoint()
        ours, theirs = find_due(ENVIRONMENT, Retention()), iter(range(1, _ROUNDS + 1))
        mine, other = pairs(lambda: purge(ENVIRONMENT, next(ours)), lambda: _delete_rows(next(theirs)), rounds=_ROUNDS)
    note = f"delete of one of {_ROUNDS} releases among rows per recipient"
    yield Row(name="expire", figure=mine, unit="s", baseline=other, bar=Bar(most=0.5), note=note)


_TABLE = "bench_recipient"
_ROW = np.dtype([("fields", ">i2"), ("key_bytes", ">i4"), ("key", ">i8"), ("release_bytes", ">i4"), ("release", ">i8")])


@contextmanager
def _plain_table() -> Iterator[None]:
    """Have the usual way to store an audience, one row per recipient with its primary key, while it is measured."""
    execute(f"create table {_TABLE} (recipient bigint, release bigint, primary key (recipient, release))")
    try:
        yield
    finally:
        execute(f"drop table {_TABLE}")


def _packed(keys: Keys, *, release: int) -> list[bytes]:
    """Return the rows in the order of the key, ready to be sent: what is measured is the database alone."""
    rows = np.zeros(len(keys), dtype=_ROW)
    rows["fields"], rows["key_bytes"], rows["release_bytes"] = 2, 8, 8
    rows["key"], rows["release"] = keys, release
    return as_copy(rows)


def _copy_rows(chunks: list[bytes]) -> None:
    """Store the rows, durably."""
    copy_in(environment_connection(ENVIRONMENT), f"copy {_TABLE} from stdin (format binary)", chunks)


def _delete_rows(release: int) -> None:
    """Forget a release."""
    execute(f"delete from {_TABLE} where release = %s", release)  # noqa: S608 - a name of our own
