"""What an eBox shows. The number of its owner is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class MessageShown:
    """A message as its recipient sees it."""

    run: str
    """the number of the run that published it"""
    title: str
    language: str
    institution: str
    """by CBE number"""
    institution_names: Mapping[str, str]
    """by language"""
    application: str
    application_names: Mapping[str, str]
    message_type: str
    message_type_names: Mapping[str, str]
    visible_at: datetime
    expires_at: datetime
    read_at: datetime | None
    """when its owner first opened it; `null` when it was never opened"""
    file_name: str
    media_type: str
    size: int
    """in bytes"""
    sha256: str
    """of the document"""


@dataclass(frozen=True, kw_only=True)
class EboxShown:
    """What an eBox shows."""

    format: Literal["eboxcast.ebox/1"] = "eboxcast.ebox/1"
    messages: tuple[MessageShown, ...]
    """newest first"""


@dataclass(frozen=True, kw_only=True)
class TestedEbox:
    """What the eBox of a recipient of a short list shows of the broadcast."""

    recipient: int
    """the position in the list, from 1"""
    message: MessageShown | None
    """`null` when the message is not there"""


@dataclass(frozen=True, kw_only=True)
class ShortListShown:
    """What the eBoxes of a short list show of a broadcast."""

    format: Literal["eboxcast.broadcast-look/1"] = "eboxcast.broadcast-look/1"
    number: str
    """of the broadcast"""
    eboxes: tuple[TestedEbox, ...]
