"""The evening as an invitation for calendars (RFC 5545, RFC 5546): made, moved and cancelled under one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from eboxcast import __version__
from eboxcast.notices.models import Method
from eboxcast.notices.readers import Reader


@dataclass(frozen=True, kw_only=True)
class Evening:
    """What is asked of a calendar."""

    broadcast: UUID
    method: Method
    sequence: int
    starts_at: datetime
    ends_at: datetime
    made_at: datetime


def as_calendar(evening: Evening, *, reader: Reader, summary: str, description: str) -> str:
    """Return the invitation for one reader. Moments are in UTC, which no change of the clock moves."""
    event = Event()
    event.add("uid", f"{evening.broadcast}@eboxcast")
    event.add("sequence", evening.sequence)
    event.add("dtstamp", evening.made_at.astimezone(UTC))
    event.add("dtstart", evening.starts_at.astimezone(UTC))
    event.add("dtend", evening.ends_at.astimezone(UTC))
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CANCELLED" if evening.method == Method.CANCEL else "CONFIRMED")
    # It is there to be known, and leaves the people of a whole evening free for others.
    event.add("transp", "TRANSPARENT")
    name, address = parseaddr(settings.EBOXCAST_MAIL_FROM)
    event.add("organizer", _somebody(address, {"CN": name or address}))
    attendee = {"CN": reader.full_name, "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    event.add("attendee", _somebody(reader.address, attendee))
    calendar = Calendar()
    calendar.add("prodid", f"-//eboxcast//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", str(evening.method))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _somebody(address: str, parameters: Mapping[str, str]) -> vCalAddress:
    somebody = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        somebody.params[name] = vText(value)
    return somebody
