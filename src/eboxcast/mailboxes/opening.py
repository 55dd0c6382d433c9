"""What an eBox shows, and the document of a message in it.

Nothing is shown that is not visible yet, recalled, expired or abandoned: each statement asks, that of a document too.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.models import File
from eboxcast.mailboxes.recipients import Recipient, places_of, recipient_of
from eboxcast.mailboxes.sql import one, rows, run
from eboxcast.mailboxes.values import Names

TALLY_SLOTS = 16
AT_ONCE = 1 << 20
"""Bytes of a document that come with its message; what is larger is read in pieces of this size."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message as its recipient sees it."""

    message: int
    release: int
    run: UUID
    bucket: int
    mailbox: int = field(repr=False)
    """The number under which it was sent: the owner's, or a former one."""
    visible_at: datetime
    expires_at: datetime
    read_at: datetime | None
    hidden_at: datetime | None
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


@dataclass(frozen=True, kw_only=True)
class OpenDocument:
    """The document of a message, to be handed on without holding a large one whole."""

    letter: Letter
    environment: str
    content: bytes | None = field(repr=False)
    """None where it is large."""

    def stream(self, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the document, or the bytes of it from ``first`` on."""
        end = self.letter.size if length is None else first + length
        if self.content is not None:
            yield self.content[first:end]
            return
        for start in range(first, end, AT_ONCE):
            yield self._piece(start, min(AT_ONCE, end - start))

    def _piece(self, start: int, size: int) -> bytes:
        place = {"digest": self.letter.document_digest, "first": start + 1, "size": size}
        with sanitized_db_errors():
            row = one(environment_connection(self.environment), "read_piece", place)
        if row is None or row[0] is None:
            raise MessageGone
        return bytes(row[0])


def open_ebox(environment: str, mailbox: int) -> list[Letter]:
    """Return what the eBox of a recipient key shows now, newest first; nothing is marked as read."""
    return [letter for letter in letters_of(recipient_of(environment, mailbox)) if letter.hidden_at is None]


def letters_of(recipient: Recipient) -> list[Letter]:
    """Return what is in a recipient's eBox now, also what they hid, newest first; nothing is marked as read."""
    with sanitized_db_errors():
        found = rows(
            environment_connection(recipient.environment), "open_ebox", {**places_of(recipient), "now": clock.now()}
        )
    letters = [_letter(row) for row in found]
    return sorted(letters, key=lambda letter: (letter.visible_at, letter.message), reverse=True)


def find_letter(recipient: Recipient, run_id: UUID) -> Letter:
    """Return a message of a recipient's eBox by a run that published it; it is not marked as read.

    Raises MessageGone, in the same words whether it is no longer there, someone else's, or never was.
    """
    return _open(recipient, run_id, at_once=0).letter


def open_document(recipient: Recipient, run_id: UUID) -> OpenDocument:
    """Return the document of a message; with this the recipient has read it. Raises MessageGone."""
    document = _open(recipient, run_id, at_once=AT_ONCE)
    if document.letter.read_at is None:
        mark_read(recipient.environment, document.letter)
    return document


def read_document(environment: str, letter: Letter) -> bytes:
    """Return the document of a letter."""
    with sanitized_db_errors():
        content = File.objects.using(environment).values_list("content", flat=True).get(digest=letter.document_digest)
    return bytes(content or b"")


def mark_read(environment: str, letter: Letter) -> None:
    """Note that a letter was read; only the first reading counts."""
    now = clock.now()
    reading = {
        "bucket": letter.bucket,
        "release": letter.release,
        "mailbox": letter.mailbox,
        "now": now,
        "day": now.astimezone(clock.BRUSSELS).date(),
        "slot": secrets.randbelow(TALLY_SLOTS),
    }
    with sanitized_db_errors():
        run(environment_connection(environment), "mark_read", reading)


def _open(recipient: Recipient, run_id: UUID, *, at_once: int) -> OpenDocument:
    wanted = {**places_of(recipient), "now": clock.now(), "run": run_id, "at_once": at_once}
    with sanitized_db_errors():
        row = one(environment_connection(recipient.environment), "open_letter", wanted)
    if row is None:
        raise MessageGone
    *letter, content = row
    return OpenDocument(
        letter=_letter(letter),
        environment=recipient.environment,
        content=None if content is None else bytes(content),
    )


def _letter(row: tuple[object, ...] | list[object]) -> Letter:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["document_digest"] = bytes(values["document_digest"])
    for jsonb in ("institution_names", "application_names", "type_names"):
        values[jsonb] = json.loads(str(values[jsonb]))  # Django has psycopg leave it as text
    return Letter(**values)


_FIELDS = tuple(field.name for field in fields(Letter))
