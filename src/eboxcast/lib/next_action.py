"""What can be done next, as data: a door makes a command, a link or a member of an answer of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class NextAction:
    """One thing that can be done next."""

    action: str
    """Its name in the table of who may do what (``lib/policy.py``), such as ``run.stop``; whoever shows it may ask
    that table whether the reader may do it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What is known of it already, as texts; moments in ISO 8601. Empty: its reader has to choose. What people have
    to give of themselves, such as a reason, is not here."""
