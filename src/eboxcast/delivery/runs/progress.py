"""Where a run stands: its state, since when and by whom, what is asked of it and not done, and what can come next.

All of it comes from what is recorded and from the table of states; a door only has to show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.lookup import broadcast_of_run
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import ChangedMeanwhile, DecidedBefore, NotInThisState
from eboxcast.delivery.models import Action, Intent, Run, State
from eboxcast.delivery.remote.batches import sums_of
from eboxcast.delivery.runs.intents import open_intents
from eboxcast.delivery.runs.production_gate import PRODUCTION, may_be_retried
from eboxcast.delivery.runs.states import ASKED, Situation, Transition, leads_to, permission_of, possible, situation_of
from eboxcast.lib import clock
from eboxcast.lib.formatting import short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction

SEE = "run.see"
REPORT = "report.see"
LAUNCH_BROADCAST = "broadcast.launch"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Something that was asked of a run and has no result yet."""

    action: Action
    by: str
    at: datetime
    continued_by: NextAction
    """What goes on with it, where its process has ended."""


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """Where a settled run stands."""

    state: State
    situation: Situation
    since: datetime
    by: str
    """Through whom it came into its state: their login."""
    pending: tuple[Pending, ...]
    """Oldest first."""
    next_actions: tuple[NextAction, ...]
    """Most likely first."""


def progress_of(run: Run) -> RunProgress:
    """Return where a settled run stands."""
    decided = who_decided(run)
    by, at = decided or (run.created_by, run.created_at)
    situation = situation_of(run)
    # What is sent is visible from the first call on, and published from the last.
    ended_sending = situation is Situation.SENT and run.state == State.PUBLISHED
    return RunProgress(
        state=State(run.state),
        situation=situation,
        since=at if ended_sending else moment_of(run) or at,
        by=by,
        pending=tuple(_pending(run, intent) for intent in open_intents(run)),
        next_actions=next_actions_of(run),
    )


def moment_of(run: Run) -> datetime | None:
    """Return since when a run is in its state, where the run itself knows it."""
    moments = {
        State.PREPARING: run.created_at,
        State.PREPARED: run.prepared_at,
        State.RUNNING: run.launched_at,
        State.PUBLISHED: run.visible_at,
        State.STOPPED: run.stopped_at,
        State.DISCARDED: run.abandoned_at,
        State.SUPERSEDED: run.recalled_at or run.abandoned_at,
        State.RECALLED: run.recalled_at,
    }
    return moments.get(State(run.state))


def who_decided(run: Run) -> tuple[str, datetime] | None:
    """Return through whom and when a run came into its state, as the audit has it: for the one who comes second."""
    with sanitized_db_errors():
        entry = Entry.objects.filter(run=run.id, action=f"run.{run.state}").order_by("-id").first()
    return (entry.by, entry.at) if entry else None


def too_late(run: Run, action: Action) -> NotInThisState:
    """Return the error that says why an action is not possible: the run's state, through whom and since when."""
    found = who_decided(run)
    if found is None:
        return NotInThisState(run=run.short, state=run.state, asked=ASKED[action])
    by, at = found
    return DecidedBefore(run=run.short, state=run.state, asked=ASKED[action], by=by, moment=at)


def refuse_changed(run: Run, action: Action, *, seen: str) -> None:
    """Raise ChangedMeanwhile where somebody decides about a settled run that is not as they saw it.

    Halting it is never refused for that, unless somebody else has done the same: it can be undone, and may be urgent.
    """
    is_halting = action in (Action.STOP, Action.PAUSE)
    if run.state == seen or (is_halting and run.state not in leads_to(action)):
        return
    by, at = who_decided(run) or (run.created_by, run.created_at)
    raise ChangedMeanwhile(run=run.short, state=run.state, by=mask_and_strip(by), moment=at)


def next_actions_of(run: Run) -> tuple[NextAction, ...]:
    """Return what can come next for a settled run."""
    state, sent_in_calls = State(run.state), situation_of(run) is not Situation.AT_ONCE
    rows = [row for row in possible(run) if row.permission and _is_worth_it(run, row)]
    actions = [action_of(run, row.action) for row in rows]
    if state == State.RUNNING and sent_in_calls:
        actions.insert(0, NextAction(action=SEE, parameters={"run": run.short, "watch": "yes"}))
    if state in _HAS_REPORT:
        actions.insert(0, NextAction(action=REPORT, parameters={"run": run.short}))
    return tuple(actions)


_HAS_REPORT = (State.PUBLISHED, State.DISCARDED, State.SUPERSEDED, State.RECALLED)


def action_of(run: Run, action: Action) -> NextAction:
    """Return an action on a run with what is known of it already.

    To prepare it again: the choices it was begun with. To launch it again: the window it was given.
    """
    if action == Action.PREPARE and (retried := run.package.retry_of):
        return NextAction(action=permission_of(Action.RETRY), parameters={"run": short_run(retried)})
    parameters = dict(_choices_of(run) if action == Action.PREPARE else {"run": run.short})
    if action == Action.LAUNCH and run.environment == PRODUCTION and (number := _broadcast_of(run)):
        return NextAction(action=LAUNCH_BROADCAST, parameters={"broadcast": number})
    if action == Action.LAUNCH:
        parameters.update(_window_of(run))
    return NextAction(action=permission_of(action), parameters=parameters)


def _broadcast_of(run: Run) -> str | None:
    """Return the broadcast that has a run now: its guards and its window count for the run."""
    broadcast = broadcast_of_run(run.id)
    return broadcast.number if broadcast else None


def _is_worth_it(run: Run, row: Transition) -> bool:
    """Say whether an action that is possible has something to do."""
    if row.action == Action.RESOLVE:
        return bool(sums_of(run.id).unknown)
    if row.action == Action.RETRY:
        not_reached = bool(run.refused_count or run.not_attempted_count)
        return situation_of(run) is Situation.SENT and not_reached and may_be_retried(run)
    return row.action != Action.PACE


def _pending(run: Run, intent: Intent) -> Pending:
    action = Action(intent.action)
    begun_anew = action in (Action.PREPARE, Action.LAUNCH)
    return Pending(
        action=action,
        by=intent.by,
        at=intent.asked_at,
        # Whatever else was asked is finished by whoever looks.
        continued_by=action_of(run, action) if begun_anew else NextAction(action=SEE, parameters={"run": run.short}),
    )


def _choices_of(run: Run) -> Iterator[tuple[str, str]]:
    policies = run.package.policies
    yield "environment", run.environment
    if policies.duplicates != "merge":
        yield "duplicates", policies.duplicates
    if policies.faulty_rows != "block":
        yield "faulty_rows", policies.faulty_rows
    if policies.sheet is not None:
        yield "sheet", policies.sheet
    if policies.column is not None:
        yield "column", policies.column
    if run.adds:
        yield "add", "yes"


def _window_of(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the window of a launch that has begun; one that is over has to be chosen anew."""
    if run.state != State.RUNNING:
        return
    if run.not_before_at is not None:
        yield "not_before", run.not_before_at.isoformat(timespec="seconds")
    if run.not_after_at is not None:
        yield "not_after", "" if run.not_after_at <= clock.now() else run.not_after_at.isoformat(timespec="seconds")
