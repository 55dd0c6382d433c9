"""The launch console: the broadcasts of tonight and those to come, each with what must be so before its launch."""

from __future__ import annotations

from datetime import date, datetime

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.checklist import Checklist
from eboxcast.presenters.schemas.live import Decision
from eboxcast.presenters.schemas.run import ListedRun


class Evening(Schema):
    """A broadcast on the console."""

    number: str
    """its number"""
    subject: str
    """its subject"""
    language: str
    """the language of its document"""
    state: str
    """its state"""
    date: date | None
    """its date"""
    agreed_at: datetime | None
    """when it may become visible"""
    window_ends_at: datetime | None
    """when its window ends"""
    recipients: int | None
    """how many recipients; the expected number until the files are prepared"""
    launched: bool
    """whether its launch has begun: then there is a run to follow"""
    percent: int | None
    """how much of it was sent; `null` where nothing is being sent"""
    checklist: Checklist | None
    """what must be so before its launch; `null` once it has begun"""
    decisions: tuple[Decision, ...]
    """what the reader may decide about its launch"""


class Console(Schema):
    """What the launch team looks at."""

    tonight: tuple[Evening, ...]
    """the broadcasts of today, and those whose launch has not ended"""
    coming: tuple[Evening, ...]
    """the first of those to come"""
    more: int
    """how many more are to come in these days"""
    runs: tuple[ListedRun, ...]
    """other runs that are being sent, or wait for a decision"""
    at: datetime
    """when all this was so"""
    look_again: int
    """in how many seconds it makes sense to look again"""
