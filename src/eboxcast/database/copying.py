"""Bulk COPY, in and out: the only place that uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db.backends.base.base import BaseDatabaseWrapper


def copy_in(connection: BaseDatabaseWrapper, statement: str, chunks: Iterable[bytes]) -> None:
    """Send chunks of bytes to a ``COPY … FROM STDIN``."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def copy_out(connection: BaseDatabaseWrapper, statement: str, parameters: Mapping[str, object]) -> bytes:
    """Return all bytes of a ``COPY … TO STDOUT``."""
    return b"".join(begin_copy_out(connection, statement, parameters))


def begin_copy_out(
    connection: BaseDatabaseWrapper, statement: str, parameters: Mapping[str, object]
) -> Iterator[bytes]:
    """Have the server begin with a ``COPY … TO STDOUT``, and return its bytes to come: it works meanwhile."""
    pieces = _pieces(connection, statement, parameters)
    next(pieces)
    return pieces


def _pieces(connection: BaseDatabaseWrapper, statement: str, parameters: Mapping[str, object]) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        yield b""
        for chunk in copy:
            yield bytes(chunk)
