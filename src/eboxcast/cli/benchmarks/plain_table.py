"""The usual way to store an audience: one row per recipient, with its primary key."""

from __future__ import annotations

import numpy as np

from eboxcast.cli.benchmarks.material import ENVIRONMENT, as_copy, execute
from eboxcast.database.copying import copy_in
from eboxcast.database.environments import environment_connection
from eboxcast.lib.buckets import Keys

TABLE = "bench_recipient"
_ROW = np.dtype([("fields", ">i2"), ("key_bytes", ">i4"), ("key", ">i8"), ("release_bytes", ">i4"), ("release", ">i8")])


def make() -> None:
    """Make the table anew."""
    execute(f"drop table if exists {TABLE}")
    execute(f"create table {TABLE} (recipient bigint, release bigint, primary key (recipient, release))")


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
