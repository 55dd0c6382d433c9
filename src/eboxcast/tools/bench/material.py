"""What is measured with: releases of made-up recipients, eBoxes, and the plain tables of the baselines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from eboxcast.database import boot
from eboxcast.database.copying import copy_in
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys, in_bucket_order
from eboxcast.lib.digests import digest
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.package_record import DocumentRecord, MetadataRecord, PackageRecord, PolicyRecord
from eboxcast.mailboxes.sql import one
from eboxcast.mailboxes.values import Identity, NewMessage, NewRelease
from eboxcast.package.sampling import synthetic_keys
from eboxcast.package.sampling_content import LETTERS, letter_pdf

ENVIRONMENT = "production"
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ROWS_AT_ONCE = 500_000

_EBOX = np.dtype(
    [
        ("fields", ">i2"),
        ("bucket_bytes", ">i4"),
        ("bucket", ">i4"),
        ("mailbox_bytes", ">i4"),
        ("mailbox", ">i8"),
        ("activated_bytes", ">i4"),
        ("activated", ">i8"),
        ("deactivated_bytes", ">i4"),
        ("only_bytes", ">i4"),
        ("only", "i1"),
    ]
)
_tickets = count(1)


def ascending_keys(recipients: int, *, seed: int) -> Keys:
    """Return the keys of made-up citizens, as a checked package has them."""
    keys = synthetic_keys(recipients, seed=seed)
    keys.sort()
    return keys


def new_release(keys: Keys) -> NewRelease:
    """Return a message of its own to these recipients, as `prepare` hands it over."""
    letter = LETTERS["fr"]
    document = letter_pdf(letter, language="fr")
    identity = Identity(institution="0", application="bench", ticket=f"bench-{next(_tickets)}", sequence=None)
    message = NewMessage(
        identity=identity,
        document=document,
        document_digest=digest(document),
        metadata_digest=digest(identity.ticket.encode()),
        institution_names={"fr": "Banc"},
        application_names={"fr": "Banc"},
        type_code="BENCH",
        type_names={"fr": "Banc"},
        ebox_type="CITIZEN",
        language="fr",
        title=letter.title,
        file_name=letter.file_name,
        media_type="application/pdf",
        metas={},
        validity_number=6,
        validity_unit="month",
    )
    return NewRelease(
        run=uuid4(),
        message=message,
        keys=keys,
        list_of_key=np.zeros(len(keys), dtype=np.uint16),
        list_count=1,
        in_hand={},
        package=PackageRecord(
            document=DocumentRecord(file_name=message.file_name, digest="", size=len(document), page_count=1),
            metadata=MetadataRecord(file_name="", digest=""),
            lists=(),
            policies=PolicyRecord(duplicates="merge", faulty_rows="block"),
            moved=0,
            adds=False,
            by="",
            procedure="off",
        ),
        rejected_rows=(),
    )


def show_to_all(*, since: datetime, until: datetime) -> None:
    """Make every waiting release visible, without asking who has an eBox: what is measured comes after."""
    for release in Release.objects.using(ENVIRONMENT).filter(visible_at=None):
        fence = {
            "release": release.id,
            "now": since,
            "expires_at": until,
            "published_count": release.recipients_count,
            "published_digest": release.audience_digest,
            "refused_count": 0,
            "refused_digest": b"",
            "never_activated_count": 0,
            "deactivated_count": 0,
            "not_ebox_only_count": 0,
            "clock_offset": timedelta(),
            "not_after": None,
        }
        one(environment_connection(ENVIRONMENT), "make_visible", fence)


def store_eboxes(keys: Keys, *, share: float = 0.75) -> None:
    """Give this share of the people an active eBox, in most of which no paper is wanted; the others never had one."""
    draw = np.random.default_rng(1)
    buckets, ordered = in_bucket_order(keys[draw.random(len(keys)) < share], bucket_prime(ENVIRONMENT))
    rows = np.zeros(len(ordered), dtype=_EBOX)
    rows["fields"], rows["bucket_bytes"], rows["mailbox_bytes"], rows["activated_bytes"] = 5, 4, 8, 8
    rows["deactivated_bytes"], rows["only_bytes"] = -1, 1
    rows["bucket"], rows["mailbox"] = buckets, ordered
    rows["activated"] = int((clock.now() - _EPOCH).total_seconds() * 1_000_000)
    rows["only"] = draw.random(len(ordered)) < 0.7
    statement = "copy ebox (bucket, mailbox, activated_at, deactivated_at, ebox_only) from stdin (format binary)"
    copy_in(environment_connection(ENVIRONMENT), statement, as_copy(rows))
    execute("analyze ebox")


def as_copy(rows: NDArray[np.void]) -> list[bytes]:
    """Return rows of a fixed width as a binary COPY."""
    slices = [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
    return [_SIGNATURE, *(part.tobytes() for part in slices), _TRAILER]


def execute(statement: str, *parameters: int) -> None:
    """Run a statement of the bench's own."""
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute(statement, parameters or None)


def checkpoint() -> None:
    """Have all that was prepared written out, so that what is measured next pays for itself alone."""
    with connect_for_setup(boot.places(), "eboxcast_production") as connection:
        connection.execute("checkpoint")


def size_of(table: str) -> int:
    """Return the bytes of a table with its indexes, and with its parts where it has some."""
    with environment_connection(ENVIRONMENT).cursor() as cursor:
        cursor.execute(
            "select sum(pg_total_relation_size(oid)) from pg_class"
            " where oid = %s::regclass or oid in (select relid from pg_partition_tree(%s::regclass))",
            [table, table],
        )
        return int(cursor.fetchone()[0])
