"""How many opened the message, day by day. These counts stay when the readings themselves are deleted."""

from __future__ import annotations

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.mailboxes import fence
from eboxcast.reports.outcomes import QUERIES
from eboxcast.reports.schemas import DayOfReading, Readings


def readings_of(run: Run) -> Readings | None:
    """Return the readings of a run; None when it was never visible."""
    release = fence.find_release(run.environment, run.id)
    if release is None or release.visible_at is None:
        return None
    with sanitized_db_errors(), environment_connection(run.environment).cursor() as cursor:
        cursor.execute(QUERIES["readings_by_day"], {"release": release.id})
        days = tuple(DayOfReading(day=day, count=int(count)) for day, count in cursor.fetchall())
    return Readings(total=sum(day.count for day in days), days=days)
