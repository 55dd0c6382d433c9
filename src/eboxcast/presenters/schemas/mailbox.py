"""What an eBox shows. The number of its owner is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class MessageShown(Schema):
    """A message as its recipient sees it."""

    run: str
    """the number of the run that published it"""
    title: str
    """the title"""
    language: str
    """the language"""
    institution: str
    """by CBE number"""
    institution_names: Mapping[str, str]
    """by language"""
    application: str
    """the code of the application"""
    application_names: Mapping[str, str]
    """its names by language"""
    message_type: str
    """the code of the message type"""
    message_type_names: Mapping[str, str]
    """its names by language"""
    visible_at: datetime
    """since when it can be seen"""
    expires_at: datetime
    """until when it can be seen"""
    read_at: datetime | None
    """when its owner first opened it; `null` when it was never opened"""
    file_name: str
    """the name of the file"""
    media_type: str
    """the media type"""
    size: int
    """in bytes"""
    sha256: str
    """of the document"""


class EboxShown(Schema):
    """What an eBox shows."""

    format: Literal["eboxcast.ebox/1"] = "eboxcast.ebox/1"
    """the form of this answer"""
    messages: tuple[MessageShown, ...]
    """newest first"""


class TestedEbox(Schema):
    """What the eBox of a recipient of a short list shows of the broadcast."""

    recipient: int
    """the position in the list, from 1"""
    message: MessageShown | None
    """`null` when the message is not there"""


class ShortListShown(Schema):
    """What the eBoxes of a short list show of a broadcast."""

    format: Literal["eboxcast.broadcast-look/1"] = "eboxcast.broadcast-look/1"
    """the form of this answer"""
    number: str
    """of the broadcast"""
    eboxes: tuple[TestedEbox, ...]
    """each recipient of the short list"""
