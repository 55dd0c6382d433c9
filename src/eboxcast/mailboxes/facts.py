"""What a visible release says, kept in the process: nothing of it ever changes.

Whether it shows is not among these facts: that is asked of the fence each time. They are kept by the run, whose number
is never given again, not even after a backup was restored under a process that goes on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.mailboxes.sql import Row, rows
from eboxcast.mailboxes.values import Names

MOST = 20_000
"""Releases that are kept: some tens of megabytes."""
MOST_COMPACTIONS = 64
"""Of which it is kept which number is which run; some twenty are read at a time."""


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


_FIELDS = tuple(field.name for field in fields(Facts))
_kept: dict[UUID, Facts] = {}
_numbers: dict[UUID, dict[int, UUID | None]] = {}


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


def runs_of(connection: BaseDatabaseWrapper, mark: UUID, numbers: Sequence[int]) -> list[UUID]:
    """Return the runs that some numbers of a compaction are; those whose audience was deleted have none any more.

    A number never changes its meaning, and one without any never gets one. Raises CompactionGone.
    """
    kept = _numbers.setdefault(mark, {})
    missing = [number for number in numbers if number not in kept]
    if missing:
        found = rows(connection, "names_in_compaction", {"mark": mark, "numbers": missing})
        if not found:
            raise CompactionGone
        named = {number: run for number, run in found if number is not None}
        kept.update({number: named.get(number) for number in missing})  # at once: another thread may look just now
        for oldest in list(islice(_numbers, max(0, len(_numbers) - MOST_COMPACTIONS))):
            _numbers.pop(oldest, None)
    return [run for number in numbers if (run := kept[number]) is not None]


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
