"""Messages in the database: who holds an identity, storing one, freeing it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.mailboxes.models import Message
from eboxcast.mailboxes.sql import one, run
from eboxcast.mailboxes.values import Identity, NewMessage


def identity_of(message: Message) -> Identity:
    """Return the identity of a stored message."""
    return Identity(
        institution=message.institution,
        application=message.application,
        ticket=message.ticket,
        sequence=message.sequence,
    )


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


def stored_message(message: Message) -> NewMessage:
    """Return a stored message with its document, as a remote target is given it."""
    return NewMessage(
        identity=identity_of(message),
        document=bytes(message.file.content or b""),
        document_digest=bytes(message.document_digest),
        metadata_digest=bytes(message.metadata_digest),
        institution_names=message.institution_names,
        application_names=message.application_names,
        type_code=message.type_code,
        type_names=message.type_names,
        ebox_type=message.ebox_type,
        language=message.language,
        title=message.title,
        file_name=message.file_name,
        media_type=message.media_type,
        metas=message.metas,
        validity_number=message.validity_number,
        validity_unit=message.validity_unit,
    )
