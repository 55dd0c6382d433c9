"""Whom a release did not reach, or only with paper beside it: the snapshot of the moment it became visible.

Of what is sent to a provider: what the provider told so far, and of whom nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_out
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes.audiences import read_not_attempted, read_outcome
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.packing import unpack
from eboxcast.reports.recipients import QUERIES, UNKNOWN, is_refused, of_release, reason_of

_ON_PAPER = (OutcomeKind.NEVER_ACTIVATED, OutcomeKind.DEACTIVATED, OutcomeKind.NOT_EBOX_ONLY)


@dataclass(frozen=True)
class Outcome:
    """Recipients with the same outcome: for which reason, and whether the message was refused for it."""

    reason: str
    outcome: str
    """published, refused, unknown or not_attempted."""
    keys: Keys
    """Ascending."""


def outcomes_of(environment: str, release: Release) -> Iterator[Outcome]:
    """Yield the outcomes for which paper is or may be needed, one array of keys at a time."""
    connection = environment_connection(environment)
    whole = of_release(environment, release)
    for kind, code in _kinds(connection, whole):
        if kind in _ON_PAPER or kind in UNKNOWN or is_refused(kind):
            yield Outcome(reason_of(kind, code), _outcome(kind), _read(environment, release, kind, code))
    if release.not_attempted_count:
        with sanitized_db_errors():
            keys = read_not_attempted(connection, release, prime=bucket_prime(environment))
        yield Outcome("not_attempted", "not_attempted", keys)


def _read(environment: str, release: Release, kind: str, code: str) -> Keys:
    connection = environment_connection(environment)
    with sanitized_db_errors():
        if kind == OutcomeKind.IN_FLIGHT:
            return read_outcome(connection, release=release.id, prime=bucket_prime(environment), kind=kind)
        values = {**of_release(environment, release), "kind": kind, "code": code}
        return unpack(copy_out(connection, QUERIES["read_outcome"], values))


def _kinds(connection: BaseDatabaseWrapper, whole: dict[str, int]) -> list[tuple[str, str]]:
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(QUERIES["outcome_kinds"], whole)
        return [(str(kind), str(code)) for kind, code in cursor.fetchall()]


def _outcome(kind: str) -> str:
    if kind in UNKNOWN:
        return "unknown"
    return "refused" if is_refused(kind) else "published"
