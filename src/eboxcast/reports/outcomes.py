"""Whom a release did not reach, or only with paper beside it: the snapshot of the moment it became visible."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import quiet
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.sql import rows


def refused_by_reason(environment: str, release: Release) -> Mapping[str, int] | None:
    """Return how many were refused for which reason; None once that was deleted, or before anything was visible."""
    if release.visible_at is None or release.outcomes_purged_at is not None:
        return None
    if not release.refused_count:
        return {}
    of_release = {"release": release.id, "last_bucket": bucket_prime(environment) - 1}
    with quiet():
        found = rows(environment_connection(environment), "count_outcomes", of_release)
    refused = (OutcomeKind.REFUSED_BY_POLICY,)
    return {code.lower(): count for kind, code, count in sorted(found) if kind in refused}
