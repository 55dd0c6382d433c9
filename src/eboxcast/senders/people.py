"""People and what they may do. Changing them is for the integration team."""

from __future__ import annotations

from eboxcast.senders.roles import ALL_ROLES, INSTITUTION_ROLES, OPERATOR_ROLES, VALIDATOR_ROLES, Actor, Role

__all__ = ["ALL_ROLES", "INSTITUTION_ROLES", "OPERATOR_ROLES", "VALIDATOR_ROLES", "Actor", "Role"]
