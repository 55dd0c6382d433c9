"""Reading the audit: in its one order, that of the seals, and by what entries are about."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from eboxcast.audit.canonical import ROOT
from eboxcast.audit.models import Entry
from eboxcast.audit.rows import ENTRY, Row, content_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

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
_NEWEST = (
    f"select s.number, s.sealed_at, {ENTRY} from audit_entry e"  # noqa: S608  # columns of our own
    " left join audit_seal s on s.entry = e.id and s.entry_segment = e.segment"
    " where {conditions} order by s.number desc nulls first, e.id desc limit %s"
)
# The same where nothing but their age picks them: joining all there are took longer with each entry. One transaction
# that adds entries does not stay open for a thousand others: what is not sealed is among the last; if not, it is
# shown once it is sealed.
_LAST = 1000
_NEWEST_OF_ALL = (
    "select * from ("  # noqa: S608  # columns of our own
    f"(select null::bigint as number, null::timestamptz as sealed_at, {ENTRY}"
    f" from (select * from audit_entry e where {{conditions}} order by id desc limit {_LAST}) e"
    " where not exists (select from audit_seal s where s.entry = e.id and s.entry_segment = e.segment)"
    " order by e.id desc limit %s)"
    " union all"
    f" (select s.number, s.sealed_at, {ENTRY} from audit_seal s"
    " join audit_entry e on e.id = s.entry and e.segment = s.entry_segment"
    " where {conditions} order by s.number desc limit %s)"
    ") newest order by number desc nulls first, id desc limit %s"
)
# The same of a person or an action, whose entries an index gives in the order in which they were added. For the same
# reason the seals have another order only among a thousand that are near each other.
_FOUND = "(select * from audit_entry e where {conditions} order by e.id desc limit %s)"
_NEWEST_FOUND = _NEWEST.replace("audit_entry e", "({found}) e", 1)
_NOT_AFTER = (
    f"e.id <= (select entry + {_LAST} from audit_seal"  # noqa: S608  # the same
    " where number <= %s order by number desc limit 1)"
)
_MORE = 3 * _LAST
_SEALED_AT = (
    f"select s.number, s.sealed_at, {ENTRY} from audit_seal s"  # noqa: S608  # the same
    " join audit_entry e on e.id = s.entry and e.segment = s.entry_segment where s.number = any(%s)"
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


def sealed_at(numbers: Collection[int]) -> dict[int, SealedEntry]:
    """Return the entries at these places in the order, by place; without those that were dropped with their year."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED_AT, [list(numbers)])
        return {row[0]: entry_of(row) for row in cursor.fetchall()}


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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What entries are asked for. What is None or empty is not asked."""

    broadcast: UUID | None = None
    run: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    by: str = ""
    """What this person did, and what was done about them."""
    action: str = ""
    """One action, or all of a subject: ``broadcast``."""
    before: int | None = None
    """Before this seal; entries that are not sealed are newer than any."""
    people: Sequence[str] | None = None
    """Pseudonyms: entries about any of these."""


def read_entries(wanted: Wanted, limit: int, *, actor: Actor) -> list[SealedEntry]:
    """Return the newest entries, oldest first; those not yet sealed stand last. Raises NotYourRole."""
    authorize(actor, "audit.see" if wanted.people is None else "audit.find")
    return list_entries(wanted, limit)


def list_entries(wanted: Wanted, limit: int) -> list[SealedEntry]:
    """Return the newest entries for whoever sees what they are about, as ``read_entries`` does."""
    picked = wanted.broadcast or wanted.run or wanted.people is not None
    statement, values = (
        _of_found(wanted, limit) if (wanted.by or wanted.action) and not picked else _of_all(wanted, limit)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [entry_of(row) for row in reversed(cursor.fetchall())]


def _of_all(wanted: Wanted, limit: int) -> tuple[str, list[Any]]:
    conditions = _conditions(wanted)
    if wanted.by:
        conditions["%s in (e.by, e.data ->> 'person')"] = wanted.by
    if wanted.before is not None:
        conditions["s.number < %s"] = wanted.before
    together, values = " and ".join(conditions) or "true", [*conditions.values(), limit]
    if wanted.before is not None or wanted.broadcast or wanted.run or wanted.people is not None:
        return _NEWEST.format(conditions=together), values
    return _NEWEST_OF_ALL.format(conditions=together), [*values, *values, limit]


def _of_found(wanted: Wanted, limit: int) -> tuple[str, list[Any]]:
    """Return the statement that reads no more entries of a person or an action than may be among the newest."""
    conditions = _conditions(wanted)
    if wanted.before is not None:
        conditions[_NOT_AFTER] = wanted.before
    found, values = [], []
    for column in ("e.by = %s", "e.data ->> 'person' = %s") if wanted.by else (None,):
        of_these = {column: wanted.by, **conditions} if column else conditions
        found.append(_FOUND.format(conditions=" and ".join(of_these)))
        values += [*of_these.values(), limit + _MORE]
    if wanted.before is not None:
        values.append(wanted.before)
    sealed = "true" if wanted.before is None else "s.number < %s"
    return _NEWEST_FOUND.format(found=" union ".join(found), conditions=sealed), [*values, limit]


def _conditions(wanted: Wanted) -> dict[str, Any]:
    """Return what is asked of the entries themselves, but for who did it."""
    subject_or_action = "e.action = %s" if "." in wanted.action else "split_part(e.action, '.', 1) = %s"
    asked = {
        "e.broadcast = %s": wanted.broadcast,
        "e.run = %s": wanted.run,
        "e.at >= %s": wanted.since,
        "e.at < %s": wanted.until,
        "e.data ->> 'person' = any(%s)": list(wanted.people) if wanted.people is not None else None,
        subject_or_action: wanted.action or None,
    }
    return {condition: value for condition, value in asked.items() if value is not None}


def entry_that_led_to(broadcast: UUID, state: str) -> Entry | None:
    """Return the entry of the step that brought a broadcast to the state it is in; None once its year was dropped."""
    moved = Entry.objects.filter(broadcast=broadcast, data__to=state).exclude(data__from=state)
    return moved.order_by("id").last()


def places_looked_into(broadcast: UUID, *, by: str, since: datetime) -> frozenset[int]:
    """Return the places of a short list into whose eBoxes somebody looked since a moment."""
    looked = Entry.objects.filter(broadcast=broadcast, action="ebox.looked", by=by, at__gte=since)
    return frozenset(looked.values_list("data__place", flat=True))


def dossier_given(broadcast: UUID, *, manifest: str) -> Entry | None:
    """Return the entry of the dossier that was given with this manifest: whoever has it has all that was in it."""
    return Entry.objects.filter(broadcast=broadcast, action="broadcast.dossier_given", data__manifest=manifest).first()


def last_entry(run: UUID, action: str) -> Entry | None:
    """Return the last entry of an action about a run; None once its year was dropped."""
    return Entry.objects.filter(run=run, action=action).order_by("id").last()
