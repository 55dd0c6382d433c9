"""Whom a release did not reach, or only with paper beside it: the snapshot of the moment it became visible.

Of what is sent to a provider: what the provider told so far, and of whom nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_out
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.queries import Queries
from eboxcast.delivery.models import Run
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.audiences import read_not_attempted, read_outcome
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import unpack
from eboxcast.mailboxes.sql import rows
from eboxcast.reports.schemas import DayOfReading, Readings

QUERIES = Queries("eboxcast.reports")
_ON_PAPER = (OutcomeKind.NEVER_ACTIVATED, OutcomeKind.DEACTIVATED, OutcomeKind.NOT_EBOX_ONLY)
_UNKNOWN = (OutcomeKind.UNKNOWN, OutcomeKind.IN_FLIGHT)


@dataclass(frozen=True)
class Outcome:
    """Recipients with the same outcome: for which reason, and whether the message was refused for it."""

    reason: str
    outcome: str
    """published, refused, unknown or not_attempted."""
    keys: Keys
    """Ascending."""


def refused_by_reason(environment: str, release: Release) -> Mapping[str, int] | None:
    """Return how many were refused for which reason; None once that was deleted, or before anything was visible."""
    if release.visible_at is None or release.outcomes_purged_at is not None:
        return None
    if release.completed_at is not None and not release.refused_count:
        return {}
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "count_outcomes", _of_release(environment, release))
    return {_reason(kind, code): count for kind, code, count in sorted(found) if _is_refused(kind)}


def outcomes_of(environment: str, release: Release) -> Iterator[Outcome]:
    """Yield the outcomes for which paper is or may be needed, one array of keys at a time."""
    connection = environment_connection(environment)
    of_release = _of_release(environment, release)
    for kind, code in _kinds(connection, of_release):
        if kind in _ON_PAPER or kind in _UNKNOWN or _is_refused(kind):
            yield Outcome(_reason(kind, code), _outcome(kind), _read(environment, release, kind, code))
    if release.not_attempted_count:
        with sanitized_db_errors():
            keys = read_not_attempted(connection, release, prime=bucket_prime(environment))
        yield Outcome("not_attempted", "not_attempted", keys)


def _read(environment: str, release: Release, kind: str, code: str) -> Keys:
    connection = environment_connection(environment)
    with sanitized_db_errors():
        if kind == OutcomeKind.IN_FLIGHT:
            return read_outcome(connection, release=release.id, prime=bucket_prime(environment), kind=kind)
        values = {**_of_release(environment, release), "kind": kind, "code": code}
        return unpack(copy_out(connection, QUERIES["read_outcome"], values))


def _kinds(connection: BaseDatabaseWrapper, of_release: dict[str, int]) -> list[tuple[str, str]]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["outcome_kinds"], of_release)
        return [(str(kind), str(code)) for kind, code in cursor.fetchall()]


def _of_release(environment: str, release: Release) -> dict[str, int]:
    return {"release": release.id, "last_bucket": bucket_prime(environment) - 1}


def _is_refused(kind: str) -> bool:
    return kind.startswith("refused_")  # by policy, or by a target


def _outcome(kind: str) -> str:
    if kind in _UNKNOWN:
        return "unknown"
    return "refused" if _is_refused(kind) else "published"


def _reason(kind: str, code: str) -> str:
    return "unknown" if kind in _UNKNOWN else (code or kind).lower()


def readings_of(run: Run) -> Readings | None:
    """Return how many opened the message of a run, day by day; None when it was never visible.

    These counts stay when the readings themselves are deleted.
    """
    release = fence.find_release(run.environment, run.id)
    if release is None or release.visible_at is None:
        return None
    with sanitized_db_errors(), environment_connection(run.environment).cursor() as cursor:
        cursor.execute(QUERIES["readings_by_day"], {"release": release.id})
        days = tuple(DayOfReading(day=day, count=int(count)) for day, count in cursor.fetchall())
    return Readings(total=sum(day.count for day in days), days=days)
