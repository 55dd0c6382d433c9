"""After an environment was restored: who may have been sent to, by a call of which the note was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.validity import end_of_validity
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.outcomes import Range
from eboxcast.mailboxes.sql import one, run


def note_doubted(environment: str, run_id: UUID, doubted: Sequence[Range], *, since: datetime, askable: bool) -> None:
    """Note everybody in some ranges of whom nothing is known, and stop the release: it was sent ``since`` then.

    ``askable`` notes them as in flight, to be asked about, where the message's id at the provider was not lost too.
    """
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        one(connection, "lock_release", {"run": run_id})
        release = get_release(environment, run_id)
        _stop(environment, release, since=since)
        asked = askable and release.provider_message is not None
        for where in doubted:
            code = f"restored.{where.first}" if asked else ""
            kind = OutcomeKind.IN_FLIGHT if asked else OutcomeKind.UNKNOWN
            run(connection, "note_doubted", {**vars(where), "kind": kind.value, "code": code})


def _stop(environment: str, release: Release, *, since: datetime) -> None:
    message = release.message
    if release.visible_at is None:
        release.visible_at = since
        release.expires_at = end_of_validity(since, number=message.validity_number, unit=message.validity_unit)
    release.stopped_at = release.stopped_at or clock.now()
    release.save(using=environment, update_fields=("visible_at", "expires_at", "stopped_at"))
