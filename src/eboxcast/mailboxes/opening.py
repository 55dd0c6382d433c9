"""What an eBox shows, and the document of a message in it.

Nothing is shown that is not visible yet, recalled, expired or abandoned: the statement that finds the releases of an
eBox asks, in one snapshot, and that of a document asks again. What a release says never changes afterwards and is kept
in the process (``facts.py``); so opening reads what is its owner's alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import overload
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.distribution import is_spread
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.replicas import read
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.mailboxes.blocks import numbers_in
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.facts import CompactionGone, Facts, facts_in, facts_of
from eboxcast.mailboxes.models import File
from eboxcast.mailboxes.recipients import Recipient
from eboxcast.mailboxes.sql import Parameters, Row, one, rows, run

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


Mark = tuple[datetime | None, datetime | None]
"""When a message was read and hidden."""
_UNMARKED: Mark = (None, None)


@dataclass(frozen=True, kw_only=True)
class Box:
    """What an eBox shows under one of its owner's numbers."""

    bucket: int
    mailbox: int = field(repr=False)
    shown: Sequence[Facts]
    """Newest first."""
    marks: Mapping[int, Mark]
    """Of releases, also of some that do not show."""


@dataclass(frozen=True, kw_only=True)
class OpenDocument:
    """The document of a message, to be handed on without holding a large one whole."""

    letter: Letter
    environment: str
    content: bytes | None = field(repr=False)
    """None where it is large."""
    from_replica: bool = False

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
        row = read(
            self.environment,
            lambda connection: one(connection, "read_piece", place),
            from_replica=self.from_replica,
        )
        if row is None or row[0] is None:
            raise MessageGone
        return bytes(row[0])


class Letters(Sequence[Letter]):
    """The letters of an eBox, each made when somebody looks at it: a page shows a few of hundreds."""

    def __init__(self, box: Box, shown: Sequence[Facts]) -> None:
        self._box = box
        self._shown = shown

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._shown)

    @overload
    def __getitem__(self, place: int) -> Letter: ...

    @overload
    def __getitem__(self, place: slice) -> Letters: ...

    def __getitem__(self, place: int | slice) -> Letter | Letters:
        """Return one of them, or some."""
        if isinstance(place, slice):
            return Letters(self._box, self._shown[place])
        return _letter(self._shown[place], self._box)

    def __iter__(self) -> Iterator[Letter]:
        """Yield them in turn: twice as fast as to ask for one place after the other."""
        for facts in self._shown:
            yield _letter(facts, self._box)


def open_ebox(environment: str, mailbox: int) -> Sequence[Letter]:
    """Return what the eBox of a recipient key shows now, newest first; nothing is marked as read."""
    with sanitized_db_errors():
        return _letters(_find(environment, mailbox, environment_connection(environment)), hidden=False)


def letters_of(recipient: Recipient) -> Sequence[Letter]:
    """Return what is in a recipient's eBox now, also what they hid, newest first; nothing is marked as read."""
    find = partial(_find, recipient.environment, recipient.mailbox)
    return _letters(read(recipient.environment, find, from_replica=recipient.from_replica))


def find_letter(recipient: Recipient, run_id: UUID) -> Letter:
    """Return a message of a recipient's eBox by a run that published it; it is not marked as read.

    Raises MessageGone, in the same words whether it is no longer there, someone else's, or never was.
    """
    if recipient.from_replica:
        with suppress(MessageGone):  # only the primary knows: it may be there and have come just now
            return read(recipient.environment, partial(_open, recipient, run_id), from_replica=True)
    with sanitized_db_errors():
        return _open(recipient, run_id, environment_connection(recipient.environment))


def open_document(recipient: Recipient, run_id: UUID) -> OpenDocument:
    """Return the document of a message; with this the recipient has read it. Raises MessageGone."""
    letter = find_letter(recipient, run_id)
    row = _document(recipient, letter)
    if row is None:
        raise MessageGone
    if letter.read_at is None:
        mark_read(recipient.environment, letter)
    content = None if row[0] is None else bytes(row[0])
    return OpenDocument(
        letter=letter, environment=recipient.environment, content=content, from_replica=recipient.from_replica
    )


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


def _document(recipient: Recipient, letter: Letter) -> Row | None:
    wanted = {"release": letter.release, "now": clock.now(), "at_once": AT_ONCE}
    if recipient.from_replica:  # that it was recalled must count everywhere in the same moment
        with sanitized_db_errors():
            if one(environment_connection(recipient.environment), "still_shows", wanted) is None:
                return None
    return read(
        recipient.environment,
        lambda connection: one(connection, "open_document", wanted),
        from_replica=recipient.from_replica,
    )


def _find(environment: str, mailbox: int, connection: BaseDatabaseWrapper) -> list[Box]:
    """Return what an eBox shows, under its number of now and each former one."""
    boxes: list[Box] = []
    numbers = [mailbox]
    for number in numbers:
        try:
            box, former = _found(environment, number, connection)
        except CompactionGone:  # between the snapshot and the question what its numbers are: another has its place
            box, former = _found(environment, number, connection)
        boxes.append(box)
        numbers.extend(old for old in former if old not in numbers)
    return boxes


def _found(environment: str, mailbox: int, connection: BaseDatabaseWrapper) -> tuple[Box, list[int]]:
    prime = bucket_prime(environment)
    bucket, now = bucket_of(mailbox, prime), clock.now()
    place = {"bucket": bucket, "mailbox": mailbox, "now": now}
    runs: list[UUID] = []
    shown: list[Facts] = []
    recalled: list[int] = []
    former: list[int] = []
    marks: dict[int, Mark] = {}
    for what, number, mark, content, read_at, hidden_at in _rows(environment, place, connection):
        if what == "block":
            received = numbers_in(content, first=number, key=mailbox, prime=prime)
            shown += facts_in(connection, mark, received, now=now)
        elif what == "reading":
            marks[number] = read_at, hidden_at
        elif what == "release":
            runs.append(mark)
        else:
            (recalled if what == "recalled" else former).append(number)
    # Of rows the fence was asked whether they show; what is in blocks was visible when it came there.
    if recalled:
        shown = [facts for facts in shown if facts.release not in recalled]
    if runs:
        shown += facts_of(connection, runs).values()
    shown.sort(key=attrgetter("order"), reverse=True)
    return Box(bucket=bucket, mailbox=mailbox, shown=shown, marks=marks), former


def _rows(environment: str, place: Parameters, connection: BaseDatabaseWrapper) -> Iterable[Row]:
    return _rows_of_spread(place, connection) if is_spread(environment) else rows(connection, "find_in_ebox", place)


def _rows_of_spread(place: Parameters, connection: BaseDatabaseWrapper) -> Iterator[Row]:
    """Yield the same where buckets are on other machines than the fence."""
    marks: dict[str, dict[int, UUID]] = {"release": {}, "block": {}}
    generations: list[int] = []
    for what, number, mark, generation in rows(connection, "what_counts", {"now": place["now"]}):
        if what == "recalled":
            yield what, number, None, None, None, None
            continue
        marks[what][number] = mark
        generations += [] if generation is None else [generation]
    counts = {"releases": list(marks["release"]), "compactions": list(marks["block"]), "generations": generations}
    mine = {"bucket": place["bucket"], "mailbox": place["mailbox"]}
    for what, number, of, *values in rows(connection, "find_in_bucket", {**mine, **counts}):
        yield what, number, marks[what][of] if what in marks else None, *values


def _letters(boxes: Sequence[Box], *, hidden: bool = True) -> Sequence[Letter]:
    """Return the messages, each once however often it came: as it came first, and read where it was read anywhere."""
    boxes = [box for box in boxes if box.shown]
    messages = {facts.message for box in boxes for facts in box.shown}
    if not messages:
        return []
    if len(boxes) > 1 or len(messages) < len(boxes[0].shown):
        return [letter for letter in _joined(boxes) if hidden or letter.hidden_at is None]
    (box,) = boxes
    away = () if hidden else {release for release, (_, hidden_at) in box.marks.items() if hidden_at is not None}
    return Letters(box, [facts for facts in box.shown if facts.release not in away] if away else box.shown)


def _joined(boxes: Sequence[Box]) -> list[Letter]:
    letters = [letter for box in boxes for letter in Letters(box, box.shown)]
    read: dict[int, datetime] = {}
    hidden: dict[int, datetime] = {}
    first: dict[int, Letter] = {}
    for letter in sorted(letters, key=lambda letter: (letter.visible_at, letter.mailbox)):
        message = letter.message
        first.setdefault(message, letter)
        if letter.read_at is not None:
            read[message] = min(letter.read_at, read.get(message, letter.read_at))
        if letter.hidden_at is not None:
            hidden[message] = max(letter.hidden_at, hidden.get(message, letter.hidden_at))
    joined = [
        replace(letter, read_at=read.get(message), hidden_at=hidden.get(message)) for message, letter in first.items()
    ]
    return sorted(joined, key=lambda letter: (letter.visible_at, letter.message), reverse=True)


def _letter(facts: Facts, box: Box) -> Letter:
    """Return the facts as a letter. Without its ``__init__``, which takes longer than all the rest of an opening."""
    read_at, hidden_at = box.marks.get(facts.release, _UNMARKED)
    own = {"bucket": box.bucket, "mailbox": box.mailbox, "read_at": read_at, "hidden_at": hidden_at}
    letter = object.__new__(Letter)
    object.__setattr__(letter, "__dict__", vars(facts) | own)
    return letter


def _open(recipient: Recipient, run_id: UUID, connection: BaseDatabaseWrapper) -> Letter:
    """Return the message that a run published, by whichever of its runs it came. Raises MessageGone."""
    boxes = _find(recipient.environment, recipient.mailbox, connection)
    message = _message_of(connection, run_id, boxes)
    of_message = [replace(box, shown=[facts for facts in box.shown if facts.message == message]) for box in boxes]
    for letter in _letters(of_message):
        return letter
    raise MessageGone


def _message_of(connection: BaseDatabaseWrapper, run_id: UUID, boxes: Iterable[Box]) -> int | None:
    for box in boxes:
        for facts in box.shown:
            if facts.run == run_id:
                return facts.message
    row = one(connection, "message_of_run", {"run": run_id})
    return None if row is None else int(row[0])
