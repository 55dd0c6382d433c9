"""The fence and the account of a remote run: sending begins, audiences are cut into ranges, the account is closed.

What is noted of each recipient before and after a call is in ``outcomes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.validity import end_of_validity
from eboxcast.mailboxes.audiences import counted, read_audience, read_outcome
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.fence import closed, get_release
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.outcomes import Range, begin_call, note, progress_of
from eboxcast.mailboxes.sql import one, rows, run


def begin_sending(environment: str, run_id: UUID) -> Release:
    """Open the fence of a remote run: its first call may make it visible. Does nothing when it is open already.

    Raises FenceClosed when it was stopped or discarded.
    """
    now = clock.now()
    release = get_release(environment, run_id)
    if release.visible_at and not _is_closed(release):
        return release
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        if _is_closed(release):
            raise closed(environment, run_id)
        message = release.message
        expires_at = end_of_validity(now, number=message.validity_number, unit=message.validity_unit)
        one(connection, "begin_sending", {"release": release.id, "now": now, "expires_at": expires_at})
        return get_release(environment, run_id)


def _is_closed(release: Release) -> bool:
    return bool(release.stopped_at or release.abandoned_at or release.recalled_at)


def keep_provider_message(environment: str, release: int, provider_message: str) -> None:
    """Note under which id the provider keeps the message."""
    with sanitized_db_errors():
        values = {"release": release, "provider_message": provider_message}
        run(environment_connection(environment), "keep_provider_message", values)


def ranges_of(environment: str, release: int, *, recipients: int) -> list[tuple[Range, int]]:
    """Cut an audience into ranges of buckets of about so many recipients, each with its count."""
    with sanitized_db_errors():
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


def settle_unknown(environment: str, run_id: UUID, *, as_: OutcomeKind | None) -> int:
    """Settle everybody of whom nobody knew: as sent, as refused, or (None) to be sent to again. Return how many."""
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        release = get_release(environment, run_id)
        of_release = {"release": release.id, "last_bucket": bucket_prime(environment) - 1}
        keys = [key for (found,) in rows(connection, "take_unknown_back", of_release) for key in found]
        if as_ is not None:
            note(connection, release.id, as_, "RESOLVED" if as_ == OutcomeKind.REFUSED_BY_TARGET else "", keys)
    return len(keys)


def close_account(environment: str, run_id: UUID, *, tells_no_digital_user: bool, in_part: bool = False) -> bool:
    """Close the account of a remote run when nothing of it is open; say False when something still is.

    ``in_part`` closes it all the same: what is in flight or unknown stays unknown, the rest was not attempted.
    Raises StoredDiffers when those sent to and those refused are not of the audience that was prepared.
    """
    with sanitized_db_errors(), transaction.atomic(using=environment):
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
    """Return how many recipients of a run have each kind of outcome now, by ``OutcomeKind``. Raises ReleaseMissing."""
    with sanitized_db_errors():
        release = get_release(environment, run_id)
        return _count(environment_connection(environment), release, prime=bucket_prime(environment))


def _count(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    of_release = {"release": release.id, "last_bucket": prime - 1}
    for kind, _, count in rows(connection, "count_outcomes", of_release):
        counts[kind] = counts.get(kind, 0) + int(count)
    return counts


_AT_ONCE = 50_000
"""About so many recipients are compared at once: the memory of closing an account is that of its numbers, once."""


def _close(
    connection: BaseDatabaseWrapper, release: Release, *, unknown: int, never_activated: int | None, prime: int
) -> None:
    sent, refused, prepared = _gathered(connection, release, prime=prime)
    published_count, published_digest = counted(bytes(release.salt), sent)
    refused_count, refused_digest = counted(bytes(release.salt), refused)
    account = {
        "published_count": published_count,
        "published_digest": published_digest,
        "refused_count": refused_count,
        "refused_digest": refused_digest,
        "unknown_count": unknown,
        "not_attempted_count": prepared - published_count - refused_count - unknown,
        "never_activated_count": never_activated,
    }
    one(connection, "close_account", {**account, "release": release.id, "now": clock.now()})


def _gathered(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> tuple[Keys, Keys, int]:
    """Return who was sent to and who was refused, ascending, and how many were prepared. Raises StoredDiffers."""
    sent, refused = (np.empty(release.recipients_count, dtype=np.int64) for _ in range(2))
    sent_count, refused_count, prepared_count = 0, 0, 0
    for some_sent, some_refused, prepared in _compared(connection, release, prime=prime):
        sent[sent_count : sent_count + len(some_sent)] = some_sent
        refused[refused_count : refused_count + len(some_refused)] = some_refused
        sent_count, refused_count = sent_count + len(some_sent), refused_count + len(some_refused)
        prepared_count += prepared
    sent, refused = sent[:sent_count], refused[:refused_count]
    sent.sort()
    refused.sort()
    return sent, refused, prepared_count


def _compared(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> Iterator[tuple[Keys, Keys, int]]:
    step = max(1, prime * _AT_ONCE // max(release.recipients_count, _AT_ONCE))
    for first in range(0, prime, step):
        until = min(first + step, prime)
        prepared = read_audience(connection, release=release.id, prime=prime, first_bucket=first, last_bucket=until - 1)
        sent, refused = (
            read_outcome(connection, release=release.id, first_bucket=first, prime=until, kind=kind, audience=prepared)
            for kind in (OutcomeKind.SENT, OutcomeKind.REFUSED_BY_TARGET)
        )
        if not _each_once(np.concatenate((sent, refused)), prepared):
            raise StoredDiffers(check="sent and refused are of the audience that was prepared, each once")
        yield sent, refused, len(prepared)


def _each_once(keys: Keys, prepared: Keys) -> bool:
    """Say whether keys are among those that were prepared, which are ascending, and no key twice."""
    keys = np.sort(keys)
    if len(keys) == len(prepared):
        return bool(np.array_equal(keys, prepared))
    places = np.searchsorted(prepared, keys)
    return bool((np.diff(places) > 0).all() and np.array_equal(np.take(prepared, places, mode="clip"), keys))


def note_doubted(environment: str, run_id: UUID, doubted: Sequence[Range], *, since: datetime, askable: bool) -> None:
    """Note everybody in some ranges of whom nothing is known, and stop the release: it was sent ``since`` then.

    ``askable`` notes them as in flight, to be asked about, where the message's id at the provider was not lost too.
    """
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        _stop(environment, release, since=since)
        for where in doubted:
            left = progress_of(environment, where).left
            if left and askable and release.provider_message is not None:
                begin_call(environment, release.id, left, call=f"restored.{clock.now().isoformat()}")
            else:
                note(connection, release.id, OutcomeKind.UNKNOWN, "", left)


def _stop(environment: str, release: Release, *, since: datetime) -> None:
    message = release.message
    if release.visible_at is None:
        release.visible_at = since
        release.expires_at = end_of_validity(since, number=message.validity_number, unit=message.validity_unit)
    release.stopped_at = release.stopped_at or clock.now()
    release.save(using=environment, update_fields=("visible_at", "expires_at", "stopped_at"))
