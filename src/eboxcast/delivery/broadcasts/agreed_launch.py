"""Launching a broadcast: the last guards, then the engine, inside the window and not before the agreed moment.

Whatever happens in between, and to whom, the run says what became of it: the same command again, or the steward,
goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from eboxcast.broadcasts import guards, production
from eboxcast.broadcasts.errors import Missing
from eboxcast.broadcasts.errors import NotInThisState as NotNow
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import (
    authorize_action,
    held,
    present,
    refuse_impossible,
    refuse_other_institutions,
)
from eboxcast.database.errors import DatabaseGone, LockTaken
from eboxcast.delivery.broadcasts.following_runs import WINDOW_ENDED, end_with_window, follow
from eboxcast.delivery.broadcasts.reminders import tell_once
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.errors import LaunchStopped, OutsideWindow
from eboxcast.delivery.models import Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.remote.batches import Sums
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor, NotYourRole
from eboxcast.lib.errors import EboxcastError
from eboxcast.targets.opening import capabilities_of


def launch_broadcast(
    broadcast: Broadcast,
    *,
    actor: Actor,
    waiting: Callable[[datetime], None],
    progress: Callable[[Sums], None] = lambda sums: None,
    by_workers: bool = False,
) -> Run:
    """Make a broadcast visible to everybody, waiting for its agreed moment; one that is visible stays as it is.

    A launch that was interrupted is gone on with. What ends it before anything is visible takes the broadcast back to
    where it was, its GO still holding. ``waiting`` is told the agreed moment, ``progress`` how far the sending is.
    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady with all that is missing, LaunchStopped where
    people stopped its run, and what ``launch`` of ``delivery/runs/actions`` raises.
    """
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, Action.LAUNCH)
    follow(broadcast)
    end_with_window(broadcast, moment=clock.now())
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is not None and run.state == RunState.PUBLISHED and broadcast.state in _AFTER:
        return run
    _pass_guards(broadcast, run, actor)
    return _settled(
        broadcast, lambda: _go(broadcast, actor=actor, waiting=waiting, progress=progress, by_workers=by_workers)
    )


def launch_broadcast_now(broadcast: Broadcast, *, actor: Actor) -> Run:
    """Launch as somebody does who cannot wait: into our own eBoxes at once, to a provider by the workers.

    Raises TooEarly before the agreed moment, NobodyAtWork, and what ``launch_broadcast`` raises.
    """
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, Action.LAUNCH)
    refuse_impossible(broadcast, Action.LAUNCH, actor=actor)
    actions.refuse_unless_at_once(PRODUCTION, not_before=broadcast.agreed_at)
    by_workers = not capabilities_of(PRODUCTION).atomic_visibility
    return launch_broadcast(broadcast, actor=actor, waiting=lambda until: None, by_workers=by_workers)


def launch_when_due(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Launch what is armed, and go on with a launch whose process is gone, from the agreed moment on.

    Returns the state it came to, or nothing where nothing was due. What is sent in calls is the workers', once it is
    under way. Why it cannot be launched is told once, and raised each time as ``launch_broadcast`` does; it is tried
    until the window ends.
    """
    if not _is_moment(broadcast, moment) or broadcast.state not in (State.ARMED, State.LAUNCHED):
        return []
    run = run_for(PRODUCTION, broadcast.production_run)
    by_workers = not capabilities_of(PRODUCTION).atomic_visibility
    if run is not None and by_workers and run.state != RunState.PREPARED:
        return []
    try:
        launch_broadcast(broadcast, actor=STEWARD, waiting=lambda until: None, by_workers=by_workers)
    except (NotNow, NotYourRole, LockTaken, DatabaseGone):
        raise
    except EboxcastError as trouble:
        missing = [part for part in trouble.parts if isinstance(part, Missing)]
        data: dict[str, object] = {
            "why": trouble.code,
            "missing": [part.code for part in missing],
            "agreed_at": str(broadcast.agreed_at),
        }
        tell_once(broadcast, what="run_failed", data=data, lacking=[part.as_recorded() for part in missing])
        raise
    return [str(broadcast.state)]


def window_of(broadcast: Broadcast) -> Window:
    """Return when a broadcast may become visible: from the agreed moment to the end of that evening."""
    return Window(not_before=present(broadcast.agreed_at), not_after=present(broadcast.window_ends_at))


_AFTER = (State.PUBLISHED, State.REPORTED, State.CLOSED)


def _is_moment(broadcast: Broadcast, moment: datetime) -> bool:
    agreed_at, ends_at = broadcast.agreed_at, broadcast.window_ends_at
    return agreed_at is not None and ends_at is not None and agreed_at <= moment < ends_at


def _pass_guards(broadcast: Broadcast, run: Run | None, actor: Actor) -> None:
    if broadcast.state == State.LAUNCHED:
        # All guards were passed when it was launched; this one is about who goes on with it.
        if (same_person := guards.other_person(broadcast, actor)) is not None:
            raise same_person
        return
    if run is not None and run.state == RunState.STOPPED and run.reason != WINDOW_ENDED:
        raise LaunchStopped(run=run.short, stopped_at=run.stopped_at or run.created_at)
    production.launched(broadcast, actor=actor)


def _go(
    broadcast: Broadcast,
    *,
    actor: Actor,
    waiting: Callable[[datetime], None],
    progress: Callable[[Sums], None],
    by_workers: bool,
) -> Run:
    run = present(run_for(PRODUCTION, broadcast.production_run))
    if run.state == RunState.STOPPED and run.reason == WINDOW_ENDED:
        run = actions.resume(run, actor=actor.as_steward())
    window = window_of(broadcast)
    return actions.launch(
        run, actor=actor.as_steward(), window=window, waiting=waiting, progress=progress, by_workers=by_workers
    )


def _settled(broadcast: Broadcast, go: Callable[[], Run]) -> Run:
    """Launch, and note what became of it, however it ends; what ended it is what is told."""
    try:
        run = go()
    except BaseException as error:
        ending = error
    else:
        follow(broadcast)
        return run
    # Outside the handler: trouble with the database in there would silence what it happened in (database/errors.py).
    with suppress(EboxcastError):
        follow(broadcast)
        _fall_back_if_idle(broadcast, why=_why(ending))
    raise ending


def _why(ending: BaseException) -> str:
    if isinstance(ending, OutsideWindow):
        return WINDOW_ENDED
    return ending.code if isinstance(ending, EboxcastError) else "interrupted"


def _fall_back_if_idle(broadcast: Broadcast, *, why: str) -> None:
    """Go back to before the launch unless the run is under way: by somebody else, or until it is gone on with."""
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None or run.visible_at is not None or run.state != RunState.PREPARED:
        return
    with held(broadcast), suppress(NotNow):
        if broadcast.production_run == run.id:
            production.fall_back(broadcast, why=why)
