"""That the steward runs: its last pass, and what waits for the next."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.notices.models import Alarm, Notice
from eboxcast.notices.sending import OPEN
from eboxcast.operations.models import StewardPass

PATIENCE = timedelta(minutes=15)
"""How long the steward may stay away while something waits for it."""


@dataclass(frozen=True, kw_only=True)
class DidCounts:
    """What a pass did, in numbers."""

    steps_count: int
    files_count: int
    emails_count: int
    alarms_count: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What only the steward brings further."""

    broadcasts: int
    """Broadcasts in progress: their deadlines, windows and runs are watched."""
    emails: int
    alarms: int

    @property
    def anything(self) -> bool:
        """Return whether there is anything."""
        return any(vars(self).values())


def note_pass(did: DidCounts, *, trouble_count: int) -> None:
    """Note a pass that has ended; what the last one did that did something stays until another does."""
    now = clock.now()
    noted = StewardPass(ended_at=now, trouble_count=trouble_count)
    changed = ["ended_at", "trouble_count"]
    if any(vars(did).values()):
        noted.did_at = now
        changed += ["did_at", *(one.name for one in fields(did))]
        for name, count in vars(did).items():
            setattr(noted, name, count)
    with sanitized_db_errors():
        StewardPass.objects.bulk_create([noted], update_conflicts=True, unique_fields=["id"], update_fields=changed)


@sanitized_db_errors()
def last_pass() -> StewardPass | None:
    """Return the last pass; None before the first."""
    return StewardPass.objects.first()


@sanitized_db_errors()
def waiting() -> Waiting:
    """Return what waits for the steward."""
    return Waiting(
        broadcasts=Broadcast.objects.exclude(state__in=ENDED).count(),
        emails=Notice.objects.filter(state__in=OPEN).count(),
        alarms=Alarm.objects.filter(state__in=OPEN).count(),
    )


def is_missed(last: StewardPass | None) -> bool:
    """Return whether the steward stays away for longer than it may, as far as its last pass tells."""
    return last is None or clock.now() - last.ended_at > PATIENCE


def age_of(moment: datetime) -> float:
    """Return how many seconds ago something was."""
    return max((clock.now() - moment).total_seconds(), 0)
