"""The invitation for the evening (RFC 5545, RFC 5546): made, moved and cancelled under one number, for each reader.

All invitations of one entry are the same revision; calendars take it in the place of those with a lower one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from eboxcast.notices.models import Item, Method, Notice
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
    """The invitations of one kind of notice for one entry: a revision of its own, for those whom it concerns."""

    def __init__(self, kind: Kind, about: About) -> None:
        self._method = kind.calendar
        self._about = about
        broadcast = about.broadcast.id if about.broadcast and kind.calendar else None
        self._sequence = _next_sequence(broadcast) if broadcast else 0
        self._held: Mapping[str, Held] = {one.address: one for one in holders_of(broadcast)} if broadcast else {}

    def put_into(self, item: Item, reader: Reader) -> None:
        """Note the invitation, or its end, for a reader whom it concerns."""
        span = self._span(reader) if self._method else None
        if self._method and span:
            item.method, item.sequence = self._method, self._sequence
            item.starts_at, item.ends_at = span

    def _span(self, reader: Reader) -> tuple[datetime, datetime] | None:
        if self._method == Method.CANCEL:
            held = self._held.get(reader.address)
            return (held.starts_at, held.ends_at) if held else None
        start, end = self._about.data.get("agreed_at"), self._about.data.get("window_ends_at")
        part = not reader.roles or reader.roles - _DECIDE_ONLY
        return (start, end) if part and isinstance(start, datetime) and isinstance(end, datetime) else None


def invitation_in(items: Sequence[Item]) -> Item | None:
    """Return the item whose invitation goes with a mail: the last one, of one broadcast.

    None where there is none, and where one that never arrived would be cancelled.
    """
    last = next((item for item in reversed(items) if item.method), None)
    if last is None or last.method == Method.REQUEST:
        return last
    same = Item.objects.filter(broadcast=last.broadcast, address=last.address, method=Method.REQUEST)
    return last if same.exclude(notice=None).exists() else None


def add_invitation(notice: Notice, item: Item, about: About, *, reader: Reader, description: str) -> None:
    """Put the invitation of an item into the mail that tells it."""
    assert item.broadcast and item.sequence is not None and item.starts_at and item.ends_at  # noqa: S101, PT018 - whole, by a constraint
    evening = Evening(
        broadcast=item.broadcast,
        method=Method(item.method),
        sequence=item.sequence,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        made_at=about.entry.at,
    )
    data = {name: spoken(about.data.get(name), reader.language) for name in ("number", "subject")}
    summary = translate(_SUMMARY, reader.language, data)
    notice.calendar = as_calendar(evening, reader=reader, summary=summary, description=description)
    notice.method, notice.sequence = item.method, item.sequence
    notice.starts_at, notice.ends_at = item.starts_at, item.ends_at


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
    last = Item.objects.filter(broadcast=broadcast).aggregate(last=Max("sequence"))["last"]
    return 0 if last is None else int(last) + 1


def _somebody(address: str, parameters: Mapping[str, str]) -> vCalAddress:
    somebody = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        somebody.params[name] = vText(value)
    return somebody
