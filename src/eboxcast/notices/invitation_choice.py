"""Which notices of an entry carry an invitation: all of one entry the same revision, each for its own reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.invitation import Evening, as_calendar
from eboxcast.notices.invitation_holders import Held, holders_of, next_sequence
from eboxcast.notices.kind import Kind
from eboxcast.notices.letter import Letter
from eboxcast.notices.models import Method, Notice
from eboxcast.notices.readers import Reader
from eboxcast.notices.words import spoken

_SUMMARY = N_("Broadcast {number}: {subject}")
_DECIDE_ONLY = frozenset({Role.VALIDATOR, Role.AUDITOR})
"""They are told of the date, and have no part in the evening."""


class Invitations:
    """The invitations of one kind of notice for one entry."""

    def __init__(self, kind: Kind, about: About) -> None:
        self._method = kind.calendar
        self._about = about
        broadcast = about.broadcast.id if about.broadcast and kind.calendar else None
        self._sequence = next_sequence(broadcast) if broadcast else 0
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
