"""Who brought a run into its state, and when: for the one who comes second."""

from __future__ import annotations

from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import DecidedBefore, NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.lib import clock


def who_decided(run: Run) -> tuple[str, datetime] | None:
    """Return through whom and when a run came into its state, as the audit has it."""
    with sanitized_db_errors():
        entry = Entry.objects.filter(run=run.id, action=f"run.{run.state}").order_by("-id").first()
    return (entry.by, entry.at) if entry else None


def too_late(run: Run, *, asked: str) -> NotInThisState:
    """Return the error that says why a run cannot be ``asked``: its state, through whom and since when."""
    found = who_decided(run)
    if found is None:
        return NotInThisState(run=run.short, state=run.state, asked=asked)
    by, at = found
    return DecidedBefore(run=run.short, state=run.state, asked=asked, by=by, moment=clock.shown(at))
