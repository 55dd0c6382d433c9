"""The launch console, made from the broadcasts of the coming days, their guards, and the runs under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.checklist import checklist_of
from eboxcast.presenters.launch_decisions import launch_decisions
from eboxcast.presenters.runs import listed_runs, work_of
from eboxcast.presenters.schemas.console import Console, Evening

_OFTEN, _SELDOM = 5, 30
"""Seconds."""
_MOST_COMING = 10


@sanitized_db_errors()
def console_of(evenings: Sequence[Broadcast], at_work: Sequence[Run], actor: Actor, language: str) -> Console:
    """Return the console, with what its reader may decide."""
    runs = {run.id: run for run in at_work}
    tonight = [one for one in evenings if _is_tonight(one)]
    coming = [one for one in evenings if not _is_tonight(one)]
    theirs = {one.production_run for one in evenings}
    moving = any(one.state == State.LAUNCHED for one in evenings) or bool(at_work)
    return Console(
        tonight=tuple(_evening(one, runs, actor, language) for one in tonight),
        coming=tuple(_evening(one, runs, actor, language, measured=False) for one in coming[:_MOST_COMING]),
        more=max(len(coming) - _MOST_COMING, 0),
        runs=listed_runs([run for run in at_work if run.id not in theirs]),
        at=clock.now(),
        look_again=_OFTEN if moving else _SELDOM,
    )


_LAUNCHED = (State.LAUNCHED, State.PUBLISHED, State.RECALLED, State.REPORTED, State.CLOSED)


def _is_tonight(broadcast: Broadcast) -> bool:
    return broadcast.date == clock.today() or broadcast.state == State.LAUNCHED


def _evening(
    broadcast: Broadcast, runs: Mapping[UUID, Run], actor: Actor, language: str, *, measured: bool = True
) -> Evening:
    run = runs.get(broadcast.production_run) if broadcast.production_run else None
    work = work_of(run) if run else None
    recipients = broadcast.recipients_count
    return Evening(
        number=broadcast.number,
        subject=mask_and_strip(broadcast.subject),
        language=broadcast.language,
        state=broadcast.state,
        date=broadcast.date,
        agreed_at=broadcast.agreed_at,
        window_ends_at=broadcast.window_ends_at,
        recipients=recipients or broadcast.expected_count,
        launched=broadcast.state in _LAUNCHED,
        percent=100 * (recipients - work.left) // recipients if work and recipients else None,
        checklist=checklist_of(broadcast, actor, language, measured=measured),
        decisions=launch_decisions(broadcast, actor, language),
    )
