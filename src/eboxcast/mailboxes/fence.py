"""The release row as the fence: each change is one guarded update, and whoever gets the row has won (design §5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import iso
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing
from eboxcast.mailboxes.messages import identity_of
from eboxcast.mailboxes.models import Message, Release
from eboxcast.mailboxes.sql import one, run


def find_release(environment: str, run_id: UUID) -> Release | None:
    """Return the release of a run, or None where the environment has none."""
    with sanitized_db_errors():
        return Release.objects.using(environment).select_related("message").filter(run=run_id).first()


def get_release(environment: str, run_id: UUID) -> Release:
    """Return the release of a run. Raises ReleaseMissing where the environment has none."""
    release = find_release(environment, run_id)
    if release is None:
        raise ReleaseMissing(run=run_id, environment=environment)
    return release


def stop(environment: str, run_id: UUID) -> datetime:
    """Let nothing become visible until it is resumed; return since when. Raises FenceClosed."""
    return _guarded(environment, "stop", run_id)


def resume(environment: str, run_id: UUID) -> datetime:
    """Take back a stop; return when. Raises FenceClosed."""
    return _guarded(environment, "resume", run_id)


def recall(environment: str, run_id: UUID) -> datetime:
    """Let nobody see the release any more; return since when. Raises FenceClosed."""
    return _guarded(environment, "recall", run_id)


def discard(environment: str, run_id: UUID) -> datetime:
    """Give a release up, for good, and its identity back to what is still visible under it. Raises FenceClosed."""
    now = clock.now()
    with sanitized_db_errors(), transaction.atomic(using=environment):
        connection = environment_connection(environment)
        release = get_release(environment, run_id)
        one(connection, "lock_identity", {"lock": identity_of(release.message).lock()})
        row = one(connection, "discard", {"run": run_id, "now": now, "superseded_by": None})
        if row is None:
            raise closed(environment, run_id)
        _leave_identity(environment, release.message, now)
    return now


def closed(environment: str, run_id: UUID) -> FenceClosed:
    """Return the error that says who was first at the fence of a run."""
    return FenceClosed(run=run_id, state=standing_of(get_release(environment, run_id)).sentence)


@dataclass(frozen=True)
class Standing:
    """How a release stands, in one word and since when."""

    word: str
    since: datetime

    @property
    def sentence(self) -> str:
        """Return it as people read it."""
        return f"{self.word} since {iso(self.since, 'seconds')}"


def standing_of(release: Release) -> Standing:
    """Return how a release stands by its fence."""
    moments = (
        ("recalled", release.recalled_at),
        ("visible", release.visible_at),
        ("superseded" if release.superseded_by else "discarded", release.abandoned_at),
        ("stopped", release.stopped_at),
    )
    for word, moment in moments:
        if moment is not None:
            return Standing(word, moment)
    return Standing("prepared", release.stored_at)


def _guarded(environment: str, statement: str, run_id: UUID) -> datetime:
    now = clock.now()
    with sanitized_db_errors():
        if one(environment_connection(environment), statement, {"run": run_id, "now": now}) is None:
            raise closed(environment, run_id)
    return now


def _leave_identity(environment: str, message: Message, now: datetime) -> None:
    if message.releases.using(environment).filter(abandoned_at=None).exists():
        return
    connection = environment_connection(environment)
    run(connection, "free_identity", {"message": message.id, "now": now})
    run(connection, "give_identity_back", asdict(identity_of(message)))
