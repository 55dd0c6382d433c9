"""Who runs this command.

With the procedure off it is the system's user, who may do everything. With it on: the holder of a personal token; on a
demo or test installation also whoever `--as` names.
"""

from __future__ import annotations

import getpass
import socket
from contextvars import ContextVar
from dataclasses import replace

from django.conf import settings

from eboxcast.cli.commands import ANYBODY, asks_for
from eboxcast.cli.shell import console
from eboxcast.cli.shell.private import read_token
from eboxcast.database import installation
from eboxcast.lib.actors import ALL_ROLES, Actor, NotYourRole, Role
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.policy import is_known, rule_of
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.senders.people import actor_named, somebody_looks_after_people
from eboxcast.senders.people_tokens import actor_of_token


class NobodySaid(NotAllowedNow):
    """With the procedure on, somebody must act, and nobody said who."""

    code = "acting.nobody"
    sentence = N_("You are not identified. While the procedure is on, you must be.")
    remedy = N_("Ask the integration team for a token, then run: eboxcast login")


class NobodyYet(NobodySaid):
    """With the procedure on there is nobody yet who could give a token to anybody."""

    code = "acting.nobody-yet"
    sentence = N_("The procedure is on, but no one has been given access yet.")
    remedy = N_(
        'Add yourself first: eboxcast person add NAME --role integration --full-name "…" --language en. '
        "To use only the engine instead: eboxcast migrate --procedure off"
    )


class ActingByName(NotAllowedNow):
    """Acting by name, without a token, would let anybody be anybody."""

    code = "acting.by-name"
    sentence = N_("You cannot act as {name} by name: this is not a demo installation.")
    remedy = N_(
        "Use a personal token: eboxcast login. `--as` works only where the first `eboxcast migrate` "
        "created a demo installation."
    )


class NobodyNamed(NotAllowedNow):
    """With the procedure off there are no people to act as."""

    code = "acting.procedure-off"
    sentence = N_("You cannot act as {name}: the procedure is off, so the system user does everything.")
    remedy = N_("Leave out --as, or switch the procedure on: eboxcast migrate --procedure on")


_named: ContextVar[str] = ContextVar("named", default="")

_FOUNDING = N_(
    "No one in the integration team can act on this installation yet, so this is done by the system user {name}."
)


def actor() -> Actor:
    """Return who acts. Raises NobodySaid, and what is wrong with a token or a name."""
    if _named.get():
        return _by_name(_named.get())
    if not installation.procedure_is_on():
        return _system_user(ALL_ROLES)
    token = token_in_use()
    if not token:
        raise NobodyYet if installation.is_real() and not somebody_looks_after_people() else NobodySaid
    return actor_of_token(token)


def named() -> str:
    """Return whom `--as` names; nobody where it was not given."""
    return _named.get()


def whoever() -> Actor:
    """Return who is at the machine, for what needs no role: by the name of `--as`, else the system's user's."""
    user = _system_user(frozenset())
    return replace(user, name=_named.get() or user.name)


def act_as(name: str, *, at_once: bool = True) -> None:
    """Have this command be done by somebody named; refused ``at_once`` where nobody can, else when it asks who acts."""
    _named.set(name)
    if name and at_once:
        _by_name(name)


def caretaker() -> Actor:
    """Return who looks after people: somebody of the integration team; the system's user while there is none."""
    if _founding():
        founder = _system_user(frozenset())
        console.line(translate(_FOUNDING, language_of_user(), {"name": founder.name}))
        return founder
    return actor()


def refuse_others(name: str, below: str = "") -> None:
    """Raise NotYourRole for whom a command is not, or why nobody is known to act."""
    roles = who_may(name, below)
    if roles is not None and not (_may_found(name, below) and _founding()):
        who = actor()
        if not who.has(*roles):
            raise NotYourRole(name=who.name, asked=f"{name} {below}".strip(), roles=", ".join(sorted(roles)))


def who_may(name: str, below: str = "") -> frozenset[Role] | None:
    """Return the roles that may run a command, with the procedure on; None: anybody."""
    asked = asks_for(name, below)
    return None if asked == ANYBODY else frozenset().union(*map(_roles_for, asked or ()))


def token_in_use() -> str:
    """Return the token of the environment of this process, else the one `login` kept, else nothing."""
    return settings.EBOXCAST_TOKEN or read_token()


def _may_found(name: str, below: str) -> bool:
    """Return whether the user of the system may run it while nobody can who looks after people."""
    return any(is_known(permission) and rule_of(permission).founding for permission in asks_for(name, below) or ())


def _roles_for(permission: str) -> frozenset[Role]:
    if is_known(permission):
        return rule_of(permission).roles
    from eboxcast.broadcasts.states import roles_for  # the procedure, which only commands on broadcasts wait for

    return roles_for(permission)


def _founding() -> bool:
    return not _named.get() and installation.procedure_is_on() and not somebody_looks_after_people()


def _by_name(name: str) -> Actor:
    if installation.is_real():
        raise ActingByName(name=name)
    if not installation.procedure_is_on():
        raise NobodyNamed(name=name)
    return actor_named(name)


def _system_user(roles: frozenset[Role]) -> Actor:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return Actor(name=f"{user}@{socket.gethostname()}", roles=roles, language=language_of_user(), is_system_user=True)
