"""The fence and the account of a remote run: sending begins, audiences are cut into ranges, the account is closed.

What is noted of each recipient before and after a call is in ``outcomes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.digests import digest_of_keys
from eboxcast.lib.validity import end_of_validity
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


def _close(
    connection: BaseDatabaseWrapper, release: Release, *, unknown: int, never_activated: int | None, prime: int
) -> None:
    from eboxcast.mailboxes.sent_keys import sent_and_refused  # numpy, for a run that ends

    sent, refused, prepared = sent_and_refused(connection, release, prime=prime)
    salt = bytes(release.salt)
    account = {
        "published_count": len(sent),
        "published_digest": digest_of_keys(salt, sent),
        "refused_count": len(refused),
        "refused_digest": digest_of_keys(salt, refused),
        "unknown_count": unknown,
        "not_attempted_count": prepared - len(sent) - len(refused) - unknown,
        "never_activated_count": never_activated,
    }
    one(connection, "close_account", {**account, "release": release.id, "now": clock.now()})


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
