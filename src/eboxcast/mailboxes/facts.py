"""What a visible release says, kept in the process: nothing of it ever changes.

Whether it shows is not among these facts: that is asked of the fence each time. They are kept by the run, whose number
is never given again, not even after a backup was restored under a process that goes on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.mailboxes.sql import Row, rows
from eboxcast.mailboxes.values import Names

MOST = 20_000
"""Releases that are kept: some tens of megabytes."""
MOST_COMPACTIONS = 64
"""Of which it is kept what their numbers mean; some twenty are read at a time."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MESSAGE_BITS = 63


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A release with its message, as everybody sees it who received it."""

    message: int
    release: int
    run: UUID
    visible_at: datetime
    expires_at: datetime
    title: str
    language: str
    file_name: str
    media_type: str
    size: int
    document_digest: bytes
    institution: str
    institution_names: Names
    application: str
    application_names: Names
    type_code: str
    type_names: Names
    order: int = field(init=False, repr=False, compare=False)
    """Later messages have a higher one: a number is sorted by sooner than a moment."""

    def __post_init__(self) -> None:
        """Find its place among all messages, of which several may have become visible in one moment."""
        since = (self.visible_at - _EPOCH) // _MICROSECOND
        object.__setattr__(self, "order", since << _MESSAGE_BITS | self.message)


_FIELDS = tuple(one.name for one in fields(Facts) if one.init)
_kept: dict[UUID, Facts] = {}
_named: dict[UUID, dict[int, Facts | None]] = {}


def facts_of(connection: BaseDatabaseWrapper, runs: Collection[UUID]) -> Mapping[UUID, Facts]:
    """Return the facts of some visible releases by their runs; those not yet in hand are read."""
    found = {run: facts for run in runs if (facts := _kept.get(run)) is not None}
    missing = [run for run in runs if run not in found]
    if missing:
        read = map(_facts, rows(connection, "facts_of_runs", {"runs": missing}))
        found.update((facts.run, facts) for facts in read)
        _keep([found[run] for run in missing if run in found])
    return found


class CompactionGone(Exception):
    """A compaction ended long ago, and its names with it: what was found in it is to be found again."""


def facts_in(connection: BaseDatabaseWrapper, mark: UUID, numbers: Sequence[int], *, now: datetime) -> list[Facts]:
    """Return the facts of what some numbers of a compaction are, without what has expired or was deleted.

    A number never changes its meaning, and one whose audience was deleted has none any more. Raises CompactionGone.
    """
    kept = _named.get(mark, {})
    try:
        return [facts for number in numbers if (facts := kept[number]) is not None and facts.expires_at > now]
    except KeyError:
        read = _read_named(connection, mark, numbers)
        return [facts for facts in read if facts is not None and facts.expires_at > now]


def _read_named(connection: BaseDatabaseWrapper, mark: UUID, numbers: Sequence[int]) -> list[Facts | None]:
    """Return all of them, and keep them: a table is only ever added to, as another thread may look in it just now."""
    kept = _named.get(mark, {})
    known = {number: kept[number] for number in numbers if number in kept}
    missing = [number for number in numbers if number not in known]
    names = rows(connection, "names_in_compaction", {"mark": mark, "numbers": missing})
    if not names:
        raise CompactionGone
    runs = {number: run for number, run in names if run is not None}
    facts = facts_of(connection, runs.values())
    known.update((number, facts.get(runs[number]) if number in runs else None) for number in missing)
    if sum(map(len, _named.values())) > MOST or len(_named) >= MOST_COMPACTIONS:
        _named.pop(next(iter(_named), mark), None)
    _named.setdefault(mark, {}).update(known)
    return [known[number] for number in numbers]


def _facts(row: Row) -> Facts:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["document_digest"] = bytes(values["document_digest"])
    for jsonb in ("institution_names", "application_names", "type_names"):
        values[jsonb] = json.loads(str(values[jsonb]))  # Django has psycopg leave it as text
    return Facts(**values)


def _keep(some: Collection[Facts], *, most: int = MOST) -> None:
    """Keep these, and forget the oldest where there are too many; several threads may do so at once."""
    for facts in some:
        _kept[facts.run] = facts
    for run in list(islice(_kept, max(0, len(_kept) - most))):
        _kept.pop(run, None)
