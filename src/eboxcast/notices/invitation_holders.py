"""Who has an invitation for the evening of a broadcast, and for when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from eboxcast.notices.models import Method, Notice


@dataclass(frozen=True, kw_only=True)
class Held:
    """An invitation that stands in somebody's calendar."""

    recipient: str
    address: str
    language: str
    starts_at: datetime
    ends_at: datetime


def holders_of(broadcast: UUID) -> list[Held]:
    """Return whose last invitation for a broadcast was not cancelled since."""
    last = Notice.objects.filter(broadcast=broadcast).exclude(method="").order_by("address", "-id")
    return [
        Held(
            recipient=one.recipient,
            address=one.address,
            language=one.language,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in last.distinct("address")
        if one.method == Method.REQUEST and one.starts_at and one.ends_at
    ]


def next_sequence(broadcast: UUID) -> int:
    """Return the revision of the next invitation: calendars take it in the place of those with a lower one."""
    last = Notice.objects.filter(broadcast=broadcast).aggregate(last=Max("sequence"))["last"]
    return 0 if last is None else int(last) + 1
