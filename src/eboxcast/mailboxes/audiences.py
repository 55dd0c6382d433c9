"""Audiences in the database: storing them, reading them back, comparing."""

from __future__ import annotations

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_in, copy_out
from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest_of_keys
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import pack, unpack
from eboxcast.mailboxes.sql import QUERIES, one, rows


def store_audience(connection: BaseDatabaseWrapper, keys: Keys, *, release: int, prime: int) -> None:
    """Store ascending keys as the audience of a release, read them back and compare.

    Raises StoredDiffers, in the caller's transaction, when the database gives back anything else.
    """
    copy_in(connection, QUERIES["store_audience"], pack(keys, prime=prime, release=release))
    if not np.array_equal(read_audience(connection, release=release, prime=prime), keys):
        raise StoredDiffers(check="the audience read back equals the audience prepared")


def read_audience(connection: BaseDatabaseWrapper, *, release: int, prime: int, first_bucket: int = 0) -> Keys:
    """Return the ascending keys of a release's audience, from a bucket to the one before ``prime``."""
    parameters = {"release": release, "first_bucket": first_bucket, "last_bucket": prime - 1}
    return unpack(copy_out(connection, QUERIES["read_audience"], parameters))


def read_outcome(
    connection: BaseDatabaseWrapper, *, release: int, prime: int, kind: str, first_bucket: int = 0
) -> Keys:
    """Return the ascending keys with one kind of outcome, from a bucket to the one before ``prime``."""
    parameters = {"release": release, "first_bucket": first_bucket, "last_bucket": prime - 1, "kind": kind}
    return unpack(copy_out(connection, QUERIES["read_outcome"], parameters))


def read_holders(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> Keys:
    """Return who has, or may have, what a release published: nobody gets it from another release too.

    Where it was sent to a provider, who was refused or not attempted is still in the audience. Once the outcomes are
    deleted nobody can tell them apart any more, and all of the audience counts.
    """
    was_sent = release.visible_at is not None and release.completed_at != release.visible_at
    if not was_sent or release.outcomes_purged_at is not None:
        return read_audience(connection, release=release.id, prime=prime)
    kinds = (OutcomeKind.SENT, OutcomeKind.UNKNOWN, OutcomeKind.IN_FLIGHT)
    return np.unique(
        np.concatenate([read_outcome(connection, release=release.id, prime=prime, kind=kind) for kind in kinds])
    )


def read_not_attempted(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> Keys:
    """Return whom a release that was sent to a provider, and closed in part, was never sent to."""
    left = read_audience(connection, release=release.id, prime=prime)
    attempted = (OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.UNKNOWN, OutcomeKind.IN_FLIGHT)
    for kind in attempted:
        keys = read_outcome(connection, release=release.id, prime=prime, kind=kind)
        left = np.setdiff1d(left, keys, assume_unique=True)
    return left


def counted(salt: bytes, keys: Keys) -> tuple[int, bytes]:
    """Return how many keys there are and their salted digest."""
    return len(keys), digest_of_keys(salt, keys)


def newest_numbers(connection: BaseDatabaseWrapper, keys: Keys, *, prime: int) -> tuple[Keys, int]:
    """Return the keys with former numbers replaced by the newest (not sorted), and how many were replaced."""
    exist = one(connection, "successors_exist", {})
    if exist is None or not exist[0]:
        return keys, 0
    newest = keys.copy()
    for _ in range(_LONGEST_CHAIN):
        pairs = rows(connection, "successors_of", {"buckets": (newest % prime).tolist(), "keys": newest.tolist()})
        if not pairs:
            break
        old, new = np.array(sorted(pairs), dtype=np.int64).T
        place = np.searchsorted(old, newest)
        place[place == len(old)] = 0
        newest = np.where(old[place] == newest, new[place], newest)
    return newest, int(np.count_nonzero(newest != keys))


_LONGEST_CHAIN = 8
"""A number that changed more often than this is a mistake in the data; it stays at the eighth."""
