"""How a broadcast stands: whose turn it is, what is next, by when, and what is late: of any state, at any time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from eboxcast.broadcasts import guards
from eboxcast.broadcasts.deadlines import Term, terms_of
from eboxcast.broadcasts.errors import OutsideItsWindow
from eboxcast.broadcasts.facts import Considered, Said, Some, Tally, said_of, tallies_of, waived_of
from eboxcast.broadcasts.load import possible_days
from eboxcast.broadcasts.models import Broadcast, Lateness, Outcome, Side, State
from eboxcast.broadcasts.states import DATED, UNDATED, Action, missing_for, permission_of
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import ALL_ROLES, Actor, Role
from eboxcast.lib.errors import Reason, Told
from eboxcast.lib.translation import N_
from eboxcast.planning.selectors import calendar_read_once

S, A = State, Action
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something somebody has to do; ``sentence`` says what, filled from ``data``."""

    turn: tuple[Role, ...]
    """Whose turn it is; empty where the procedure goes on by itself."""
    sentence: str
    action: Action
    """The action that does it; where several could, the one that leads on."""
    due_at: datetime | None
    data: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a broadcast stands at a moment."""

    steps: tuple[Step, ...]
    """What is next, the most urgent first; none only when it has ended."""
    late: tuple[Reason, ...]

    def waits_for(self, roles: Collection[Role]) -> bool:
        """Return whether it is the turn of somebody with these roles."""
        return any(role in roles for step in self.steps for role in step.turn)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is still missing before an action."""

    before: Action
    missing: tuple[Told, ...]


@sanitized_db_errors()
def gaps_of(broadcast: Broadcast, standing: Standing) -> tuple[Gap, ...]:
    """Return what the next steps still miss, shown before anybody tries them: that of the step that leads on first.

    That its window is yet to come is no gap that anybody could fill.
    """
    leading = [A.APPROVE] if broadcast.state == S.TESTED else []
    actions = dict.fromkeys([*leading, *(step.action for step in standing.steps if step.action not in _BESIDE)])
    beside = dict.fromkeys(step.action for step in standing.steps if step.action in _BESIDE)
    found = (Gap(before=action, missing=_missing(broadcast, action)) for action in (*actions, *beside))
    return tuple(gap for gap in found if gap.missing)


def _missing(broadcast: Broadcast, action: Action) -> tuple[Told, ...]:
    """Return what an action misses, whoever acts: somebody with every role, who did not give the GO."""
    found = missing_for(broadcast, action, actor=_ANYBODY)
    waits = clock.now() < guards.window_of(broadcast)[0]
    parts = found.parts if found else ()
    return tuple(one for one in parts if not (waits and isinstance(one, OutsideItsWindow)))


_ANYBODY = Actor(name="", roles=ALL_ROLES)


_NEXT: dict[State, tuple[tuple[Role, ...], Action, str]] = {
    S.REQUESTED: ((Role.VALIDATOR, Role.INTEGRATION), A.ACCEPT, N_("decide on the requested dates")),
    S.POSTPONED: ((Role.REQUESTER,), A.AGREE, N_("accept one of the proposed dates, or request others")),
    S.MISSED: ((Role.REQUESTER,), A.WANT, N_("request another date: the window has passed")),
    S.SCHEDULED: ((Role.REQUESTER,), A.DELIVER_ACCEPTANCE, N_("deliver the files for acceptance")),
    S.REJECTED: ((Role.REQUESTER,), A.DELIVER_ACCEPTANCE, N_("deliver new files for acceptance")),
    S.ACCEPTANCE_DELIVERED: ((Role.INTEGRATION, Role.LAUNCH), A.TEST, N_("run the test in acceptance")),
    S.TESTED: ((Role.REQUESTER,), A.JUDGE, N_("check the eBoxes of the short list, and approve or reject the test")),
    S.APPROVED: ((Role.REQUESTER,), A.DELIVER_PRODUCTION, N_("deliver the files for production")),
    S.PRODUCTION_DELIVERED: ((Role.CONFIRMER,), A.GIVE_GO, N_("give the GO")),
    S.CONFIRMED: ((Role.LAUNCH,), A.ARM, N_("arm the launch, or launch during the window")),
    S.ARMED: ((), A.LAUNCH, N_("automatic launch at the agreed moment")),
    S.LAUNCHED: ((Role.LAUNCH,), A.FINISH, N_("follow the run until it ends")),
    S.PUBLISHED: ((Role.INTEGRATION,), A.REPORT, N_("report to the institution (automatic if not done by hand)")),
    S.RECALLED: ((Role.INTEGRATION,), A.REPORT, N_("report to the institution (automatic if not done by hand)")),
    S.REPORTED: (
        (Role.INTEGRATION,),
        A.CLOSE,
        N_("send the reading figures and close (automatic if not done by hand)"),
    ),
}


_NONE_LEFT: dict[State, tuple[tuple[tuple[Role, ...], Action, str], ...]] = {
    S.REQUESTED: (
        (
            (Role.VALIDATOR, Role.INTEGRATION),
            A.POSTPONE,
            N_("propose other dates: none of the requested dates is possible now"),
        ),
        ((Role.REQUESTER,), A.WANT, N_("request other dates: none of the requested dates is possible now")),
    ),
    S.POSTPONED: (((Role.REQUESTER,), A.WANT, N_("request other dates: none of the proposed dates is possible now")),),
}


_JUDGED: Mapping[Action, str] = {
    A.REJECT: N_("reject the test: {failed} {failed:check|checks} failed"),
    A.APPROVE: N_("approve the test: every check passed"),
}
_BESIDE: Mapping[Action, str] = {
    A.RECONFIRM: N_("reconfirm the date"),
    A.WAIVE: N_("waive the missed deadline ({what}), or move the date"),
    A.WARN: N_("warn the contact centre"),
}


@sanitized_db_errors()
def days_left(broadcast: Broadcast) -> list[date]:
    """Return the days that can be accepted or agreed to now: the one the other side accepted first, then by wish."""
    return _days_left(broadcast, _said_of(broadcast))


@sanitized_db_errors()
def accepted_days(broadcast: Broadcast) -> list[date]:
    """Return the day that a side has accepted, the last one that did; none before."""
    return _accepted_days(_said_of(broadcast))


@sanitized_db_errors()
def proposed_days(broadcast: Broadcast) -> list[date]:
    """Return the days that were proposed in the place of those requested; none where nobody did."""
    return _last_days(_said_of(broadcast), Outcome.POSTPONED)


def _said_of(broadcast: Broadcast) -> Sequence[Said]:
    return said_of([broadcast])[broadcast.id]


def _last_days(said: Sequence[Said], outcome: Outcome) -> list[date]:
    """Return the days of the last decision of a kind; none where there is none."""
    return next((list(one.dates) for one in reversed(said) if one.outcome == outcome), [])


def _accepted_days(said: Sequence[Said]) -> list[date]:
    return _last_days(said, Outcome.ACCEPTED)


def _days_left(broadcast: Considered, said: Sequence[Said]) -> list[date]:
    if broadcast.state == S.POSTPONED:
        return possible_days(broadcast, _last_days(said, Outcome.POSTPONED))
    return possible_days(broadcast, list(dict.fromkeys([*_accepted_days(said), *broadcast.wanted_dates])))


@sanitized_db_errors()
def standing_of(broadcast: Broadcast) -> Standing:
    """Return whose turn it is, what is next and what is late."""
    return standings_of([broadcast])[0]


@sanitized_db_errors()
def standings_of(broadcasts: Sequence[Considered], among: QuerySet[Broadcast] | None = None) -> list[Standing]:
    """Return how broadcasts stand, each in its place; what that depends on is read for all of them at once.

    ``among`` says how to find them, where they are so many that their ids would take long to send.
    """
    said = _read(said_of, broadcasts, UNDATED, among)
    waived = _read(waived_of, broadcasts, DATED, among)
    tallies = _read(tallies_of, broadcasts, frozenset({S.TESTED}), among)
    with calendar_read_once():
        return [
            _standing(
                _Known(
                    broadcast=one,
                    said=said.get(one.id, ()),
                    terms=terms_of(one, waived.get(one.id, ())) if one.state in DATED else (),
                    tally=tallies.get(one.id, Tally()),
                )
            )
            for one in broadcasts
        ]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """A broadcast, and what its standing depends on besides."""

    broadcast: Considered
    said: Sequence[Said]
    terms: Sequence[Term]
    """What is due before its date; nothing while it has none."""
    tally: Tally

    @cached_property
    def missed(self) -> Sequence[Term]:
        """Return what is late, and in the way."""
        return [term for term in self.terms if term.in_the_way]

    def due_at(self, what: Lateness) -> datetime:
        """Return by when something is due."""
        return next(term.due_at for term in self.terms if term.what == what)


def _read(
    read: Callable[[Some], Mapping[UUID, T]],
    broadcasts: Sequence[Considered],
    states: frozenset[State],
    among: QuerySet[Broadcast] | None,
) -> Mapping[UUID, T]:
    concerned = [one for one in broadcasts if one.state in states]
    if not concerned:
        return {}
    return read(concerned if among is None else among.filter(state__in=states))


def _standing(known: _Known) -> Standing:
    steps = tuple(sorted(_steps(known), key=_urgency))
    late = (Reason(sentence=_LATE[term.what], data={"due": term.due_at}) for term in known.missed)
    return Standing(steps=steps, late=tuple(late))


def as_recorded(broadcast: Broadcast) -> dict[str, object]:
    """Return how a broadcast stands, as its audit entries keep it: what is told of them later is what was so then.

    ``state``, ``date``, ``agreed_at``, ``window_ends_at``, ``recipients`` as far as they are known, and ``next``: of
    each step ``action``, ``roles``, ``due`` and ``data``. Moments in ISO 8601.
    """
    known = {
        "date": broadcast.date,
        "agreed_at": broadcast.agreed_at,
        "window_ends_at": broadcast.window_ends_at,
    }
    return {
        "state": str(broadcast.state),
        **{name: value.isoformat() for name, value in known.items() if value is not None},
        "recipients": broadcast.recipients_count or broadcast.expected_count,
        "next": [
            {
                "action": permission_of(step.action),
                "roles": [str(role) for role in step.turn],
                "due": step.due_at.isoformat() if step.due_at else None,
                "data": dict(step.data),
            }
            for step in standing_of(broadcast).steps
        ],
    }


def steps_recorded(standing: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return what was next, of what ``as_recorded`` returned; without a step this version does not know."""
    state = State(standing["state"])
    found = []
    for one in standing["next"]:
        action = _ACTIONS.get(one["action"])
        sentence = _sentences(state).get(action) if action else None
        if action and sentence:
            due_at = datetime.fromisoformat(one["due"]) if one["due"] else None
            turn = tuple(map(Role, one["roles"]))
            found.append(Step(turn=turn, sentence=sentence, action=action, due_at=due_at, data=one["data"]))
    return tuple(found)


_ACTIONS: Mapping[str, Action] = {permission_of(action): action for action in A}


def _sentences(state: State) -> Mapping[Action, str]:
    """Return how each step is said that there can be in a state."""
    usual = {action: sentence for _, action, sentence in filter(None, (_NEXT.get(state),))}
    none_left = {action: sentence for _, action, sentence in _NONE_LEFT.get(state, ())}
    return {**_BESIDE, **_JUDGED, **usual, **none_left}


def _urgency(step: Step) -> tuple[bool, datetime]:
    return step.due_at is None, step.due_at or clock.now()


def _steps(known: _Known) -> list[Step]:
    state = State(known.broadcast.state)
    if state not in _NEXT:
        return []
    steps = _once_no_date_is_left(known, state) or _once_judged(known, state) or [_usual(known, state)]
    if state in DATED:
        steps += _beside(known)
    return steps


def _usual(known: _Known, state: State) -> Step:
    turn, action, sentence = _NEXT[state]
    if state == S.REQUESTED:
        turn = _undecided(known.said)
    return Step(turn=turn, sentence=sentence, action=action, due_at=_due(known, state), data={})


def _once_no_date_is_left(known: _Known, state: State) -> list[Step]:
    """Return what is left where every date in question has passed or is full: nobody can accept one now."""
    if state not in _NONE_LEFT or _days_left(known.broadcast, known.said):
        return []
    return [
        Step(turn=turn, sentence=sentence, action=action, due_at=None, data={})
        for turn, action, sentence in _NONE_LEFT[state]
    ]


def _once_judged(known: _Known, state: State) -> list[Step]:
    """Return what follows from what was found in the eBoxes: a check that failed leads to a rejection.

    Whoever was wrong about it corrects it, with a remark; nothing proposes that.
    """
    if state != S.TESTED:
        return []
    failed = known.tally.failed
    if failed:
        action = A.REJECT
    elif guards.all_passed(known.broadcast, known.tally):
        action = A.APPROVE
    else:
        return []
    data = {"failed": failed} if failed else {}
    due_at = known.broadcast.agreed_at
    return [Step(turn=(Role.REQUESTER,), sentence=_JUDGED[action], action=action, due_at=due_at, data=data)]


def _beside(known: _Known) -> list[Step]:
    """Return what must happen at some time before the launch, whatever the state."""
    broadcast, steps = known.broadcast, []
    if broadcast.reconfirmed_at is None:
        steps.append(_step_beside(A.RECONFIRM, Role.REQUESTER, known.due_at(Lateness.RECONFIRMATION)))
    steps += [
        _step_beside(A.WAIVE, Role.INTEGRATION, broadcast.agreed_at, what=str(term.what)) for term in known.missed
    ]
    if broadcast.contact_centre_warned_at is None and broadcast.production_run is not None:
        steps.append(_step_beside(A.WARN, Role.INTEGRATION, broadcast.agreed_at))
    return steps


def _step_beside(action: Action, role: Role, due_at: datetime | None, **data: object) -> Step:
    return Step(turn=(role,), sentence=_BESIDE[action], action=action, due_at=due_at, data=data)


def _due(known: _Known, state: State) -> datetime | None:
    if state in (S.SCHEDULED, S.REJECTED):
        return known.due_at(Lateness.ACCEPTANCE)
    if state in DATED:
        return known.broadcast.agreed_at
    return None


def _undecided(said: Sequence[Said]) -> tuple[Role, ...]:
    accepted = {one.side for one in said if one.outcome == Outcome.ACCEPTED and max(one.dates) >= clock.today()}
    roles = {Side.VALIDATOR: Role.VALIDATOR, Side.OPERATOR: Role.INTEGRATION}
    open_sides = [role for side, role in roles.items() if side not in accepted]
    return tuple(open_sides) or tuple(roles.values())


_LATE = {
    Lateness.RECONFIRMATION: N_("the reconfirmation was due by {due}"),
    Lateness.ACCEPTANCE: N_("the files for acceptance were due by {due}"),
}
