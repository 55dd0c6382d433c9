"""A run while it goes: where it stands, how the sending went, what people did with it, and what may be decided now."""

from __future__ import annotations

from datetime import datetime

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.checklist import Checklist
from eboxcast.presenters.schemas.run import RunStatus


class CurvePoint(Schema):
    """How far the sending was at a moment."""

    seconds: int
    """seconds since the first batch was done"""
    tried: int
    """recipients until then"""
    per_second: int
    """recipients per second since the point before"""


class LogLine(Schema):
    """Something that happened to a run, or to the launch of its broadcast."""

    at: datetime
    """when"""
    by: str
    """by whom: a login"""
    sentence: str
    """what, in the language of the reader"""
    reason: str
    """why, in the words of whoever did it; empty for none"""


class Decision(Schema):
    """Something that can be decided about a run, and what follows from it."""

    action: str
    """its name, such as `run.stop`"""
    label: str
    """what it is called, in the language of the reader"""
    consequences: tuple[str, ...]
    """what follows from it, in the language of the reader"""
    final: bool
    """whether it cannot be undone"""
    halting: bool
    """whether it ends something that is going on"""


class LiveRun(Schema):
    """A run while it goes."""

    status: RunStatus
    """where it stands"""
    percent: int | None
    """how much of it is done; `null` where nothing is being sent"""
    curve: tuple[CurvePoint, ...]
    """how the sending went; empty where nothing was sent in calls"""
    log: tuple[LogLine, ...]
    """what happened, newest first"""
    decisions: tuple[Decision, ...]
    """what the reader may decide now, the most likely first"""
    checklist: Checklist | None
    """what must be so before the launch of its broadcast; `null` once it has begun, and where it is of none"""
    at: datetime
    """when all this was so"""
    look_again: int | None
    """in how many seconds it makes sense to look again; `null` once nothing changes any more"""
