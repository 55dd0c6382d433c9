"""Sealing: each committed entry gets its place in one order, and a digest that ties it to everything before it.

Entries are numbered when they are added, and committed later: one with a lower number may come after one with a higher.
So the sealer takes every committed entry that has no seal, wherever its number stands, and only the seal's number is an
order that nobody ever has to read again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from eboxcast.audit.canonical import Content, Sealed, digest_of_content, digest_of_seal
from eboxcast.audit.rows import ENTRY, content_of
from eboxcast.audit.selectors import Head, last_sealed
from eboxcast.audit.tree import grow
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Proving, reached

_LOCK = 0x617564697453
_BATCH = 5000
# An anti-join over everything would take longer with each year. No transaction that adds an entry stays open for hours
# (the server ends idle ones), so what was written hours before the newest sealed entry was sealed with it. The full
# pass of every day takes no such word for it.
_SINCE = (
    "select e.written_at - interval '6 hours' from audit_seal s"
    " join audit_entry e on e.id = s.entry and e.segment = s.entry_segment where s.number = %s"
)
_PENDING = (
    f"select {ENTRY} from audit_entry e where (%s::timestamptz is null or e.written_at >= %s)"  # noqa: S608  # columns of our own
    " and not exists (select from audit_seal s where s.entry = e.id and s.entry_segment = e.segment)"
    " order by e.segment, e.id limit %s"
)
_SEAL = (
    "insert into audit_seal (number, segment, entry, entry_segment, sealed_at, content, previous, digest)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s)"
)


def seal_pending(*, everything: bool = False) -> int:
    """Seal all committed entries that have no seal, and return how many those were.

    Call it outside a transaction. ``everything`` looks at all entries that are kept, not only at those of late.
    """
    count = 0
    while sealed := _seal_some(everything=everything):
        count += sealed
        if sealed < _BATCH:
            break
    return count


def alone(cursor: CursorWrapper) -> None:
    """Be the only sealer until the transaction ends; statements after this see what the one before has committed."""
    cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def _seal_some(*, everything: bool) -> int:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        alone(cursor)
        last = last_sealed(cursor)
        since = None if everything else _since(cursor, last)
        cursor.execute(_PENDING, [since, since, _BATCH])
        seals = _chain(last, [content_of(row) for row in cursor.fetchall()])
        if seals:
            cursor.executemany(_SEAL, [_values(seal) for seal in seals])
            grow(cursor, seals[-1].number)
            reached(Proving.SEALED_BEFORE_COMMIT)
    return len(seals)


def _since(cursor: CursorWrapper, last: Head) -> datetime | None:
    cursor.execute(_SINCE, [last.number])
    row = cursor.fetchone()
    return row[0] if row else None


def _chain(last: Head, entries: list[Content]) -> list[Sealed]:
    now = clock.now()
    number, segment, previous = last.number, last.segment, last.digest
    seals = []
    for entry in entries:
        number, segment = number + 1, max(segment, entry.segment)
        seal = Sealed(
            number=number,
            segment=segment,
            entry=entry.id,
            entry_segment=entry.segment,
            sealed_at=now,
            content=digest_of_content(entry),
            previous=previous,
        )
        seals.append(seal)
        previous = digest_of_seal(seal)
    return seals


def _values(seal: Sealed) -> tuple[Any, ...]:
    values = (seal.number, seal.segment, seal.entry, seal.entry_segment, seal.sealed_at, seal.content, seal.previous)
    return (*values, digest_of_seal(seal))
