"""The usual way to store an audience: one row per recipient, with its primary key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from eboxcast.database.copying import copy_in
from eboxcast.database.environments import environment_connection
from eboxcast.lib.buckets import Keys
from eboxcast.tools.bench.material import ENVIRONMENT, as_copy, execute

TABLE = "bench_recipient"
_ROW = np.dtype([("fields", ">i2"), ("key_bytes", ">i4"), ("key", ">i8"), ("release_bytes", ">i4"), ("release", ">i8")])


@contextmanager
def made() -> Iterator[None]:
    """Have the table, empty, for as long as it is measured."""
    execute(f"create table {TABLE} (recipient bigint, release bigint, primary key (recipient, release))")
    try:
        yield
    finally:
        execute(f"drop table {TABLE}")


def packed(keys: Keys, *, release: int) -> list[bytes]:
    """Return the rows in the order of the key, ready to be sent: what is measured is the database alone."""
    rows = np.zeros(len(keys), dtype=_ROW)
    rows["fields"], rows["key_bytes"], rows["release_bytes"] = 2, 8, 8
    rows["key"], rows["release"] = keys, release
    return as_copy(rows)


def store(chunks: list[bytes]) -> None:
    """Store the rows, durably."""
    copy_in(environment_connection(ENVIRONMENT), f"copy {TABLE} from stdin (format binary)", chunks)


def expire(release: int) -> None:
    """Forget a release."""
    execute(f"delete from {TABLE} where release = %s", release)  # noqa: S608 - a name of our own
