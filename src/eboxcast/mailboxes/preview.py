"""What storing and launching would meet now, counted without storing anything; and a message before it is visible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

from eboxcast.database.distribution import size_of
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.buckets import Keys
from eboxcast.lib.validity import end_of_validity
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.opening import Letter
from eboxcast.mailboxes.snapshot import MANY, counts_here
from eboxcast.mailboxes.sql import one
from eboxcast.mailboxes.storing import Plan

_AT_ONCE = 50_000
"""Recipients of one statement: some megabytes of text, a fraction of a second."""
_BYTES_PER_KEY = 8
_BYTES_PER_ROW = 120
"""Of a bucket's row without its keys: headers, bucket, release, the rest of its page, and its place in the index."""


@dataclass(frozen=True, kw_only=True)
class States:
    """How many of some people have no active eBox, or have one and still want paper."""

    never_activated: int
    deactivated: int
    not_ebox_only: int


def states_now(environment: str, keys: Keys) -> States:
    """Count the states of people's eBoxes at this moment: as launching would find them."""
    connection = environment_connection(environment)
    with sanitized_db_errors():
        many = len(keys) >= MANY
        counts = counts_here(connection, keys) if many else _counts_there(connection, keys, bucket_prime(environment))
    never, gone, paper = counts.tolist()
    return States(never_activated=never, deactivated=gone, not_ebox_only=paper)


def _counts_there(connection: BaseDatabaseWrapper, keys: Keys, prime: int) -> NDArray[np.int64]:
    counts = np.zeros(3, dtype=np.int64)
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        found = one(connection, "count_states", {"buckets": (some % prime).tolist(), "keys": some.tolist()})
        known, never, gone, paper = found or (0, 0, 0, 0)
        counts += (len(some) - known + never, gone, paper)
    return counts


def have_it(environment: str, plan: Plan, keys: Keys) -> NDArray[np.bool_]:
    """Return which of some people already have the message of a plan, in the order of the keys."""
    connection, prime = environment_connection(environment), bucket_prime(environment)
    found = np.zeros(len(keys), dtype=bool)
    with sanitized_db_errors():
        for release in plan.held:
            theirs = read_audience(connection, release=release.id, prime=prime)
            found |= np.isin(keys, theirs, assume_unique=True)
    return found


def sizes_of_buckets(environment: str, keys: Keys) -> list[tuple[int, int]]:
    """Return each bucket that some people fall into, ascending, with how many: as ``sending.cut_ranges`` takes it."""
    buckets, counts = np.unique(keys % bucket_prime(environment), return_counts=True)
    return list(zip(buckets.tolist(), counts.tolist(), strict=True))


def letter_to_come(environment: str, run: UUID, *, moment: datetime) -> Letter | None:
    """Return the message of a run as a recipient sees it, or will from a moment on; it is nobody's. None where gone."""
    release = find_release(environment, run)
    if release is None:
        return None
    message = release.message
    visible_at = release.visible_at or moment
    with sanitized_db_errors():
        size = message.file.size
    return Letter(
        message=message.id,
        release=release.id,
        run=run,
        bucket=0,
        mailbox=0,
        visible_at=visible_at,
        expires_at=release.expires_at
        or end_of_validity(visible_at, number=message.validity_number, unit=message.validity_unit),
        read_at=None,
        hidden_at=None,
        title=message.title,
        language=message.language,
        file_name=message.file_name,
        media_type=message.media_type,
        size=size,
        document_digest=bytes(message.document_digest),
        institution=message.institution,
        institution_names=message.institution_names,
        application=message.application,
        application_names=message.application_names,
        type_code=message.type_code,
        type_names=message.type_names,
    )


def bytes_of_audience(environment: str, recipients: int) -> int:
    """Return how many bytes an audience of so many takes in the tables, its index included."""
    prime = bucket_prime(environment)
    filled = prime * -np.expm1(-recipients / prime)
    return int(recipients * _BYTES_PER_KEY + filled * _BYTES_PER_ROW)


def bytes_of_database(environment: str) -> int:
    """Return how many bytes the environment's database takes, on all its machines."""
    with sanitized_db_errors():
        return size_of(environment_connection(environment))
