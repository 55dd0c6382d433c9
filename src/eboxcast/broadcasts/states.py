"""The life of a broadcast as one table: from which state, who may do what, under which guards, and where it leads.

``target`` is empty where the state stays, or where ``Broadcast.reached`` says how far it had come. ``roles`` is empty
where only the steward acts, who has no judgement of his own: he notes what happened, reminds, and keeps the terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from eboxcast.broadcasts import guards
from eboxcast.broadcasts.errors import NotReady
from eboxcast.broadcasts.guards import Guard
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.translation import N_

S = State


class Action(StrEnum):
    """What can be done with a broadcast, as people say it."""

    ACCEPT = N_("accepting the date")
    POSTPONE = N_("postponing")
    REFUSE = N_("refusing")
    AGREE = N_("agreeing to a proposed date")
    WANT = N_("requesting other dates")
    CANCEL = N_("cancelling")
    RECONFIRM = N_("reconfirming the date")
    WAIVE = N_("waiving a missed deadline")
    DELIVER_ACCEPTANCE = N_("delivering files for acceptance")
    DELIVER_PRODUCTION = N_("delivering files for production")
    WITHDRAW_FILES = N_("withdrawing files")
    TEST = N_("running the test in acceptance")
    NAME_TESTERS = N_("naming the testers")
    JUDGE = N_("recording a test result")
    APPROVE = N_("approving the test")
    REJECT = N_("rejecting the test")
    GIVE_GO = N_("giving the GO")
    WITHDRAW_GO = N_("withdrawing the GO")
    SET_CONTACT = N_("changing the follow-up sheet")
    WARN = N_("warning the contact centre")
    ARM = N_("arming the launch")
    DISARM = N_("disarming the launch")
    LAUNCH = N_("launching")
    MISS = N_("missing the window")
    FALL_BACK = N_("returning to the state before the launch")
    LOSE_RUN = N_("losing the prepared files")
    FINISH = N_("being published")
    RECALL = N_("being recalled")
    REPORT = N_("reporting")
    TELL_STATISTICS = N_("sending the reading figures")
    CLOSE = N_("closing")


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table."""

    action: Action
    sources: frozenset[State]
    target: State | None
    roles: tuple[Role, ...]
    guards: tuple[Guard, ...] = ()
    entry: str
    """The name of the audit entry it leaves."""
    by_itself: bool = False
    """Whether the steward may do it too."""


UNDATED = frozenset({S.REQUESTED, S.POSTPONED, S.MISSED})
IN_ACCEPTANCE = frozenset({S.SCHEDULED, S.ACCEPTANCE_DELIVERED, S.TESTED, S.APPROVED, S.REJECTED})
DATED = IN_ACCEPTANCE | {S.PRODUCTION_DELIVERED, S.CONFIRMED, S.ARMED}
BEFORE_LAUNCH = UNDATED | DATED
ENDED = frozenset({S.REFUSED, S.CANCELLED, S.CLOSED})

TO_CONFIRM: tuple[Guard, ...] = (
    guards.type_in_production,
    guards.prepared,
    guards.reconfirmed,
    guards.acceptance_in_time,
)
TO_ARM: tuple[Guard, ...] = (
    *TO_CONFIRM,
    guards.go_holds,
    guards.other_person,
    guards.contacts_complete,
    guards.contact_centre_warned,
    guards.no_blackout,
)
TO_LAUNCH: tuple[Guard, ...] = (*TO_ARM, guards.in_window)

_DECIDERS = (Role.VALIDATOR, Role.INTEGRATION)
_REQUESTER = (Role.REQUESTER,)
_CONFIRMER = (Role.CONFIRMER,)
_INTEGRATION = (Role.INTEGRATION,)
_LAUNCH = (Role.LAUNCH,)


def _row(
    action: Action,
    sources: frozenset[State] | set[State],
    target: State | None,
    roles: tuple[Role, ...],
    entry: str,
    *,
    needs: tuple[Guard, ...] = (),
    by_itself: bool = False,
) -> Transition:
    return Transition(
        action=action,
        sources=frozenset(sources),
        target=target,
        roles=roles,
        guards=needs,
        entry=f"broadcast.{entry}",
        by_itself=by_itself or not roles,
    )


TABLE = (
    # The date
    _row(Action.ACCEPT, {S.REQUESTED}, None, _DECIDERS, "accepted"),
    _row(Action.POSTPONE, BEFORE_LAUNCH, S.POSTPONED, _DECIDERS, "postponed"),
    _row(Action.REFUSE, BEFORE_LAUNCH, S.REFUSED, _DECIDERS, "refused"),
    _row(Action.AGREE, {S.POSTPONED}, S.REQUESTED, _REQUESTER, "date_agreed"),
    _row(Action.WANT, BEFORE_LAUNCH, S.REQUESTED, _REQUESTER, "date_wanted"),
    _row(Action.CANCEL, BEFORE_LAUNCH, S.CANCELLED, _REQUESTER, "cancelled"),
    _row(Action.RECONFIRM, DATED, None, _REQUESTER, "reconfirmed"),
    _row(Action.WAIVE, DATED, None, _INTEGRATION, "waived"),
    _row(Action.MISS, DATED, S.MISSED, (), "window_missed"),
    # Acceptance
    _row(Action.DELIVER_ACCEPTANCE, DATED - {S.ARMED}, S.ACCEPTANCE_DELIVERED, _REQUESTER, "files_delivered"),
    _row(Action.TEST, {S.ACCEPTANCE_DELIVERED}, S.TESTED, (Role.INTEGRATION, Role.LAUNCH), "tested"),
    _row(Action.NAME_TESTERS, BEFORE_LAUNCH, None, _REQUESTER, "testers_named"),
    _row(Action.JUDGE, {S.TESTED}, None, (Role.REQUESTER, Role.CONFIRMER), "judged", needs=(guards.is_tester,)),
    _row(Action.APPROVE, {S.TESTED}, S.APPROVED, _REQUESTER, "approved", needs=(guards.verdict_complete,)),
    _row(Action.REJECT, {S.TESTED, S.APPROVED}, S.REJECTED, _REQUESTER, "rejected"),
    # Production
    _row(
        Action.DELIVER_PRODUCTION,
        {S.APPROVED, S.PRODUCTION_DELIVERED, S.CONFIRMED},
        S.PRODUCTION_DELIVERED,
        _REQUESTER,
        "files_delivered",
        needs=(guards.type_in_production,),
    ),
    _row(Action.WITHDRAW_FILES, {S.ACCEPTANCE_DELIVERED}, S.SCHEDULED, _REQUESTER, "files_withdrawn"),
    _row(Action.WITHDRAW_FILES, {S.PRODUCTION_DELIVERED, S.CONFIRMED}, S.APPROVED, _REQUESTER, "files_withdrawn"),
    _row(Action.LOSE_RUN, {S.ACCEPTANCE_DELIVERED}, S.SCHEDULED, (), "run_lost"),
    _row(Action.LOSE_RUN, {S.PRODUCTION_DELIVERED, S.CONFIRMED, S.ARMED, S.LAUNCHED}, S.APPROVED, (), "run_lost"),
    _row(Action.GIVE_GO, {S.PRODUCTION_DELIVERED}, S.CONFIRMED, _CONFIRMER, "go_given", needs=TO_CONFIRM),
    _row(Action.WITHDRAW_GO, {S.CONFIRMED, S.ARMED}, S.PRODUCTION_DELIVERED, _CONFIRMER, "go_withdrawn"),
    # Everybody who is needed
    _row(Action.SET_CONTACT, BEFORE_LAUNCH, None, (Role.INTEGRATION, Role.REQUESTER), "contacts_set"),
    _row(
        Action.WARN,
        DATED,
        None,
        _INTEGRATION,
        "contact_centre_warned",
        needs=(guards.contact_centre_reachable,),
        by_itself=True,
    ),
    # The evening
    _row(Action.ARM, {S.CONFIRMED}, S.ARMED, _LAUNCH, "armed", needs=TO_ARM),
    _row(Action.DISARM, {S.ARMED}, S.CONFIRMED, _LAUNCH, "disarmed", by_itself=True),
    _row(Action.LAUNCH, {S.CONFIRMED}, S.LAUNCHED, _LAUNCH, "launched", needs=TO_LAUNCH),
    _row(Action.LAUNCH, {S.ARMED}, S.LAUNCHED, _LAUNCH, "launched", needs=TO_LAUNCH, by_itself=True),
    _row(Action.FALL_BACK, {S.LAUNCHED}, S.CONFIRMED, (), "launch_ended"),
    _row(Action.FINISH, {S.LAUNCHED, S.CONFIRMED, S.ARMED}, S.PUBLISHED, (), "published"),
    # After it
    _row(Action.RECALL, {S.PUBLISHED, S.REPORTED}, S.RECALLED, (), "recalled"),
    _row(Action.REPORT, {S.PUBLISHED, S.RECALLED}, S.REPORTED, _INTEGRATION, "reported", by_itself=True),
    _row(Action.TELL_STATISTICS, {S.REPORTED}, None, _INTEGRATION, "statistics", by_itself=True),
    _row(Action.CLOSE, {S.REPORTED}, S.CLOSED, _INTEGRATION, "closed", by_itself=True),
)  # fmt: skip


def _by_source() -> Mapping[tuple[State, Action], Transition]:
    rows = {}
    for row in TABLE:
        for source in row.sources:
            assert (source, row.action) not in rows, (source, row.action)  # noqa: S101 - a table that says two things
            rows[source, row.action] = row
    return MappingProxyType(rows)


TRANSITIONS = _by_source()
"""The one row for an action in a state; none where it is not possible."""


def permission_of(action: Action) -> str:
    """Return the name of what an action needs, as in lib/policy.py."""
    return f"broadcast.{action.name.lower()}"


def roles_for(permission: str) -> frozenset[Role]:
    """Return who may take a step in some state, by the name of what it needs; the steward aside."""
    return frozenset(role for row in TABLE if permission_of(row.action) == permission for role in row.roles)


def possible(state: State) -> tuple[Transition, ...]:
    """Return what can be done in a state."""
    return tuple(row for (source, _), row in TRANSITIONS.items() if source == state)


def missing_for(broadcast: Broadcast, action: Action, *, actor: Actor) -> NotReady | None:
    """Return all that is missing before an action, whoever can mend it; none when it may go on."""
    row = TRANSITIONS.get((State(broadcast.state), action))
    parts = tuple(found for guard in (row.guards if row else ()) if (found := guard(broadcast, actor)) is not None)
    return NotReady(parts, broadcast=broadcast.number, asked=str(action)) if parts else None
