"""Running the named statements of this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.queries import Queries

QUERIES = Queries("eboxcast.mailboxes")

Row = tuple[Any, ...]


def one(connection: BaseDatabaseWrapper, name: str, parameters: Mapping[str, object]) -> Row | None:
    """Run a named statement and return its first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        row: Row | None = cursor.fetchone()
        return row


def rows(connection: BaseDatabaseWrapper, name: str, parameters: Mapping[str, object]) -> list[Row]:
    """Run a named statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        return list(cursor.fetchall())


def run(connection: BaseDatabaseWrapper, name: str, parameters: Mapping[str, object]) -> int:
    """Run a named statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        return cursor.rowcount
