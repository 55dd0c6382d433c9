"""Forgetting people when the time has come (design §5, "Personal data").

Counts and salted digests stay; the salt goes with the audience.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.sql import rows, run


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long personal data stay, in days (settings)."""

    report_days: int = 30
    abandoned_days: int = 7
    unlaunched_days: int = 30
    warning_days: int = 7


class Rule(StrEnum):
    """Why something is deleted."""

    EXPIRED = "message-expired"
    """The validity period of the message is over."""
    DISCARDED = "run-discarded"
    """It was discarded some days ago."""
    REPORTED = "report-over"
    """It was published some days ago: the report had its time."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """That the time of something is over: by which rule, and since when."""

    rule: Rule
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is due for one release."""

    release: int
    run: UUID
    discard: bool
    audience: Ended | None
    outcomes: Ended | None
    unlaunched_until: datetime | None
    """When a release that nobody launches will be given up; None where that does not apply."""


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What was forgotten of one release: counts of recipients and of rows."""

    recipients: int
    readings: int
    outcomes: int


def find_due(environment: str, retention: Retention) -> Iterator[Due]:
    """Yield the releases of which something is due, or will soon be given up because nobody launches them."""
    now = clock.now()
    stored_before = now - timedelta(days=retention.unlaunched_days - retention.warning_days)
    abandoned_before = now - timedelta(days=retention.abandoned_days)
    reported_before = now - timedelta(days=retention.report_days)
    moments = {
        "now": now,
        "abandoned_before": abandoned_before,
        "reported_before": reported_before,
        "stored_before": stored_before,
    }
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "due_releases", moments)
    for identifier, run_id, visible, expires, abandoned, _, stored, _, outcomes_gone, audience_gone in found:
        waiting = visible is None and abandoned is None
        until = stored + timedelta(days=retention.unlaunched_days) if waiting else None
        ends = {
            Rule.EXPIRED: expires,
            Rule.DISCARDED: abandoned and abandoned + timedelta(days=retention.abandoned_days),
            Rule.REPORTED: visible and visible + timedelta(days=retention.report_days),
        }
        yield Due(
            release=identifier,
            run=run_id,
            discard=until is not None and until <= now,
            audience=_ended(ends, (Rule.EXPIRED, Rule.DISCARDED), now) if audience_gone is None else None,
            outcomes=_ended(ends, tuple(Rule), now) if outcomes_gone is None else None,
            unlaunched_until=until,
        )


def _ended(ends: Mapping[Rule, datetime | None], rules: Sequence[Rule], now: datetime) -> Ended | None:
    """Return the rule whose moment has come first; None where none has."""
    over = [(end, rule) for rule, end in ends.items() if rule in rules and end is not None and end <= now]
    return Ended(rule=min(over)[1], since=min(over)[0]) if over else None


def purge(environment: str, due: Due) -> Purged:
    """Forget what is due of one release, in one transaction; running it again changes nothing."""
    now = clock.now()
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        release = Release.objects.using(environment).select_for_update().get(id=due.release)
        of_release: dict[str, object] = {"release": release.id, "last_bucket": bucket_prime(environment) - 1}
        purged = _purge(connection, release, due, of_release)
        if due.audience:
            release.audience_purged_at = release.audience_purged_at or now
            release.salt = b""  # with it the digest of a few recipients would be as good as their numbers
        if due.outcomes:
            release.outcomes_purged_at = release.outcomes_purged_at or now
        release.save(using=environment, update_fields=["salt", "audience_purged_at", "outcomes_purged_at"])
        run(connection, "purge_files", {})
    return purged


def _purge(connection: BaseDatabaseWrapper, release: Release, due: Due, of_release: dict[str, object]) -> Purged:
    recipients = readings = outcomes = 0
    if due.audience and release.audience_purged_at is None:
        run(connection, "purge_audience", of_release)
        run(connection, "purge_names", of_release)
        run(connection, "purge_receipts", of_release)
        readings = run(connection, "purge_reading", of_release)
        run(connection, "purge_deferred", of_release)
        run(connection, "purge_mailing", of_release)
        recipients = release.recipients_count if release.published_count is None else release.published_count
    if due.outcomes and release.outcomes_purged_at is None:
        outcomes = sum(count for _, _, count in rows(connection, "count_outcomes", of_release))
        run(connection, "purge_outcome", of_release)
        run(connection, "purge_calls", of_release)
        run(connection, "purge_rejected_rows", of_release)
    return Purged(recipients=recipients, readings=readings, outcomes=outcomes)
