"""Entries by what they are about, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from eboxcast.audit.rows import ENTRY
from eboxcast.audit.selectors import SealedEntry, entry_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

_NEWEST = (
    f"select s.number, s.sealed_at, {ENTRY} from audit_entry e"  # noqa: S608  # columns of our own
    " left join audit_seal s on s.entry = e.id and s.entry_segment = e.segment"
    " where {conditions} order by s.number desc nulls first, e.id desc limit %s"
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What entries are asked for. What is None or empty is not asked."""

    broadcast: UUID | None = None
    run: UUID | None = None
    since: datetime | None = None
    people: Sequence[str] | None = None
    """Pseudonyms: entries about any of these."""


def read_entries(wanted: Wanted, limit: int, *, actor: Actor) -> list[SealedEntry]:
    """Return the newest entries, oldest first; those not yet sealed stand last. Raises NotYourRole."""
    authorize(actor, "audit.see" if wanted.people is None else "audit.find")
    return list_entries(wanted, limit)


def list_entries(wanted: Wanted, limit: int) -> list[SealedEntry]:
    """Return the newest entries for whoever sees what they are about, as ``read_entries`` does."""
    asked = {
        "e.broadcast = %s": wanted.broadcast,
        "e.run = %s": wanted.run,
        "e.at >= %s": wanted.since,
        "e.data ->> 'person' = any(%s)": list(wanted.people) if wanted.people is not None else None,
    }
    conditions = {condition: value for condition, value in asked.items() if value is not None}
    statement = _NEWEST.format(conditions=" and ".join(conditions) or "true")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*conditions.values(), limit])
        return [entry_of(row) for row in reversed(cursor.fetchall())]
