"""The life of a broadcast as a line of milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class Milestone(Schema):
    """Something that happens once on the way from the request to the end."""

    name: str
    """in words, in the language of the user"""
    is_: Literal["done", "now", "late", "later"]
    """whether it happened, comes next, is late, or comes later"""
    at: datetime | None
    """when it happened; `null` while it has not"""
    due_at: datetime | None
    """by when it must; `null` for no deadline"""


class Life(Schema):
    """The milestones of a broadcast, in their order."""

    milestones: tuple[Milestone, ...]
    """each milestone"""
