"""Reading the audit in its one order, that of the seals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from eboxcast.audit.canonical import ROOT
from eboxcast.audit.rows import ENTRY, Row, content_of

_LAST_SEAL = "select number, digest, segment from audit_seal where segment <= %s order by number desc limit 1"
_LAST_DROPPED = (
    "select number, digest, dropped from audit_anchor where kind = 'dropped' order by dropped desc, id desc limit 1"
)
_NO_LIMIT = 32767
_SEALED_AFTER = (
    f"select s.number, s.sealed_at, {ENTRY} from audit_seal s"  # noqa: S608  # columns of our own
    " join audit_entry e on e.id = s.entry and e.segment = s.entry_segment"
    " where s.number > %s order by s.number limit %s"
)


@dataclass(frozen=True)
class Head:
    """The newest seal. Who keeps it can prove later that nothing up to it was altered, removed or put elsewhere."""

    number: int
    digest: bytes
    segment: int

    def __str__(self) -> str:
        """Return the form in which it is printed, mailed and given to `audit verify`."""
        return f"{self.number}:{self.digest.hex()}"


@dataclass(frozen=True, kw_only=True)
class SealedEntry:
    """An entry at its place in the order; without a number and moment as long as it is not sealed."""

    number: int | None
    sealed_at: datetime | None
    id: int
    at: datetime
    by: str
    action: str
    environment: str
    run: UUID | None
    broadcast: UUID | None
    data: dict[str, Any]


def head() -> Head | None:
    """Return the head of the chain: the newest seal, or all that is left of one. None before the first seal."""
    with connection.cursor() as cursor:
        last = last_sealed(cursor)
    return last if last.number else None


def last_sealed(cursor: CursorWrapper, *, until: int = _NO_LIMIT) -> Head:
    """Return what the next seal follows; or the last head of a year."""
    cursor.execute(_LAST_SEAL, [until])
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_LAST_DROPPED)
        row = cursor.fetchone()
    return Head(number=row[0], digest=bytes(row[1]), segment=row[2]) if row else Head(number=0, digest=ROOT, segment=0)


def sealed_after(number: int, limit: int) -> list[SealedEntry]:
    """Return the first entries after a place in the order. Nothing ever comes to stand before what was read once."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED_AFTER, [number, limit])
        return list(map(entry_of, cursor.fetchall()))


def entry_of(row: Row) -> SealedEntry:
    """Return the entry of a row: number, moment of sealing, and the columns of ENTRY."""
    content = content_of(row[2:])
    return SealedEntry(
        number=row[0],
        sealed_at=row[1],
        id=content.id,
        at=content.at,
        by=content.by,
        action=content.action,
        environment=content.environment,
        run=content.run,
        broadcast=content.broadcast,
        data=json.loads(content.data),
    )
