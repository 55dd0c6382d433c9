"""Running the named statements of this package."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.queries import Queries

QUERIES = Queries("eboxcast.mailboxes")

Row = tuple[Any, ...]
Parameters = dict[str, Any]


def one(connection: BaseDatabaseWrapper, name: str, parameters: Parameters) -> Row | None:
    """Run a named statement and return its first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        row: Row | None = cursor.fetchone()
        return row


def rows(connection: BaseDatabaseWrapper, name: str, parameters: Parameters) -> list[Row]:
    """Run a named statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        return list(cursor.fetchall())


def run(connection: BaseDatabaseWrapper, name: str, parameters: Parameters) -> int:
    """Run a named statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], parameters)
        touched: int = cursor.rowcount
        return touched
