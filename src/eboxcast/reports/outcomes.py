"""Whom a release did not reach, or only with paper beside it: the snapshot of the moment it became visible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_out
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import quiet
from eboxcast.database.queries import Queries
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import unpack
from eboxcast.mailboxes.sql import rows

QUERIES = Queries("eboxcast.reports")
_ON_PAPER = (OutcomeKind.NEVER_ACTIVATED, OutcomeKind.DEACTIVATED, OutcomeKind.NOT_EBOX_ONLY)


@dataclass(frozen=True)
class Outcome:
    """Recipients with the same outcome: for which reason, and whether the message was refused for it."""

    reason: str
    refused: bool
    keys: Keys
    """Ascending."""


def refused_by_reason(environment: str, release: Release) -> Mapping[str, int] | None:
    """Return how many were refused for which reason; None once that was deleted, or before anything was visible."""
    if release.visible_at is None or release.outcomes_purged_at is not None:
        return None
    if not release.refused_count:
        return {}
    with quiet():
        found = rows(environment_connection(environment), "count_outcomes", _of_release(environment, release))
    return {_reason(kind, code): count for kind, code, count in sorted(found) if _is_refused(kind)}


def outcomes_of(environment: str, release: Release) -> Iterator[Outcome]:
    """Yield the outcomes for which paper is needed, one array of keys at a time."""
    connection = environment_connection(environment)
    of_release = _of_release(environment, release)
    for kind, code in _kinds(connection, of_release):
        if kind not in _ON_PAPER and not _is_refused(kind):
            continue
        with quiet():
            keys = unpack(copy_out(connection, QUERIES["read_outcome"], {**of_release, "kind": kind, "code": code}))
        yield Outcome(_reason(kind, code), _is_refused(kind), keys)


def _kinds(connection: BaseDatabaseWrapper, of_release: dict[str, int]) -> list[tuple[str, str]]:
    with quiet(), connection.cursor() as cursor:
        cursor.execute(QUERIES["outcome_kinds"], of_release)
        return [(str(kind), str(code)) for kind, code in cursor.fetchall()]


def _of_release(environment: str, release: Release) -> dict[str, int]:
    return {"release": release.id, "last_bucket": bucket_prime(environment) - 1}


def _is_refused(kind: str) -> bool:
    return kind.startswith("refused_")  # by policy, or by a target


def _reason(kind: str, code: str) -> str:
    return (code or kind).lower()
