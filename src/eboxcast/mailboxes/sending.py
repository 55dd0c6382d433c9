"""What is known of each recipient of a remote run: written before a call and after it, so that a kill names its doubt.

Before a call its recipients are noted as in flight, under the call's own code. After it, whoever takes those rows back
may note what came of it: a worker that wakes when its call was taken over by another finds nothing to take back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import quiet
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.lib.validity import end_of_validity
from eboxcast.mailboxes.audiences import counted, read_audience, read_outcome
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.fence import closed, get_release
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.sql import one, rows, run

_UNDER_WAY = (OutcomeKind.IN_FLIGHT,)


@dataclass(frozen=True, kw_only=True)
class Results:
    """What came of a call, by recipient key. Recipients that are in none of these are still to be sent to."""

    sent: Sequence[int] = ()
    message_ids: Sequence[str] | None = None
    """One for each of ``sent``; None where the release has one for all."""
    refused: Mapping[int, str] = field(default_factory=dict)
    unknown: Sequence[int] = ()
    no_digital_user: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Range:
    """Some neighbouring buckets of a release."""

    release: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is left in a range, and which calls are under way in it."""

    left: Sequence[int]
    under_way: Mapping[str, Sequence[int]]


def begin_sending(environment: str, run_id: UUID) -> Release:
    """Open the fence of a remote run: its first call may make it visible. Does nothing when it is open already.

    Raises FenceClosed when it was stopped or discarded.
    """
    now = clock.now()
    with quiet(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        if release.stopped_at or release.abandoned_at or release.recalled_at:
            raise closed(environment, run_id)
        message = release.message
        expires_at = end_of_validity(now, number=message.validity_number, unit=message.validity_unit)
        one(connection, "begin_sending", {"release": release.id, "now": now, "expires_at": expires_at})
        return get_release(environment, run_id)


def keep_provider_message(environment: str, release: int, provider_message: str) -> None:
    """Note under which id the provider keeps the message."""
    with quiet():
        values = {"release": release, "provider_message": provider_message}
        run(environment_connection(environment), "keep_provider_message", values)


def ranges_of(environment: str, release: int, *, recipients: int) -> list[tuple[Range, int]]:
    """Cut an audience into ranges of buckets of about so many recipients, each with its count."""
    with quiet():
        of_release = {"release": release, "last_bucket": bucket_prime(environment) - 1}
        sizes = rows(environment_connection(environment), "sizes_of_buckets", of_release)
    return cut_ranges(sizes, release=release, recipients=recipients)


def cut_ranges(sizes: Sequence[tuple[int, ...]], *, release: int, recipients: int) -> list[tuple[Range, int]]:
    """Cut buckets, each with its size and in their order, into ranges of about so many recipients."""
    ranges: list[tuple[Range, int]] = []
    first, count, last = -1, 0, -1
    for bucket, size in sizes:
        if count and count + size > recipients:
            ranges.append((Range(release=release, first=first, last=last), count))
            count = 0
        first, last, count = (bucket if not count else first), bucket, count + size
    if count:
        ranges.append((Range(release=release, first=first, last=last), count))
    return ranges


def progress_of(environment: str, where: Range) -> Progress:
    """Return who of a range is still to be sent to, and which calls of it have no answer yet."""
    with quiet():
        connection = environment_connection(environment)
        everybody = {key for (key,) in rows(connection, "recipients_of_range", vars(where))}
        under_way: dict[str, list[int]] = {}
        for kind, code, key in rows(connection, "outcomes_of_range", vars(where)):
            if kind == OutcomeKind.IN_FLIGHT:
                under_way.setdefault(code, []).append(key)
            if kind in _SETTLED:
                everybody.discard(key)
    flying = {key for keys in under_way.values() for key in keys}
    return Progress(left=sorted(everybody - flying), under_way=under_way)


def counts_in(environment: str, where: Range) -> dict[str, int]:
    """Return how many recipients of a range have each kind of outcome now."""
    with quiet():
        found = rows(environment_connection(environment), "outcomes_of_range", vars(where))
    return dict(Counter(kind for kind, _, _ in found))


_SETTLED = {OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET, OutcomeKind.UNKNOWN}


def begin_call(environment: str, release: int, keys: Sequence[int], *, call: str) -> None:
    """Note that a call with these recipients is about to be made."""
    with quiet():
        connection = environment_connection(environment)
        _note(connection, release, OutcomeKind.IN_FLIGHT, call, keys)


def end_call(environment: str, release: int, keys: Sequence[int], *, call: str, results: Results) -> bool:
    """Note what came of a call, in one transaction; say False when somebody took it over, and note nothing."""
    with quiet(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        prime = bucket_prime(environment)
        buckets = sorted({bucket_of(key, prime) for key in keys})
        if not rows(connection, "take_call_back", {"release": release, "buckets": buckets, "code": call}):
            return False
        _note_results(connection, release, results)
    return True


def _note_results(connection: BaseDatabaseWrapper, release: int, results: Results) -> None:
    _note(connection, release, OutcomeKind.SENT, "", results.sent, results.message_ids)
    for code in sorted(set(results.refused.values())):
        keys = [key for key, reason in results.refused.items() if reason == code]
        _note(connection, release, OutcomeKind.REFUSED_BY_TARGET, code, keys)
    _note(connection, release, OutcomeKind.UNKNOWN, "", results.unknown)
    _note(connection, release, OutcomeKind.NEVER_ACTIVATED, "", results.no_digital_user)


def _note(
    connection: BaseDatabaseWrapper,
    release: int,
    kind: OutcomeKind,
    code: str,
    keys: Sequence[int],
    ids: Sequence[str] | None = None,
) -> None:
    if not keys:
        return
    prime = bucket_prime(connection.alias)
    values = {
        "release": release,
        "kind": kind.value,
        "code": code,
        "keys": list(keys),
        "buckets": [bucket_of(key, prime) for key in keys],
        "ids": list(ids or [""] * len(keys)),
        "with_ids": ids is not None,
    }
    run(connection, "note_outcome", values)


def settle_unknown(environment: str, run_id: UUID, *, as_: OutcomeKind | None) -> int:
    """Settle everybody of whom nobody knew: as sent, as refused, or (None) to be sent to again. Return how many."""
    with quiet(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        release = get_release(environment, run_id)
        of_release = {"release": release.id, "last_bucket": bucket_prime(environment) - 1}
        keys = [key for (found,) in rows(connection, "take_unknown_back", of_release) for key in found]
        if as_ is not None:
            _note(connection, release.id, as_, "RESOLVED" if as_ == OutcomeKind.REFUSED_BY_TARGET else "", keys)
    return len(keys)


def close_account(environment: str, run_id: UUID, *, tells_no_digital_user: bool, in_part: bool = False) -> bool:
    """Close the account of a remote run when nothing of it is open; say False when something still is.

    ``in_part`` closes it all the same: what is in flight or unknown stays unknown, the rest was not attempted.
    Raises StoredDiffers when those sent to and those refused are not of the audience that was prepared.
    """
    with quiet(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        if release.completed_at:
            return True
        prime = bucket_prime(environment)
        counts = _count(connection, release, prime=prime)
        unknown = counts.get(OutcomeKind.IN_FLIGHT, 0) + counts.get(OutcomeKind.UNKNOWN, 0)
        done = counts.get(OutcomeKind.SENT, 0) + counts.get(OutcomeKind.REFUSED_BY_TARGET, 0)
        if not in_part and (unknown or done != release.recipients_count):
            return False
        never = counts.get(OutcomeKind.NEVER_ACTIVATED, 0) if tells_no_digital_user else None
        _close(connection, release, unknown=unknown, never_activated=never, prime=prime)
    return True


def counts_of(environment: str, run_id: UUID) -> dict[str, int]:
    """Return how many recipients of a run have each kind of outcome now."""
    with quiet():
        release = get_release(environment, run_id)
        return _count(environment_connection(environment), release, prime=bucket_prime(environment))


def _count(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    of_release = {"release": release.id, "last_bucket": prime - 1}
    for kind, _, count in rows(connection, "count_outcomes", of_release):
        counts[kind] = counts.get(kind, 0) + int(count)
    return counts


def _close(
    connection: BaseDatabaseWrapper, release: Release, *, unknown: int, never_activated: int | None, prime: int
) -> None:
    sent = read_outcome(connection, release=release.id, prime=prime, kind=OutcomeKind.SENT)
    refused = read_outcome(connection, release=release.id, prime=prime, kind=OutcomeKind.REFUSED_BY_TARGET)
    both = np.concatenate((sent, refused))
    prepared = read_audience(connection, release=release.id, prime=prime)
    if len(np.unique(both)) != len(both) or not np.isin(both, prepared, assume_unique=True).all():
        raise StoredDiffers(check="sent and refused are of the audience that was prepared, each once")
    published_count, published_digest = counted(bytes(release.salt), sent)
    refused_count, refused_digest = counted(bytes(release.salt), refused)
    account = {
        "published_count": published_count,
        "published_digest": published_digest,
        "refused_count": refused_count,
        "refused_digest": refused_digest,
        "unknown_count": unknown,
        "not_attempted_count": len(prepared) - len(both) - unknown,
        "never_activated_count": never_activated,
    }
    one(connection, "close_account", {**account, "release": release.id, "now": clock.now()})
