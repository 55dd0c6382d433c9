"""Audiences in the database: storing them, reading them back, comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_in, copy_out
from eboxcast.database.distribution import is_spread
from eboxcast.database.environments import bucket_prime
from eboxcast.lib.buckets import Keys
from eboxcast.lib.digests import digest_of_keys
from eboxcast.mailboxes.blocks import chunks, opened
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import pack, unpack
from eboxcast.mailboxes.sql import QUERIES, one, rows


def store_audience(connection: BaseDatabaseWrapper, keys: Keys, *, release: Release, prime: int) -> None:
    """Store ascending keys as the audience of a release, read them back and compare.

    Raises StoredDiffers, in the caller's transaction, when the database gives back anything else.
    """
    packed = pack(keys, prime=prime, release=release.id, generation=release.generation)
    copy_in(connection, QUERIES["store_audience"], packed)
    if not np.array_equal(_read_rows(connection, release=release.id, first=0, last=prime - 1), keys):
        raise StoredDiffers(check="the audience read back equals the audience prepared")
    if not is_spread(connection.alias):  # there each machine plans its own
        _have_planned_anew(connection, f"audience_{release.generation:d}")


def _have_planned_anew(connection: BaseDatabaseWrapper, table: str) -> None:
    """Have every connection plan openings anew after the commit, where this table was small when they planned."""
    if one(connection, "has_outgrown_its_plans", {"table": table}) == (True,):
        one(connection, "sample_little", {})
        with connection.cursor() as cursor:
            cursor.execute(f"analyze (skip_locked) {table} (bucket)")


def read_audience(
    connection: BaseDatabaseWrapper, *, release: int, prime: int, first_bucket: int = 0, last_bucket: int | None = None
) -> Keys:
    """Return the ascending keys of a release's audience in a range of buckets, by default in all.

    Those of a compacted release are gathered from all blocks of its compaction.
    """
    last = prime - 1 if last_bucket is None else last_bucket
    place = one(connection, "place_of_audience", {"release": release})
    if place is None:
        return _read_rows(connection, release=release, first=first_bucket, last=last)
    return _read_blocks(connection, _Place(*place), prime=prime, first=first_bucket, last=last)


def _read_rows(connection: BaseDatabaseWrapper, *, release: int, first: int, last: int) -> Keys:
    parameters = {"release": release, "first_bucket": first, "last_bucket": last}
    return unpack(copy_out(connection, QUERIES["read_audience"], parameters))


@dataclass(frozen=True)
class _Place:
    """Where the blocks of a release are, and its number in them."""

    compaction: int
    generation: int
    pairs: int
    number: int


def _read_blocks(connection: BaseDatabaseWrapper, place: _Place, *, prime: int, first: int, last: int) -> Keys:
    pieces = [np.empty(0, dtype=np.int64)]
    for some_first, some_last in chunks(first, last, pairs=place.pairs, prime=prime):
        wanted = {
            "generation": place.generation,
            "compactions": [place.compaction],
            "first": some_first,
            "last": some_last,
        }
        pairs = opened(copy_out(connection, QUERIES["read_blocks"], wanted), prime=prime).pairs
        pieces.append(pairs.keys[pairs.numbers == place.number])
    keys = np.concatenate(pieces)
    keys.sort()
    return keys


def read_outcome(
    connection: BaseDatabaseWrapper,
    *,
    release: int,
    prime: int,
    kind: str,
    first_bucket: int = 0,
    audience: Keys | None = None,
) -> Keys:
    """Return the ascending keys with one kind of outcome, from a bucket to the one before ``prime``.

    Who already read the ``audience`` of these buckets passes it on.
    """
    parameters = {"release": release, "first_bucket": first_bucket, "last_bucket": prime - 1, "kind": kind}
    named = unpack(copy_out(connection, QUERIES["read_outcome"], parameters))
    if kind not in _NOTED_BY_CALL:
        return named
    whole = bucket_prime(connection.alias)
    in_calls = unpack(copy_out(connection, QUERIES["read_named_calls"], parameters))
    named = np.sort(np.concatenate((named, _within(in_calls, [(first_bucket, prime - 1)], prime=whole))))
    ranges = rows(connection, "call_ranges", parameters)
    if not ranges:
        return named
    if audience is None:
        audience = read_audience(
            connection, release=release, prime=whole, first_bucket=first_bucket, last_bucket=prime - 1
        )
    unnamed = _within(audience, ranges, prime=whole)
    others = unpack(copy_out(connection, QUERIES["read_named"], parameters))
    if not len(others):
        return unnamed
    return np.sort(np.concatenate((named, np.setdiff1d(unnamed, others, assume_unique=True))))


_NOTED_BY_CALL = (OutcomeKind.SENT, OutcomeKind.IN_FLIGHT)


def _within(audience: Keys, ranges: Sequence[tuple[int, ...]], *, prime: int) -> Keys:
    """Return who of an audience is in one of some ranges of buckets, which are ascending."""
    first, last = np.array(ranges, dtype=np.int64).T
    buckets = audience % prime
    place = np.searchsorted(first, buckets, side="right") - 1
    within: Keys = audience[(place >= 0) & (buckets <= last[place])]
    return within


def read_holders(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> Keys:
    """Return who has, or may have, what a release published: nobody gets it from another release too.

    Where it was sent to a provider, who was refused or not attempted is still in the audience. Once the outcomes are
    deleted nobody can tell them apart any more, and all of the audience counts.
    """
    if not release.was_sent or release.outcomes_purged_at is not None:
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
