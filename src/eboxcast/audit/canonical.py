"""Entries and seals as bytes, always the same for ten years and in any language: docs/reference/audit.md.

Each is a JSON object without white space, its names in the order of their code points, in UTF-8; its digest is the
SHA-256 of that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

FORMAT = "eboxcast.audit/1"
HEAD_FORMAT = "eboxcast.audit-head/1"
HEAD_KIND = "eboxcast-audit-head"
"""What stands in the signature of a head."""
ROOT = bytes(32)
"""What the first seal of all has as the digest before it."""


class _Number(str):
    """A number as the database writes it, digit by digit: reading it as a float could hide that it was changed."""

    __slots__ = ()


# Made once: `json.loads` and `json.dumps` would make new ones for each value.
_read = json.JSONDecoder(parse_int=_Number, parse_float=_Number).decode
_write = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that an entry says. ``data`` is the JSON text of the database."""

    id: int
    segment: int
    at: datetime
    written_at: datetime
    by: str
    action: str
    environment: str
    run: UUID | None
    broadcast: UUID | None
    data: str


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """All that a seal says, but its own digest."""

    number: int
    segment: int
    entry: int
    entry_segment: int
    sealed_at: datetime
    content: bytes
    previous: bytes


def text_of_content(entry: Content) -> str:
    """Return an entry in the form that is digested."""
    values = {
        "action": entry.action,
        "at": moment_text(entry.at),
        "broadcast": _id(entry.broadcast),
        "by": entry.by,
        "data": _read(entry.data),
        "environment": entry.environment,
        "format": FORMAT,
        "id": entry.id,
        "run": _id(entry.run),
        "segment": entry.segment,
        "written_at": moment_text(entry.written_at),
    }
    return canonical(values)


def digest_of_content(entry: Content) -> bytes:
    """Return the SHA-256 of an entry."""
    return hashlib.sha256(text_of_content(entry).encode()).digest()


def text_of_seal(seal: Sealed) -> str:
    """Return a seal in the form that is digested."""
    values = {
        "content": seal.content.hex(),
        "entry": seal.entry,
        "entry_segment": seal.entry_segment,
        "format": FORMAT,
        "number": seal.number,
        "previous": seal.previous.hex(),
        "sealed_at": moment_text(seal.sealed_at),
        "segment": seal.segment,
    }
    return canonical(values)


def digest_of_seal(seal: Sealed) -> bytes:
    """Return the SHA-256 of a seal, which is the next one's ``previous``."""
    return hashlib.sha256(text_of_seal(seal).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Root:
    """What a signed head says: the root that the tree had with so many seals, and when that was seen."""

    size: int
    root: bytes
    at: datetime


def text_of_root(head: Root) -> str:
    """Return a head in the form that is signed."""
    values = {"at": moment_text(head.at), "format": HEAD_FORMAT, "root": head.root.hex(), "size": head.size}
    return canonical(values)


def root_in(text: bytes) -> Root:
    """Return what a head says. Raises ValueError where it is none."""
    told = json.loads(text)
    try:
        if told["format"] != HEAD_FORMAT:
            raise ValueError
        head = Root(size=int(told["size"]), root=bytes.fromhex(told["root"]), at=datetime.fromisoformat(told["at"]))
    except (KeyError, TypeError) as error:
        raise ValueError from error
    if head.size < 1 or len(head.root) != len(ROOT):
        raise ValueError
    return head


def canonical(value: object) -> str:
    """Return JSON in the one form that is digested."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return value if isinstance(value, _Number) else _write(value)


def moment_text(moment: datetime) -> str:
    """Return a moment in the one form that is digested."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _id(number: UUID | None) -> str | None:
    return str(number) if number else None
