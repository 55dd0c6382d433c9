"""Where alarms go, as it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class WebhookShown(Schema):
    """An address that alarms go to; of the address only what is no secret."""

    number: int
    """its number"""
    label: str
    """what people call it"""
    origin: str
    """the scheme and the host of its address"""
    added_at: datetime
    """when it was registered"""
    added_by: str
    """by whom: a login"""
    state: str
    """what became of its last alarm: `sent`, `failed` (will be retried) or `given-up`; empty: there was none yet"""
    last_at: datetime | None
    """when that was sent, or made where it was not sent"""
    problem: str
    """why it could not be sent; empty where it was"""
    waiting: int
    """alarms that are still to be sent"""


class AlarmAddresses(Schema):
    """Where alarms go beside the emails."""

    format: Literal["eboxcast.alarms/1"] = "eboxcast.alarms/1"
    """the form of this answer"""
    addresses: tuple[WebhookShown, ...]
    """the addresses, in the order in which they were registered"""
