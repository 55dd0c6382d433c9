"""Making a release visible: the snapshot of the eBoxes, the account, and the fence row last, in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.distribution import is_distributed
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.crashpoints import Point, reached
from eboxcast.lib.validity import end_of_validity
from eboxcast.mailboxes.audiences import counted, read_audience, read_outcome
from eboxcast.mailboxes.errors import AudienceIncomplete, StoredDiffers, WindowOver
from eboxcast.mailboxes.fence import closed, get_release
from eboxcast.mailboxes.messages import identity_of
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.snapshot import take_snapshot
from eboxcast.mailboxes.sql import Row, one, rows
from eboxcast.mailboxes.values import Launched

ACCEPTANCE = "acceptance"

_NO_KEYS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class _Account:
    published_count: int
    published_digest: bytes
    refused_count: int
    refused_digest: bytes
    never_activated_count: int
    deactivated_count: int
    not_ebox_only_count: int


def launch(
    environment: str,
    run_id: UUID,
    *,
    refuse_without_ebox: bool,
    not_after: datetime | None = None,
    first_visible_at: datetime | None = None,
) -> Launched:
    """Make a stored release visible to its whole audience in one moment, before the window ends or not at all.

    ``first_visible_at`` is given where it was visible before and the environment forgot it (restored from a backup):
    it is visible again as of that moment. Raises FenceClosed when it was stopped, discarded or made visible by
    somebody else, WindowOver when it is ``not_after`` by now, by the clock of the installation, StoredDiffers when the
    audience is not the one that was prepared, AudienceIncomplete when one of many machines is still behind.
    """
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        if release.visible_at or release.stopped_at or release.abandoned_at:
            raise closed(environment, run_id)
        prime = bucket_prime(environment)
        if is_distributed(connection):
            _refuse_incomplete(connection, release, prime=prime)
        take_snapshot(connection, release, prime=prime, refuse=refuse_without_ebox)
        account = _make_account(connection, release, prime=prime, refuse=refuse_without_ebox)
        now = first_visible_at or clock.now()
        return _open_fence(connection, release, account, now=now, not_after=not_after)


def _refuse_incomplete(connection: BaseDatabaseWrapper, release: Release, *, prime: int) -> None:
    """Raise AudienceIncomplete where a machine failed while it was stored, and is behind the others still."""
    found = one(connection, "count_audience", {"release": release.id, "last_bucket": prime - 1})
    if found != (release.recipients_count,):
        counts = {"found": (found or (0,))[0], "count": release.recipients_count}
        raise AudienceIncomplete(**counts, run=release.run, environment=connection.alias)


def _make_account(connection: BaseDatabaseWrapper, release: Release, *, prime: int, refuse: bool) -> _Account:
    refused = _NO_KEYS
    salt = bytes(release.salt)
    published_count, published_digest = release.recipients_count, bytes(release.audience_digest)
    if refuse:
        refused = read_outcome(connection, release=release.id, prime=prime, kind=OutcomeKind.REFUSED_BY_POLICY)
        published = read_audience(connection, release=release.id, prime=prime)
        _compare(release, published, refused)
        published_count, published_digest = counted(salt, published)
    refused_count, refused_digest = counted(salt, refused)
    counts: dict[str, int] = {}
    for kind, _, count in rows(connection, "count_outcomes", {"release": release.id, "last_bucket": prime - 1}):
        counts[kind] = counts.get(kind, 0) + count
    return _Account(
        published_count=published_count,
        published_digest=published_digest,
        refused_count=refused_count,
        refused_digest=refused_digest,
        never_activated_count=counts.get(OutcomeKind.NEVER_ACTIVATED, 0),
        deactivated_count=counts.get(OutcomeKind.DEACTIVATED, 0),
        not_ebox_only_count=counts.get(OutcomeKind.NOT_EBOX_ONLY, 0),
    )


def _compare(release: Release, published: Keys, refused: Keys) -> None:
    everybody = np.concatenate((published, refused))
    everybody.sort()
    if counted(bytes(release.salt), everybody) != (release.recipients_count, bytes(release.audience_digest)):
        raise StoredDiffers(check="published and refused together are the audience that was prepared")


def _recall_superseded(connection: BaseDatabaseWrapper, release: Release, *, now: datetime) -> list[Row]:
    message = release.message
    identity = asdict(identity_of(message))
    return rows(connection, "recall_superseded", {**identity, "message": message.id, "run": release.run, "now": now})


def _open_fence(
    connection: BaseDatabaseWrapper, release: Release, account: _Account, *, now: datetime, not_after: datetime | None
) -> Launched:
    message = release.message
    recalled = _recall_superseded(connection, release, now=now) if connection.alias == ACCEPTANCE else []
    expires_at = end_of_validity(now, number=message.validity_number, unit=message.validity_unit)
    fence = {**asdict(account), "release": release.id, "now": now, "expires_at": expires_at}
    reached(Point.LAUNCHED_BEFORE_FENCE)
    window = {"clock_offset": clock.offset(), "not_after": not_after}
    if one(connection, "make_visible", {**fence, **window}) is None:
        # The row is held and was open: only the time can have come in between.
        raise WindowOver(run=release.run, not_after=not_after or now)
    reached(Point.FENCE_BEFORE_COMMIT)
    return Launched(visible_at=now, recalled=tuple(row[0] for row in recalled))
