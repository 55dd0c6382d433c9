"""Holding up what other threads do in a database, by a real lock, so that something else can happen first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from django.db import connections
from tests import cluster

T = TypeVar("T")
Connection = psycopg.Connection[tuple[object, ...]]
_WAITING = (
    "select count(*) from pg_locks l left join pg_database d on d.oid = l.database"
    " where not l.granted and coalesce(d.datname, current_database()) = current_database()"
)


@contextmanager
def locked(connection: Connection, statement: str) -> Iterator[None]:
    """Hold what a statement locks until the context ends."""
    connection.execute("begin")
    connection.execute(statement.encode())
    try:
        yield
    finally:
        connection.execute("rollback")


def wait_until_held_up(connection: Connection, *, count: int = 1) -> None:
    """Wait until so many wait for locks in the database of a connection."""
    with cluster.connected(connection.info.dbname) as workers:
        for _ in range(20_000):
            if sum(_waiting(node) for node in (connection, *workers)) == count:
                return
    raise AssertionError("nobody waits for the lock")


def _waiting(connection: Connection) -> int:
    (row,) = connection.execute(_WAITING).fetchall()
    return int(str(row[0]))


@contextmanager
def beside(do: Callable[[], T]) -> Iterator[Future[T]]:
    """Do something in a thread of its own, with connections of its own."""

    def with_own_connections() -> T:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(with_own_connections)
