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

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting_errors import ActingByName, NobodyNamed, NobodySaid, NobodyYet
from eboxcast.cli.shell.token_file import read_token
from eboxcast.database import installation
from eboxcast.lib.actors import ALL_ROLES, Actor, NotYourRole, Role
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.senders.people import actor_named, somebody_looks_after_people
from eboxcast.senders.people_tokens import actor_of_token

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


def refuse_unless(roles: frozenset[Role] | None, *, asked: str, founding: bool) -> None:
    """Raise NotYourRole, or why nobody is known to act; ``founding`` lets the system's user begin."""
    if roles is not None and not (founding and _founding()):
        who = actor()
        if not who.has(*roles):
            raise NotYourRole(name=who.name, asked=asked, roles=", ".join(sorted(roles)))


def token_in_use() -> str:
    """Return the token of the environment of this process, else the one `login` kept, else nothing."""
    return settings.EBOXCAST_TOKEN or read_token()


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
