"""A run while it goes, made from its batches, from the audit, and from what its reader may decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from eboxcast.audit.selectors import SealedEntry, Wanted, list_entries
from eboxcast.broadcasts.lookup import broadcast_of_run
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote.progress import curve_of
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.checklist import checklist_of
from eboxcast.presenters.launch_decisions import launch_decisions
from eboxcast.presenters.run_decisions import decisions_on
from eboxcast.presenters.runs import run_status
from eboxcast.presenters.schemas.live import CurvePoint, LiveRun, LogLine
from eboxcast.presenters.schemas.run import RunStatus

_MOST = 200
_OFTEN, _SELDOM, _RARELY = 2, 10, 30
"""Seconds."""


@sanitized_db_errors()
def live_run(run: Run, *, actor: Actor, language: str) -> LiveRun:
    """Return a settled run while it goes, as somebody may see it; which machines send it is the operator's business."""
    status, broadcast = run_status(run, language), _broadcast_of(run)
    if status.work and not permits(actor, "run.see"):
        status = replace(status, work=replace(status.work, busy=()))
    return LiveRun(
        status=status,
        percent=_percent(status),
        curve=tuple(
            CurvePoint(seconds=one.seconds, tried=one.tried, per_second=round(one.per_second)) for one in curve_of(run)
        ),
        log=log_of(run, language),
        decisions=(
            *(launch_decisions(broadcast, actor, language) if broadcast else ()),
            *decisions_on(run, actor, language),
        ),
        checklist=checklist_of(broadcast, actor, language) if broadcast else None,
        at=clock.now(),
        look_again=_look_again(run, status),
    )


def _broadcast_of(run: Run) -> Broadcast | None:
    """Return the broadcast whose run in production this is."""
    broadcast = broadcast_of_run(run.id)
    return broadcast if broadcast is not None and broadcast.production_run == run.id else None


def _percent(status: RunStatus) -> int | None:
    if status.work is None or not status.recipients:
        return None
    return 100 * (status.recipients - status.work.left) // status.recipients


def _look_again(run: Run, status: RunStatus) -> int | None:
    """Return in how many seconds something may have changed: often while it moves, never once it has ended."""
    match State(run.state):
        case State.RUNNING | State.PREPARING:
            is_waiting = status.work is not None and not status.work.busy and not status.work.rate
            return _SELDOM if is_waiting else _OFTEN
        case State.PREPARED | State.PAUSED | State.STOPPED | State.FAILED:
            return _RARELY
    return None


def log_of(run: Run, language: str) -> tuple[LogLine, ...]:
    """Return what happened to a run and to the launch of its broadcast, newest first."""
    entries = list_entries(Wanted(run=run.id), _MOST)
    broadcast = _broadcast_of(run)
    if broadcast is not None:
        of_broadcast = list_entries(Wanted(broadcast=broadcast.id), _MOST)
        entries = [*entries, *(one for one in of_broadcast if one.at >= run.created_at)]
    known = [one for one in entries if one.action in _WORDS]
    return tuple(_line(one, run, language) for one in sorted(known, key=lambda one: (one.at, one.id), reverse=True))


_WORDS = {
    "run.prepared": N_("Prepared for {recipients} {recipients:recipient|recipients}, not visible yet."),
    "run.launch_intended": N_("Launch requested."),
    "run.launch_withdrawn": N_("The launch ended before anything was visible."),
    "run.running": N_("Sending started or continued."),
    "run.paused": N_("Paused."),
    "run.stopped": N_("Stopped."),
    "run.failed": N_("Failed."),
    "run.paced": N_("The speed was changed."),
    "run.resolved": N_("{recipients} unknown recipients were resolved."),
    "run.published": N_("Published to {published} {published:recipient|recipients}; {refused} were refused."),
    "run.discarded": N_("Discarded."),
    "run.superseded": N_("Replaced by a newer run."),
    "run.recalled": N_("Recalled from all recipients."),
    "broadcast.go_given": N_("The GO was given."),
    "broadcast.go_withdrawn": N_("The GO was withdrawn."),
    "broadcast.armed": N_("The launch was armed."),
    "broadcast.disarmed": N_("The launch was disarmed."),
    "broadcast.launch_ended": N_("The launch ended and nothing is visible."),
    "broadcast.run_failed": N_("The launch could not start at the agreed moment."),
    "broadcast.run_halted": N_("The sending stopped before it was complete."),
}
"""What happened, by the name of its entry in the audit."""


def _line(entry: SealedEntry, run: Run, language: str) -> LogLine:
    counts: Iterable[str] = ("recipients", "published", "refused")
    data = {name: grouped(int(entry.data.get(name) or 0), language) for name in counts}
    return LogLine(
        at=entry.at,
        by=mask_and_strip(entry.by),
        sentence=translate(_WORDS[entry.action], language, data),
        reason=mask_and_strip(str(entry.data.get("reason") or "")),
    )
