"""Who may do what: the one table, below every door. Each action asks it for whoever acts, before anything else.

The steps of a broadcast depend on its state, and of who acts beside it: their rows are in ``broadcasts/states.py``,
under the same names (``broadcast.accept``). With the procedure off the user of the system has every role, so that the
table counts there too. Whose a thing is, is asked where it is found: people of an institution find only their own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eboxcast.lib.actors import ALL_ROLES, INSTITUTION_ROLES, OPERATOR_ROLES, Actor, NotYourRole, Role
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
    founding: bool
    """Whether the user of the system may do it while nobody can who looks after people (``senders/people.py``)."""


def _may(
    permission: str,
    roles: Collection[Role] = (),
    *,
    by_itself: bool = False,
    at_the_machine: bool = False,
    founding: bool = False,
) -> Rule:
    return Rule(
        permission=permission,
        roles=frozenset(roles),
        by_itself=by_itself,
        at_the_machine=at_the_machine,
        founding=founding,
    )


_EVERYBODY = ALL_ROLES
"""Whoever has a part in the procedure; what they see of it is their own."""
_OPERATOR = OPERATOR_ROLES
_INTEGRATION = (Role.INTEGRATION,)
_LAUNCH = (Role.LAUNCH,)
_AUDITOR = (Role.AUDITOR,)
_VALIDATOR = (Role.VALIDATOR,)
_DECIDING = (Role.VALIDATOR, Role.INTEGRATION)
_REQUESTER = (Role.REQUESTER,)
_ASKING = (Role.REQUESTER, Role.INTEGRATION)
"""People of an institution for their own; the integration team for any, also for one that nobody knows yet."""
_PREPARING = (Role.INTEGRATION, Role.LAUNCH)
"""Who publishes in acceptance; production asks for a broadcast as well."""
_REPORTED = _OPERATOR | INSTITUTION_ROLES
"""People of an institution for their own runs."""
_TESTING = (Role.REQUESTER, Role.CONFIRMER)
"""Who may look at a test: requesters, and of the others whoever is named for it (``broadcasts/guards.py``)."""

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
    # What became of a run
    _may("report.see", _REPORTED, by_itself=True),
    _may("report.paper_list", _REPORTED),
    _may("report.rejected_rows", _REPORTED),
    _may("report.receipt", _REPORTED),
    _may("report.absence", _INTEGRATION),
    _may("report.verify", _OPERATOR),
    _may("report.salt", _OPERATOR),
    # Broadcasts, beside the steps of ``broadcasts/states.py``
    _may("broadcast.request", _REQUESTER),
    _may("broadcast.see", _EVERYBODY),
    _may("broadcast.proofs", (*_PREPARING, *_TESTING), by_itself=True),
    _may("broadcast.look", (*_PREPARING, *_TESTING)),
    _may("broadcast.see_files", (*_PREPARING, *_TESTING)),
    _may("broadcast.preview", _EVERYBODY),
    _may("broadcast.note", ALL_ROLES - {Role.AUDITOR}),
    _may("calls.see", _OPERATOR),
    _may("procedure.lead", _LAUNCH),
    _may("exchange.collect", _PREPARING, by_itself=True),
    _may("exchange.transfer", _REQUESTER),
    _may("sftp_key.see", _PREPARING),
    _may("sftp_key.add", _INTEGRATION),
    _may("sftp_key.end", _PREPARING),
    _may("signer.see", _PREPARING),
    _may("signer.add", _INTEGRATION),
    _may("signer.end", _INTEGRATION),
    # Whom to call
    _may("contacts.see", _EVERYBODY),
    _may("contacts.set", _ASKING),
    _may("contacts.set_team", _INTEGRATION),
    # Message types
    _may("type.see", _EVERYBODY),
    _may("type.request", _ASKING),
    _may("type.validate", _VALIDATOR),
    _may("type.accept", _INTEGRATION),
    _may("type.refuse", _DECIDING),
    _may("type.withdraw", _ASKING),
    _may("type.configure", _INTEGRATION),
    _may("type.load", _INTEGRATION),
    # People
    _may("person.add", _INTEGRATION, founding=True),
    _may("person.change", _INTEGRATION, founding=True),
    _may("person.deactivate", _INTEGRATION),
    _may("person.see", _OPERATOR, founding=True),
    _may("person.prefer", _EVERYBODY),
    _may("person.load", _INTEGRATION, founding=True),
    _may("token.make", _INTEGRATION, founding=True),
    _may("token.see", _INTEGRATION),
    _may("token.revoke", _INTEGRATION),
    _may("account.invite", _INTEGRATION, founding=True),
    _may("account.keep", _EVERYBODY),
    _may("account.reset_factor", _INTEGRATION, founding=True),
    # The calendar
    _may("calendar.see", _EVERYBODY),
    _may("calendar.close", _ASKING),
    _may("calendar.open", _ASKING),
    _may("calendar.blackout", _INTEGRATION),
    _may("calendar.lift", _INTEGRATION),
    # Mails
    _may("notice.see", _INTEGRATION),
    _may("notice.retry", _INTEGRATION),
    _may("notice.take_in", _LAUNCH),
    _may("alarm.see", _PREPARING),
    _may("alarm.configure", _INTEGRATION),
    # The audit
    _may("audit.see", (Role.AUDITOR, Role.INTEGRATION)),
    _may("audit.verify", _AUDITOR),
    _may("audit.anchor", _AUDITOR),
    _may("audit.find", _AUDITOR),
    _may("audit.dossier", _AUDITOR),
    _may("audit.drop", _PREPARING),
    # Signing
    _may("key.see", _EVERYBODY),
    _may("key.make", _LAUNCH),
    _may("key.revoke", _LAUNCH),
    # The installation
    _may("installation.examine", _OPERATOR),
    _may("metrics.see", _OPERATOR),
    _may("clock.move", at_the_machine=True),
    _may("installation.switch", at_the_machine=True),
)

_RULES = {rule.permission: rule for rule in TABLE}


def authorize(actor: Actor, permission: str, *, asked: str = "") -> None:
    """Raise NotYourRole unless the table lets the actor do this; ``asked`` is how people say it, where they do."""
    if not permits(actor, permission):
        roles = ", ".join(sorted(rule_of(permission).roles))
        raise NotYourRole(name=actor.name, asked=asked or permission, roles=roles)


def permits(actor: Actor, permission: str) -> bool:
    """Return whether the table lets the actor do this: for what is offered, never instead of ``authorize``."""
    rule = rule_of(permission)
    return (
        actor.has(*rule.roles)
        or (rule.by_itself and actor.is_steward)
        or (rule.at_the_machine and actor.is_system_user)
    )


def is_known(permission: str) -> bool:
    """Return whether a permission is in this table, not in that of the steps of a broadcast."""
    return permission in _RULES


def rule_of(permission: str) -> Rule:
    """Return the row of a permission."""
    if permission not in _RULES:
        raise Defect(check=f"no row in lib/policy.py for {permission}")
    return _RULES[permission]
