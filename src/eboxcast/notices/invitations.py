"""The invitation for the evening (RFC 5545, RFC 5546): made, moved and cancelled under one number, for each reader.

All invitations of one entry are the same revision; calendars take it in the place of those with a lower one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from icalendar import Calendar, Event, vCalAddress, vText

from eboxcast import __version__
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.letter import Letter
from eboxcast.notices.models import Method, Notice
from eboxcast.notices.readers import Held, Reader, holders_of
from eboxcast.notices.words import spoken

_SUMMARY = N_("Broadcast {number}: {subject}")
_DECIDE_ONLY = frozenset({Role.VALIDATOR, Role.AUDITOR})
"""They are told of the date, and have no part in the evening."""


@dataclass(frozen=True, kw_only=True)
class Evening:
    """What is asked of a calendar."""

    broadcast: UUID
    method: Method
    sequence: int
    starts_at: datetime
    ends_at: datetime
    made_at: datetime


class Invitations:
    """The invitations of one kind of notice for one entry."""

    def __init__(self, kind: Kind, about: About) -> None:
        self._method = kind.calendar
        self._about = about
        broadcast = about.broadcast.id if about.broadcast and kind.calendar else None
        self._sequence = _next_sequence(broadcast) if broadcast else 0
        self._held: Mapping[str, Held] = {one.address: one for one in holders_of(broadcast)} if broadcast else {}

    def add(self, notice: Notice, reader: Reader, letter: Letter) -> None:
        """Put the invitation, or its end, into the notice of a reader whom it concerns."""
        span = self._span(reader)
        if self._method is None or span is None or self._about.broadcast is None:
            return
        starts_at, ends_at = span
        evening = Evening(
            broadcast=self._about.broadcast.id,
            method=self._method,
            sequence=self._sequence,
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=self._about.entry.at,
        )
        data = {name: spoken(self._about.data.get(name), reader.language) for name in ("number", "subject")}
        notice.calendar = as_calendar(
            evening,
            reader=reader,
            summary=translate(_SUMMARY, reader.language, data),
            description="\n".join(letter.paragraphs),
        )
        notice.method, notice.sequence = self._method, self._sequence
        notice.starts_at, notice.ends_at = starts_at, ends_at

    def _span(self, reader: Reader) -> tuple[datetime, datetime] | None:
        if self._method == Method.CANCEL:
            held = self._held.get(reader.address)
            return (held.starts_at, held.ends_at) if held else None
        start, end = self._about.data.get("agreed_at"), self._about.data.get("window_ends_at")
        part = not reader.roles or reader.roles - _DECIDE_ONLY
        return (start, end) if part and isinstance(start, datetime) and isinstance(end, datetime) else None


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


def _next_sequence(broadcast: UUID) -> int:
    """Return the revision of the next invitation: calendars take it in the place of those with a lower one."""
    last = Notice.objects.filter(broadcast=broadcast).aggregate(last=Max("sequence"))["last"]
    return 0 if last is None else int(last) + 1


def _somebody(address: str, parameters: Mapping[str, str]) -> vCalAddress:
    somebody = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        somebody.params[name] = vText(value)
    return somebody
