"""What an eBox shows, and that somebody read it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.mailboxes.models import File
from eboxcast.mailboxes.sql import one, rows, run
from eboxcast.mailboxes.values import Names

TALLY_SLOTS = 16


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message as its recipient sees it."""

    message: int
    release: int
    run: UUID
    bucket: int
    mailbox: int
    """The number under which it was sent: the owner's, or a former one."""
    visible_at: datetime
    expires_at: datetime
    read_at: datetime | None
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


def open_ebox(environment: str, mailbox: int) -> list[Letter]:
    """Return what the eBox of a recipient key shows now, newest first; nothing is marked as read."""
    prime = bucket_prime(environment)
    with sanitized_db_errors():
        connection = environment_connection(environment)
        numbers = _numbers_of(connection, mailbox, prime=prime)
        buckets = [bucket_of(number, prime) for number in numbers]
        found = rows(connection, "open_ebox", {"buckets": buckets, "numbers": numbers, "now": clock.now()})
    return sorted(map(_letter, found), key=lambda letter: letter.visible_at, reverse=True)


def read_document(environment: str, letter: Letter) -> bytes:
    """Return the document of a letter."""
    with sanitized_db_errors():
        content = File.objects.using(environment).values_list("content", flat=True).get(digest=letter.document_digest)
    return bytes(content or b"")


def mark_read(environment: str, letter: Letter) -> None:
    """Note that a letter was read; only the first reading counts."""
    now = clock.now()
    place = {"bucket": letter.bucket, "release": letter.release, "mailbox": letter.mailbox, "now": now}
    tally = {
        "release": letter.release,
        "day": now.astimezone(clock.BRUSSELS).date(),
        "slot": secrets.randbelow(TALLY_SLOTS),
    }
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        if one(connection, "mark_read", place) is not None:
            run(connection, "tally_reading", tally)


def _numbers_of(connection: BaseDatabaseWrapper, mailbox: int, *, prime: int) -> list[int]:
    numbers = [mailbox]
    for number in numbers:
        former = rows(connection, "numbers_of_ebox", {"bucket": bucket_of(number, prime), "mailbox": number})
        numbers.extend(old for (old,) in former if old not in numbers)
    return numbers


def _letter(row: tuple[object, ...]) -> Letter:
    names = Letter.__dataclass_fields__
    values = dict(zip(names, row, strict=True))
    values["document_digest"] = bytes(values["document_digest"])  # type: ignore[call-overload]
    for jsonb in ("institution_names", "application_names", "type_names"):
        values[jsonb] = json.loads(str(values[jsonb]))  # Django has psycopg leave it as text
    return Letter(**values)  # type: ignore[arg-type]
