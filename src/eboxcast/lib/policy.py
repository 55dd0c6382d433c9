"""Who may do what: the one table, below every door. Each action asks it for whoever acts, before anything else.

The steps of a broadcast depend on its state, and of who acts beside it: their rows are in ``broadcasts/states.py``,
under the same names (``broadcast.accept``). With the procedure off the user of the system has every role, so that the
table counts there too. Whose a thing is, is asked where it is found: people of an institution find only their own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eboxcast.lib.actors import OPERATOR_ROLES, Actor, NotYourRole, Role
from eboxcast.lib.errors import Defect


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table."""

    permission: str
    """What is done to what, such as ``run.stop``: the name that doors, documents and proposed next actions use too."""
    roles: frozenset[Role]
    by_itself: bool
    """Whether the steward may do it too: what follows by itself from a step that somebody was allowed."""
    at_the_machine: bool
    """Whether the user of the system may do it, role or not: who holds the passwords of the databases."""


def _may(
    permission: str, roles: Collection[Role] = (), *, by_itself: bool = False, at_the_machine: bool = False
) -> Rule:
    return Rule(permission=permission, roles=frozenset(roles), by_itself=by_itself, at_the_machine=at_the_machine)


_OPERATOR = OPERATOR_ROLES
_LAUNCH = (Role.LAUNCH,)
_PREPARING = (Role.INTEGRATION, Role.LAUNCH)
"""Who publishes in acceptance; production asks for a broadcast as well."""

TABLE = (
    # Runs
    _may("run.see", _OPERATOR),
    _may("run.rehearse", _OPERATOR),
    _may("run.prepare", _PREPARING, by_itself=True),
    _may("run.launch", _PREPARING, by_itself=True),
    _may("run.stop", _LAUNCH, by_itself=True),
    _may("run.pause", _LAUNCH, by_itself=True),
    _may("run.resume", _LAUNCH, by_itself=True),
    _may("run.pace", _LAUNCH),
    _may("run.resolve", _LAUNCH),
    _may("run.close", _LAUNCH),
    _may("run.discard", _LAUNCH, by_itself=True),
    _may("run.retry", _LAUNCH),
    _may("run.recall", _LAUNCH, by_itself=True),
    _may("run.repair", _LAUNCH),
    _may("run.work", _LAUNCH),
    # Personal data
    _may("data.expire", _LAUNCH, by_itself=True),
    _may("ebox.look", _OPERATOR),
    _may("ebox.load", _PREPARING),
    # The installation
    _may("installation.switch", at_the_machine=True),
)

_RULES = {rule.permission: rule for rule in TABLE}


def authorize(actor: Actor, permission: str) -> None:
    """Raise NotYourRole unless the table lets the actor do this."""
    rule = rule_of(permission)
    if not (
        actor.has(*rule.roles)
        or (rule.by_itself and actor.is_steward)
        or (rule.at_the_machine and actor.is_system_user)
    ):
        raise NotYourRole(name=actor.name, asked=permission, roles=", ".join(sorted(rule.roles)))


def rule_of(permission: str) -> Rule:
    """Return the row of a permission."""
    if permission not in _RULES:
        raise Defect(check=f"no row in lib/policy.py for {permission}")
    return _RULES[permission]
