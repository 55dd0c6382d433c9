"""What an eBox shows, and the document of a message in it.

Nothing is shown that is not visible yet, recalled, expired or abandoned: the statement that finds the releases of an
eBox asks, in one snapshot, and that of a document asks again. What a release says never changes afterwards and is kept
in the process (``facts.py``); so opening reads what is its owner's alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eboxcast.database.distribution import is_spread
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.mailboxes.blocks import numbers_in
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.facts import CompactionGone, Facts, facts_of, runs_of
from eboxcast.mailboxes.models import File
from eboxcast.mailboxes.recipients import Recipient, places_of, recipient_of
from eboxcast.mailboxes.sql import one, rows, run

TALLY_SLOTS = 16
AT_ONCE = 1 << 20
"""Bytes of a document that come with its message; what is larger is read in pieces of this size."""


@dataclass(frozen=True, kw_only=True)
class Letter(Facts):
    """One message as its recipient sees it."""

    bucket: int
    mailbox: int = field(repr=False)
    """The number under which it was sent: the owner's, or a former one."""
    read_at: datetime | None
    hidden_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OpenDocument:
    """The document of a message, to be handed on without holding a large one whole."""

    letter: Letter
    environment: str
    content: bytes | None = field(repr=False)
    """None where it is large."""

    def stream(self, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the document, or the bytes of it from ``first`` on."""
        end = self.letter.size if length is None else first + length
        if self.content is not None:
            yield self.content[first:end]
            return
        for start in range(first, end, AT_ONCE):
            yield self._piece(start, min(AT_ONCE, end - start))

    def _piece(self, start: int, size: int) -> bytes:
        place = {"digest": self.letter.document_digest, "first": start + 1, "size": size}
        with sanitized_db_errors():
            row = one(environment_connection(self.environment), "read_piece", place)
        if row is None or row[0] is None:
            raise MessageGone
        return bytes(row[0])


def open_ebox(environment: str, mailbox: int) -> list[Letter]:
    """Return what the eBox of a recipient key shows now, newest first; nothing is marked as read."""
    return [letter for letter in letters_of(recipient_of(environment, mailbox)) if letter.hidden_at is None]


def letters_of(recipient: Recipient) -> list[Letter]:
    """Return what is in a recipient's eBox now, also what they hid, newest first; nothing is marked as read."""
    with sanitized_db_errors():
        letters = _letters(recipient.environment, _find(recipient))
    return sorted(letters, key=lambda letter: (letter.visible_at, letter.message), reverse=True)


def find_letter(recipient: Recipient, run_id: UUID) -> Letter:
    """Return a message of a recipient's eBox by a run that published it; it is not marked as read.

    Raises MessageGone, in the same words whether it is no longer there, someone else's, or never was.
    """
    return _open(recipient, run_id)


def open_document(recipient: Recipient, run_id: UUID) -> OpenDocument:
    """Return the document of a message; with this the recipient has read it. Raises MessageGone."""
    letter = _open(recipient, run_id)
    wanted = {"release": letter.release, "now": clock.now(), "at_once": AT_ONCE}
    with sanitized_db_errors():
        row = one(environment_connection(recipient.environment), "open_document", wanted)
    if row is None:
        raise MessageGone
    if letter.read_at is None:
        mark_read(recipient.environment, letter)
    content = None if row[0] is None else bytes(row[0])
    return OpenDocument(letter=letter, environment=recipient.environment, content=content)


def read_document(environment: str, letter: Letter) -> bytes:
    """Return the document of a letter."""
    with sanitized_db_errors():
        content = File.objects.using(environment).values_list("content", flat=True).get(digest=letter.document_digest)
    return bytes(content or b"")


def mark_read(environment: str, letter: Letter) -> None:
    """Note that a letter was read; only the first reading counts."""
    now = clock.now()
    reading = {
        "bucket": letter.bucket,
        "release": letter.release,
        "mailbox": letter.mailbox,
        "now": now,
        "day": now.astimezone(clock.BRUSSELS).date(),
        "slot": secrets.randbelow(TALLY_SLOTS),
    }
    with sanitized_db_errors():
        run(environment_connection(environment), "mark_read", reading)


@dataclass(frozen=True)
class _Place:
    """A release that shows in an eBox, and under which of its owner's numbers."""

    facts: Facts
    bucket: int
    mailbox: int = field(repr=False)


def _find(recipient: Recipient) -> list[_Place]:
    """Return what an eBox shows, as one snapshot of the fence has it."""
    try:
        return _found(recipient)
    except CompactionGone:  # between the snapshot and the question what its numbers are: another has taken its place
        return _found(recipient)


def _found(recipient: Recipient) -> list[_Place]:
    connection = environment_connection(recipient.environment)
    prime = bucket_prime(recipient.environment)
    places, now = places_of(recipient), clock.now()
    numbers = list(zip(places["buckets"], places["numbers"], strict=True))
    in_rows: list[tuple[int, UUID]] = []
    in_blocks: list[tuple[int, UUID]] = []
    recalled: set[UUID] = set()
    find = "find_in_spread_ebox" if is_spread(recipient.environment) else "find_in_ebox"
    for place, run_id, mark, first, content in rows(connection, find, {**places, "now": now}):
        if mark is not None:
            received = numbers_in(bytes(content), first=first, key=numbers[place - 1][1], prime=prime)
            in_blocks += ((place, named) for named in runs_of(connection, mark, received))
        elif place is None:
            recalled.add(run_id)
        else:
            in_rows.append((place, run_id))
    facts = facts_of(connection, {run_id for _, run_id in (*in_rows, *in_blocks)})
    # What counts by its rows was asked of the fence; what is in blocks was visible when it came there.
    # What has no facts any more was deleted since.
    still = [(place, run_id) for place, run_id in in_blocks if run_id not in recalled]
    shown = [(place, facts[run_id]) for place, run_id in (*in_rows, *still) if run_id in facts]
    return [_Place(of_run, *numbers[place - 1]) for place, of_run in shown if of_run.expires_at > now]


def _letters(environment: str, places: Sequence[_Place]) -> list[Letter]:
    """Return the messages, each once however often it came: as it came first, and read where it was read anywhere."""
    marks = _marks(environment, places)
    first: dict[int, _Place] = {}
    read: dict[int, datetime] = {}
    hidden: dict[int, datetime] = {}
    for place in sorted(places, key=lambda place: (place.facts.visible_at, place.mailbox)):
        message = place.facts.message
        first.setdefault(message, place)
        read_at, hidden_at = marks.get((place.facts.release, place.mailbox), (None, None))
        if read_at is not None:
            read[message] = min(read_at, read.get(message, read_at))
        if hidden_at is not None:
            hidden[message] = max(hidden_at, hidden.get(message, hidden_at))
    return [
        _letter(place, read_at=read.get(message), hidden_at=hidden.get(message)) for message, place in first.items()
    ]


def _marks(
    environment: str, places: Sequence[_Place]
) -> Mapping[tuple[int, int], tuple[datetime | None, datetime | None]]:
    """Return when its owner read and hid what is in an eBox, where they did."""
    if not places:
        return {}
    releases: dict[tuple[int, int], list[int]] = {}
    for place in places:
        releases.setdefault((place.bucket, place.mailbox), []).append(place.facts.release)
    found: dict[tuple[int, int], tuple[datetime | None, datetime | None]] = {}
    for (bucket, mailbox), some in releases.items():
        wanted = {"bucket": bucket, "mailbox": mailbox, "releases": some}
        for release, read_at, hidden_at in rows(environment_connection(environment), "marks_of_ebox", wanted):
            found[release, mailbox] = read_at, hidden_at
    return found


def _letter(place: _Place, *, read_at: datetime | None, hidden_at: datetime | None) -> Letter:
    """Return the facts as a letter. Without its ``__init__``, which takes longer than all the rest of an opening."""
    letter = object.__new__(Letter)
    vars(letter).update(
        vars(place.facts), bucket=place.bucket, mailbox=place.mailbox, read_at=read_at, hidden_at=hidden_at
    )
    return letter


def _open(recipient: Recipient, run_id: UUID) -> Letter:
    """Return the message that a run published, by whichever of its runs it came. Raises MessageGone."""
    with sanitized_db_errors():
        places = _find(recipient)
        message = _message_of(recipient.environment, run_id, places)
        of_message = [place for place in places if place.facts.message == message]
        if message is None or not of_message:
            raise MessageGone
        (letter,) = _letters(recipient.environment, of_message)
    return letter


def _message_of(environment: str, run_id: UUID, places: Iterable[_Place]) -> int | None:
    for place in places:
        if place.facts.run == run_id:
            return place.facts.message
    row = one(environment_connection(environment), "message_of_run", {"run": run_id})
    return None if row is None else int(row[0])
