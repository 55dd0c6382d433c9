"""Who acts, and as what: the roles, and a person as actions and the audit see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.translation import N_


class Role(StrEnum):
    """What somebody may do. The role is the same everywhere: commands, pages, mails."""

    REQUESTER = "requester"
    """Of an institution: asks for broadcasts, delivers files, looks at acceptance."""
    CONFIRMER = "confirmer"
    """Of an institution: gives the GO."""
    INTEGRATION = "integration"
    """Of the operator: validates, plans, follows up, looks after people and message types."""
    LAUNCH = "launch"
    """Of the operator: prepares, launches, stops, takes back."""
    CONTACT_CENTRE = "contact-centre"
    """Of the operator: answers those who call."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    VALIDATOR = "validator"
    """Of BCSS: accepts or refuses at business level."""


INSTITUTION_ROLES = frozenset({Role.REQUESTER, Role.CONFIRMER})
OPERATOR_ROLES = frozenset({Role.INTEGRATION, Role.LAUNCH, Role.CONTACT_CENTRE, Role.AUDITOR})
VALIDATOR_ROLES = frozenset({Role.VALIDATOR})
ALL_ROLES = frozenset(Role)


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, as every action that people cause takes them."""

    name: str
    """Their login: what the audit writes as ``by``."""
    roles: frozenset[Role]
    institution: str = ""
    """The CBE number of their institution; empty for the operator's and the validator's people."""
    language: str = "en"
    service: bool = False
    is_system_user: bool = False
    """Whether it is the user of the operating system, who holds the passwords of the databases."""
    is_steward: bool = False
    """Whether the procedure goes on by itself; it has no role, and may do what the tables say ``by_itself``."""

    def has(self, *roles: Role) -> bool:
        """Return whether this actor has one of these roles."""
        return not self.roles.isdisjoint(roles)

    def sees(self, institution: str) -> bool:
        """Return whether what is an institution's exists for this actor: people of an institution see their own."""
        return not self.institution or self.institution == institution

    def as_steward(self) -> Actor:
        """Return the procedure as it goes on from a step this actor was allowed; the audit keeps the actor's name."""
        return replace(self, roles=frozenset(), is_system_user=False, is_steward=True)


STEWARD = Actor(name="eboxcast", roles=frozenset(), is_steward=True)
"""Who acts when the procedure leads itself."""


class NotYourRole(NotAllowedNow):
    """Somebody else may do this."""

    code = "people.not-your-role"
    sentence = N_("{name} does not have permission for this ({asked}). Roles that do: {roles}.")
    remedy = N_("Ask someone with one of these roles. The integration team can tell you who has them.")
