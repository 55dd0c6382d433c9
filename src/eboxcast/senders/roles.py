"""Who may act, and as what: the roles, and a person as actions and the audit see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """Somebody who acts, as every action of the procedure takes them."""

    name: str
    """Their login: what the audit writes as ``by``."""
    roles: frozenset[Role]
    institution: str = ""
    """The CBE number of their institution; empty for the operator's and the validator's people."""
    language: str = "en"
    service: bool = False

    def has(self, *roles: Role) -> bool:
        """Return whether this actor has one of these roles."""
        return not self.roles.isdisjoint(roles)
