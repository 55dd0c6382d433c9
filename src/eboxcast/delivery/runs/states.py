"""The life of a run as one table: from which state, what may be done, how far it is by then, and where it leads.

Who may is in ``lib/policy.py``, under the name of the row. A row without one happens by itself: nobody asks for it.
Which target a run has changes the rows only by what that target can do (``Capabilities``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from eboxcast.delivery.models import Action, Run, State
from eboxcast.lib.translation import N_
from eboxcast.targets.opening import capabilities_of

A, S = Action, State


class Situation(StrEnum):
    """How far a run is, where that changes what can be done with it. Each run is in one of them."""

    AT_ONCE = "at once"
    """Its target shows a release to everybody in the same moment: never to some only."""
    UNSENT = "not sent"
    """It is sent in calls, and no call was made yet."""
    SENT = "sent"
    """It is sent in calls, and some may have it."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table."""

    action: Action
    sources: frozenset[State]
    situations: frozenset[Situation]
    target: State | None
    """Where it leads; None where the state stays."""
    entry: str
    """The audit entry it leaves."""
    needs: str
    """The capability of the target it needs; empty for none."""

    @property
    def permission(self) -> str:
        """The name of its rule in ``lib/policy.py``; empty where it happens by itself."""
        return "" if self.action in BY_ITSELF else permission_of(self.action)


BY_ITSELF = frozenset({A.FAIL, A.FINISH, A.SUPERSEDE})

ASKED = {
    A.PREPARE: N_("prepared"),
    A.LAUNCH: N_("launched"),
    A.RESOLVE: N_("resolved"),
    A.RESUME: N_("resumed"),
    A.PAUSE: N_("paused"),
    A.STOP: N_("stopped"),
    A.CLOSE: N_("closed"),
    A.DISCARD: N_("discarded"),
    A.RETRY: N_("retried"),
    A.RECALL: N_("recalled"),
    A.PACE: N_("paced"),
    A.FAIL: N_("failed"),
}
"""What a run cannot be, in the sentence that refuses it."""

ANY = frozenset(Situation)
UNSEEN = frozenset({Situation.AT_ONCE, Situation.UNSENT})
IN_CALLS = frozenset({Situation.UNSENT, Situation.SENT})
AT_ONCE = frozenset({Situation.AT_ONCE})
UNSENT = frozenset({Situation.UNSENT})
SENT = frozenset({Situation.SENT})

GIVEN_UP = frozenset({S.DISCARDED, S.SUPERSEDED})
AT_REST = frozenset({S.PAUSED, S.STOPPED, S.FAILED})
"""Launched, and nothing more becomes visible until somebody decides."""
IN_HAND = frozenset({S.RUNNING, S.PAUSED, S.STOPPED})
"""Somebody is busy with it: no other package takes its place."""
UNDER_WAY = frozenset({S.PREPARING, S.PREPARED, S.RUNNING, *AT_REST})
"""Not over."""


def _row(
    action: Action,
    sources: frozenset[State] | set[State],
    target: State | None,
    situations: frozenset[Situation] = ANY,
    *,
    entry: str = "",
    needs: str = "",
) -> Transition:
    return Transition(
        action=action,
        sources=frozenset(sources),
        situations=situations,
        target=target,
        entry=f"run.{entry or target}",
        needs=needs,
    )


TABLE = (
    _row(A.PREPARE, {S.PREPARING}, S.PREPARED, UNSEEN),
    # It waits in `running` for its moment, and is seen by everybody with the next step.
    _row(A.LAUNCH, {S.PREPARED, S.RUNNING}, S.PUBLISHED, AT_ONCE),
    _row(A.LAUNCH, {S.PREPARED, S.RUNNING}, S.RUNNING, IN_CALLS),
    _row(A.RESOLVE, AT_REST, None, IN_CALLS, entry="resolved"),
    _row(A.RESUME, {S.STOPPED, S.FAILED}, S.PREPARED, UNSEEN),
    _row(A.RESUME, {S.STOPPED, S.FAILED}, S.RUNNING, SENT),
    _row(A.RESUME, {S.PAUSED}, S.RUNNING, IN_CALLS),
    _row(A.PAUSE, {S.RUNNING}, S.PAUSED, IN_CALLS),
    _row(A.STOP, {S.PREPARED, S.RUNNING}, S.STOPPED),
    _row(A.STOP, {S.PAUSED}, S.STOPPED, IN_CALLS),
    _row(A.CLOSE, AT_REST, S.PUBLISHED, SENT),
    _row(A.DISCARD, {S.PREPARING, S.PREPARED, S.STOPPED, S.FAILED}, S.DISCARDED, UNSEEN),
    _row(A.DISCARD, {S.PAUSED}, S.DISCARDED, UNSENT),
    _row(A.RETRY, {S.PUBLISHED}, None, entry="prepared"),
    _row(A.RECALL, {S.PUBLISHED}, S.RECALLED, needs="recall"),
    # Its first launch sets the pace of its target.
    _row(A.PACE, {S.RUNNING, *AT_REST}, None, IN_CALLS, entry="paced"),
    # By itself
    _row(A.FINISH, {S.RUNNING, S.PAUSED}, S.PUBLISHED, SENT),
    _row(A.FAIL, {S.RUNNING, S.PAUSED}, S.FAILED, IN_CALLS),
    _row(A.SUPERSEDE, {S.PREPARED}, S.SUPERSEDED, UNSEEN),
    _row(A.SUPERSEDE, {S.PUBLISHED}, S.SUPERSEDED, AT_ONCE),
)  # fmt: skip


DISCARDABLE = frozenset(source for row in TABLE if row.action == A.DISCARD for source in row.sources)
"""Where a run can be given up, as long as nobody has it."""


def _by_place() -> Mapping[tuple[Action, State, Situation], Transition]:
    rows: dict[tuple[Action, State, Situation], Transition] = {}
    for row in TABLE:
        for place in ((row.action, source, situation) for source in row.sources for situation in row.situations):
            assert place not in rows, place  # noqa: S101 - a table that says two things
            rows[place] = row
    return MappingProxyType(rows)


_ROWS = _by_place()


def permission_of(action: Action) -> str:
    """Return the name in ``lib/policy.py`` of what people do with runs, such as ``run.stop``."""
    return f"run.{action}"


def situation_of(run: Run) -> Situation:
    """Return how far a run is."""
    if capabilities_of(run.environment, kind=run.target).atomic_visibility:
        return Situation.AT_ONCE
    return Situation.UNSENT if run.visible_at is None else Situation.SENT


def row_of(run: Run, action: Action) -> Transition | None:
    """Return the row for an action on a run as it is; None where the action is not possible."""
    row = _ROWS.get((action, State(run.state), situation_of(run)))
    return row if row is not None and _is_able(run, row) else None


def possible(run: Run) -> tuple[Transition, ...]:
    """Return what can happen to a run as it is, in the order of the table."""
    place = (State(run.state), situation_of(run))
    return tuple(row for (action, *there), row in _ROWS.items() if tuple(there) == place and _is_able(run, row))


def sources_of(action: Action, target: State) -> frozenset[State]:
    """Return the states in which an action is decided in control alone and leads to a state: of runs sent in calls."""
    rows = (row for row in TABLE if row.action == action and row.target == target and row.situations == IN_CALLS)
    return frozenset(source for row in rows for source in row.sources)


def leads_to(action: Action) -> frozenset[State]:
    """Return the states an action may lead to, whatever the target."""
    return frozenset(row.target for row in TABLE if row.action == action and row.target)


def exists(run: Run, action: Action) -> bool:
    """Say whether an action makes sense for runs on the target of this one, whatever their state."""
    here = AT_ONCE if situation_of(run) is Situation.AT_ONCE else IN_CALLS
    return any(row.action == action and row.situations & here and _is_able(run, row) for row in TABLE)


def _is_able(run: Run, row: Transition) -> bool:
    return not row.needs or bool(getattr(capabilities_of(run.environment, kind=run.target), row.needs))
