"""The steward: one pass over all broadcasts, doing what the procedure does by itself.

Each rule looks, does what is due and can be run again: two stewards at once, or one that was killed, do nothing twice.
What goes wrong with one broadcast does not keep the others waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.aftermath import remind
from eboxcast.broadcasts.errors import NotInThisState as NotNow
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import DATED, ENDED
from eboxcast.broadcasts.steps import held
from eboxcast.database.errors import DatabaseGone, LockTaken, sanitized_db_errors
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast
from eboxcast.delivery.broadcasts.closing import conclude
from eboxcast.delivery.broadcasts.contact_centre import warn_when_prepared
from eboxcast.delivery.broadcasts.following_runs import end_with_window, follow
from eboxcast.delivery.broadcasts.reminders import remind_of_terms, told_before
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.broadcasts.withdrawal import discard_given_up, with_given_up_runs
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.runs.states import AT_REST
from eboxcast.lib.actors import STEWARD, Actor, NotYourRole
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.targets.opening import capabilities_of


@dataclass(frozen=True, kw_only=True)
class Led:
    """One thing the steward did, or could not do."""

    broadcast: str
    did: str
    """The word of the audit entry, or the state that was noted."""
    trouble: EboxcastError | None = None


def lead(*, moment: datetime, actor: Actor) -> list[Led]:
    """Do all that is due at a moment, and return it, whoever has it done: what is done is done by the steward.

    Raises NotYourRole; DatabaseGone: the next pass goes on.
    """
    authorize(actor, "procedure.lead")
    led: list[Led] = []
    for broadcast in _under_way():
        for step in _steps(broadcast, moment):
            led += _carefully(broadcast, step)
    for broadcast in with_given_up_runs():
        led += _carefully(broadcast, partial(_give_up, broadcast))
    return led


Step = Callable[[], list[str]]
"""Does what is due, and returns what was done."""


def _steps(broadcast: Broadcast, moment: datetime) -> Iterator[Step]:
    """Yield in this order: what happened, what must not happen any more, what is to happen, is due, comes after."""
    yield lambda: follow(broadcast)
    yield lambda: end_with_window(broadcast, moment=moment)
    yield lambda: _miss(broadcast, moment=moment)
    yield lambda: _launch(broadcast, moment=moment)
    yield lambda: _tell_half_sent(broadcast, moment=moment)
    yield lambda: remind_of_terms(broadcast, moment=moment)
    yield lambda: warn_when_prepared(broadcast)
    yield lambda: conclude(broadcast, moment=moment)


def _carefully(broadcast: Broadcast, step: Step) -> list[Led]:
    try:
        return [Led(broadcast=broadcast.number, did=did) for did in step()]
    except DatabaseGone:
        raise
    except (NotNow, NotYourRole, LockTaken):  # somebody else decided in this very moment
        with sanitized_db_errors():
            broadcast.refresh_from_db()
        return []
    except EboxcastError as trouble:
        return [Led(broadcast=broadcast.number, did="", trouble=trouble)]


def _under_way() -> list[Broadcast]:
    with sanitized_db_errors():
        return list(Broadcast.objects.exclude(state__in=ENDED).order_by("agreed_at", "number"))


def _give_up(broadcast: Broadcast) -> list[str]:
    return ["run_discarded" for _ in discard_given_up(broadcast, actor=STEWARD)]


def _miss(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Note a window that passed without the broadcast: nothing is launched late, what is prepared stays."""
    if not _window_is_over(broadcast, moment):
        return []
    with held(broadcast):
        if not _window_is_over(broadcast, moment):
            return []
        scheduling.miss(broadcast)
    return ["window_missed"]


def _window_is_over(broadcast: Broadcast, moment: datetime) -> bool:
    ends_at = broadcast.window_ends_at
    return State(broadcast.state) in DATED and ends_at is not None and ends_at <= moment


def _launch(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Launch what is armed, and go on with a launch whose process is gone, from the agreed moment on.

    What is sent in calls is the workers', once it is under way. Why it cannot be launched is told once; it is tried
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
        codes = [code for part in trouble.parts if (code := getattr(part, "code", ""))]
        data: dict[str, object] = {"why": trouble.code, "missing": codes, "agreed_at": str(broadcast.agreed_at)}
        _tell_once(broadcast, what="run_failed", data=data)
        raise
    return [str(broadcast.state)]


def _tell_half_sent(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Tell once that a remote run which some have already cannot go on by itself: people decide how it ends."""
    if broadcast.state != State.LAUNCHED:
        return []
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None or run.visible_at is None:
        return []
    over = broadcast.window_ends_at is not None and broadcast.window_ends_at <= moment
    if not over and run.state not in AT_REST:
        return []
    why = mask_and_strip(run.reason) or ("its window ended before everybody had it" if over else str(run.state))
    data: dict[str, object] = {"why": why, "run": run.short, "state": str(run.state)}
    return ["run_halted"] if _tell_once(broadcast, what="run_halted", data=data) else []


def _is_moment(broadcast: Broadcast, moment: datetime) -> bool:
    agreed_at, ends_at = broadcast.agreed_at, broadcast.window_ends_at
    return agreed_at is not None and ends_at is not None and agreed_at <= moment < ends_at


def _tell_once(broadcast: Broadcast, *, what: str, data: dict[str, object]) -> bool:
    with held(broadcast):
        if told_before(broadcast, what, data):
            return False
        remind(broadcast, what=what, **data)
    return True
