"""What people may call about, as it is shown to whoever answers them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema

CallState = Literal["coming", "visible", "expired", "recalled", "over"]


class CallShown(Schema):
    """One broadcast that people may call about."""

    number: str
    """its number"""
    language: str
    """the language of its document"""
    state: CallState
    """whether it can be seen: not yet, now, or not any more"""
    agreed_at: datetime | None
    """from when it will be visible"""
    visible_at: datetime | None
    """since when it is, or was"""
    until: datetime | None
    """when it expires"""
    recipients: int
    """how many receive it: as prepared, else as expected"""
    prepared: bool
    """whether that is known from the files"""
    first_time: int | None
    """how many of them never opened their eBox; `null` while that is not known"""
    has_document: bool
    """whether its document has been delivered"""


class CallGroup(Schema):
    """Broadcasts of one campaign that people see as one letter, in their languages."""

    subject: str
    """what it is about"""
    institution_names: Mapping[str, str]
    """who sends it, by language"""
    campaign: str
    """the campaign; empty for none"""
    state: CallState
    """as of each of them"""
    moment: datetime | None
    """when it becomes visible, or became"""
    until: datetime | None
    """when it expires"""
    recipients: int
    """how many receive it, in all languages"""
    first_time: int | None
    """how many never opened their eBox; `null` where that is not known for all"""
    calls: tuple[CallShown, ...]
    """one for each language"""


class CallList(Schema):
    """Everything that people may call about."""

    coming: tuple[CallGroup, ...]
    """the next first"""
    visible: tuple[CallGroup, ...]
    """the newest first; also what was recalled or has expired"""


class Answer(Schema):
    """What callers ask, and what to answer."""

    question: str
    """in the words of who calls"""
    answer: str
    """what is true of this broadcast"""
