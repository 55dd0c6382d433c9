"""Somebody to act where a test asks for nobody in particular."""

from __future__ import annotations

from eboxcast.lib.actors import ALL_ROLES, Actor


def master(name: str) -> Actor:
    """Return somebody with every role, as the user of the system has with the procedure off."""
    return Actor(name=name, roles=ALL_ROLES, is_system_user=True)
