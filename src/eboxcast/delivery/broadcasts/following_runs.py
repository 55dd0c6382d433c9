"""What became of the run of a broadcast, noted in the broadcast: the run decides, whoever did it, however it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import acceptance, aftermath, production
from eboxcast.broadcasts.errors import NotInThisState as NotNow
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.steps import held
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.reminders import tell_once
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, PRODUCTION, run_for
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.progress import who_decided
from eboxcast.delivery.runs.settlement import SYSTEM
from eboxcast.delivery.runs.states import AT_REST, GIVEN_UP
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.masking import mask_and_strip

WINDOW_ENDED = "its window ended before it was visible"
"""The reason of a stop that the next launch of the broadcast takes back: people's own stops are theirs to take back."""

_ENDED_UNSEEN = (RunState.STOPPED, RunState.FAILED)
_HOLDING = (State.PRODUCTION_DELIVERED, State.CONFIRMED, State.ARMED, State.LAUNCHED)
_LAUNCHED = (State.CONFIRMED, State.ARMED, State.LAUNCHED)
_SEEN = (State.PUBLISHED, State.REPORTED)


def follow(broadcast: Broadcast) -> list[str]:
    """Note what became of the runs of a broadcast; return what was noted. Doing it again notes nothing more."""
    noted = []
    while (step := _next(broadcast)) is not None:
        noted.append(step)
    return noted


def end_with_window(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Let nothing of a launch become visible that is not when its window ends, even by a process that wakes up late."""
    if broadcast.state != State.LAUNCHED or broadcast.window_ends_at is None or moment < broadcast.window_ends_at:
        return []
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is not None and run.visible_at is None and run.state not in (*_ENDED_UNSEEN, *GIVEN_UP):
        with suppress(NotInThisState):  # visible in this very moment, or somebody else decided
            actions.stop(run, actor=STEWARD, reason=WINDOW_ENDED)
    return follow(broadcast)


def tell_half_sent(broadcast: Broadcast, *, moment: datetime) -> list[str]:
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
    return ["run_halted"] if tell_once(broadcast, what="run_halted", data=data) else []


def account_of(run: Run) -> dict[str, int | None]:
    """Return the account of a run, as the audit tells it."""
    return {
        "recipients": run.recipients_count,
        "published": run.published_count,
        "refused": run.refused_count,
        "unknown": run.unknown_count,
        "not_attempted": run.not_attempted_count,
        "never_activated": run.never_activated_count,
    }


def _next(broadcast: Broadcast) -> str | None:
    """Take one step that the run asks for, with the row held, and only if it still asks for it then."""
    broadcast.refresh_from_db()
    run_id = broadcast.production_run
    if broadcast.state == State.ACCEPTANCE_DELIVERED:
        return _look_at_acceptance(broadcast)
    if run_id is None or broadcast.state not in (*_HOLDING, *_SEEN):
        return None
    run = run_for(PRODUCTION, run_id)
    if _step_for(broadcast, run) is None:
        return None
    with held(broadcast), suppress(NotNow):
        step = _step_for(broadcast, run) if broadcast.production_run == run_id else None
        if step is not None:
            step()
            return str(broadcast.state)
    return None


def _step_for(broadcast: Broadcast, run: Run | None) -> Callable[[], object] | None:
    state = State(broadcast.state)
    if state in _HOLDING and (run is None or run.state in GIVEN_UP):
        return lambda: acceptance.lose_run(broadcast, why=_why_lost(run))
    if run is None:
        return None
    if state in _LAUNCHED and run.visible_at is not None and run.state in (RunState.PUBLISHED, RunState.RECALLED):
        return lambda: _finish(broadcast, run)
    if state in _SEEN and run.state == RunState.RECALLED and not _told_recalled(broadcast):
        return lambda: aftermath.recalled(broadcast, by=_who(run), reason=mask_and_strip(run.reason))
    if state == State.LAUNCHED and run.visible_at is None and run.state in _ENDED_UNSEEN:
        return lambda: production.fall_back(broadcast, why=mask_and_strip(run.reason) or str(run.state))
    return None


def _look_at_acceptance(broadcast: Broadcast) -> str | None:
    run_id = broadcast.acceptance_run
    run = run_for(ACCEPTANCE, run_id)
    if run is not None and run.state not in GIVEN_UP:
        return None
    with held(broadcast), suppress(NotNow):
        if broadcast.acceptance_run == run_id:
            acceptance.lose_run(broadcast, why=_why_lost(run))
            return str(broadcast.state)
    return None


def _finish(broadcast: Broadcast, run: Run) -> None:
    if run.visible_at is not None:
        aftermath.finish(broadcast, visible_at=run.visible_at, counts=account_of(run))


def _told_recalled(broadcast: Broadcast) -> bool:
    """A recalled broadcast is reported too: after that the run still says that it was recalled."""
    with sanitized_db_errors():
        return Entry.objects.filter(broadcast=broadcast.id, action="broadcast.recalled").exists()


def _why_lost(run: Run | None) -> str:
    return "what was prepared is not there any more" if run is None else mask_and_strip(run.reason) or str(run.state)


def _who(run: Run) -> str:
    found = who_decided(run)
    return found[0] if found else SYSTEM
