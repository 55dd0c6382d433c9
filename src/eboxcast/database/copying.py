"""Bulk COPY, in and out: the only place that uses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.backends.base.base import BaseDatabaseWrapper


def copy_in(connection: BaseDatabaseWrapper, statement: str, chunks: Iterable[bytes]) -> None:
    """Send chunks of bytes to a ``COPY … FROM STDIN``."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def copy_out(connection: BaseDatabaseWrapper, statement: str, parameters: Mapping[str, object]) -> bytes:
    """Return all bytes of a ``COPY … TO STDOUT``."""
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        return b"".join(bytes(chunk) for chunk in copy)
