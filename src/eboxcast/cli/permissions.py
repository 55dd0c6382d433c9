"""Who may run which command: its permissions, and what the rules say of them."""

from __future__ import annotations

from eboxcast.cli.commands import ANYBODY, asks_for
from eboxcast.lib.actors import Role
from eboxcast.lib.policy import is_known, rule_of


def who_may(name: str, below: str = "") -> frozenset[Role] | None:
    """Return the roles that may run a command, with the procedure on; None: anybody."""
    asked = asks_for(name, below)
    return None if asked == ANYBODY else frozenset().union(*map(_roles_for, asked or ()))


def may_found(name: str, below: str) -> bool:
    """Return whether the user of the system may run it while nobody can who looks after people."""
    return any(is_known(permission) and rule_of(permission).founding for permission in asks_for(name, below) or ())


def _roles_for(permission: str) -> frozenset[Role]:
    if is_known(permission):
        return rule_of(permission).roles
    from eboxcast.broadcasts.states import roles_for  # reads the models, which only commands on broadcasts wait for

    return roles_for(permission)
