"""Tables and columns of the audit as statements name them, and rows as values. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eboxcast.audit.canonical import Content, Sealed

ENTRY = "e.id, e.segment, e.at, e.written_at, e.by, e.action, e.environment, e.run, e.broadcast, e.data::text"
SEAL = "s.number, s.segment, s.entry, s.entry_segment, s.sealed_at, s.content, s.previous"
ENTRY_COLUMNS = 10
SEAL_COLUMNS = 7
Row = Sequence[Any]
BY_YEAR = ("audit_entry", "audit_seal", "audit_anchor", "audit_key")
"""Each has a part for each year."""
APPEND_ONLY = (*BY_YEAR, "audit_node", "audit_tree_head")
"""The role that works may read these and add to them, and nothing else."""


def content_of(row: Row) -> Content:
    """Return the entry of a row that begins with the columns of ENTRY."""
    number, segment, at, written_at, by, action, environment, run, broadcast, data = row[:ENTRY_COLUMNS]
    return Content(
        id=number,
        segment=segment,
        at=at,
        written_at=written_at,
        by=by,
        action=action,
        environment=environment,
        run=run,
        broadcast=broadcast,
        data=data,
    )


def seal_of(row: Row) -> Sealed:
    """Return the seal of a row that begins with the columns of SEAL."""
    number, segment, entry, entry_segment, sealed_at, content, previous = row[:SEAL_COLUMNS]
    return Sealed(
        number=number,
        segment=segment,
        entry=entry,
        entry_segment=entry_segment,
        sealed_at=sealed_at,
        content=bytes(content),
        previous=bytes(previous),
    )
