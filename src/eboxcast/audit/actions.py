"""Adding to the audit."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from eboxcast.audit.models import Entry
from eboxcast.audit.segments import open_segment, segment_of
from eboxcast.lib import clock


def record(
    action: str,
    *,
    by: str,
    environment: str = "",
    run: UUID | None = None,
    broadcast: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Add an entry; call it inside the control transaction of the action it tells."""
    now = clock.now()
    segment = segment_of(now)
    open_segment(segment)
    Entry.objects.create(
        segment=segment,
        at=now,
        by=by,
        action=action,
        environment=environment,
        run=run,
        broadcast=broadcast,
        data=dict(data or {}),
    )
