"""What a message is: its identity, its content, and what its reader sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.lib.digests import digest_of_values
from eboxcast.mailboxes.models import Message
from eboxcast.mailboxes.sql import one, run

Names = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """By which a message is known: unique in an environment while it is not freed."""

    institution: str
    application: str
    ticket: str
    sequence: int | None

    def lock(self) -> int:
        """Return the number of the advisory lock for decisions about it (int64)."""
        return int.from_bytes(digest_of_values(asdict(self))[:8], signed=True)


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message as it is stored. Its content is the pair of digests."""

    identity: Identity
    document: bytes
    document_digest: bytes
    metadata_digest: bytes
    institution_names: Names
    application_names: Names
    type_code: str
    type_names: Names
    ebox_type: str
    language: str
    title: str
    file_name: str
    media_type: str
    metas: Mapping[str, tuple[str, ...]]
    validity_number: int
    validity_unit: str


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The message that holds an identity now."""

    id: int
    document_digest: bytes
    metadata_digest: bytes

    def same_content(self, message: NewMessage) -> bool:
        """Say whether document and metadata are the same."""
        return (self.document_digest, self.metadata_digest) == (message.document_digest, message.metadata_digest)


def find_holder(connection: BaseDatabaseWrapper, identity: Identity) -> Holder | None:
    """Return the message that holds an identity, if any."""
    row = one(connection, "find_message", asdict(identity))
    if row is None:
        return None
    return Holder(id=row[0], document_digest=bytes(row[1]), metadata_digest=bytes(row[2]))


def store_message(connection: BaseDatabaseWrapper, message: NewMessage, *, now: datetime) -> int:
    """Store a message and its document; return its id."""
    file = one(
        connection,
        "store_file",
        {
            "digest": message.document_digest,
            "media_type": message.media_type,
            "size": len(message.document),
            "content": message.document,
            "now": now,
        },
    )
    assert file is not None  # noqa: S101 - an upsert always returns its row
    values = asdict(message)
    identity = values.pop("identity")
    values.pop("document")
    stored = Message.objects.using(connection.alias).create(**identity, **values, file_id=file[0], stored_at=now)
    return stored.id


def free_identity(connection: BaseDatabaseWrapper, message: int, *, now: datetime) -> None:
    """Let another content have the identity of a message."""
    run(connection, "free_identity", {"message": message, "now": now})
