"""Verifying the audit: computing every digest again, from the first seal that is kept to the newest.

A chain that agrees with itself says only that nobody changed a part of it. That nobody made all of it again, or cut its
end off, is said by the heads that were handed out: it is proved up to the newest of them that agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from eboxcast.audit.anchoring import Kept, handed_out
from eboxcast.audit.canonical import HEAD_KIND, ROOT, Root, Sealed, digest_of_content, digest_of_seal, root_in
from eboxcast.audit.dropping import Ended, ended, is_told
from eboxcast.audit.models import SigningKey, TreeHead
from eboxcast.audit.rows import ENTRY, SEAL, SEAL_COLUMNS, Row, content_of, seal_of
from eboxcast.audit.segments import first_kept
from eboxcast.audit.selectors import Head, head
from eboxcast.audit.signing_keys import fault_of
from eboxcast.audit.tree import KEPT_FROM, TreeBroken, edge, kept_nodes
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.merkle import Growing, leaf_hash
from eboxcast.lib.policy import authorize

MOST_FAULTS = 100
"""As many are told one by one; all are counted."""
_CHUNK = 2000
_CHAIN = (
    f"select {SEAL}, s.digest, {ENTRY} from audit_seal s"  # noqa: S608  # columns of our own
    " left join audit_entry e on e.id = s.entry and e.segment = s.entry_segment order by s.number, s.segment"
)
_ABOUT = (
    f"select {SEAL}, s.digest, {ENTRY} from audit_entry e"  # noqa: S608  # columns of our own
    " join audit_seal s on s.entry = e.id and s.entry_segment = e.segment where e.broadcast = %s"
)
_UNSEALED = (
    "select count(*) from audit_entry e where not exists"
    " (select from audit_seal s where s.entry = e.id and s.entry_segment = e.segment)"
)
_SEALED_TWICE = "select max(number), entry from audit_seal group by entry, entry_segment having count(*) > 1"


class Wrong(StrEnum):
    """What is wrong at a place of the chain."""

    BEGINNING = "beginning"
    """The seals before the first one are gone, and no entry tells that they were due."""
    DROPPED_EARLY = "dropped-early"
    """A year was dropped before its term."""
    SEALS_MISSING = "seals-missing"
    LINK = "link"
    """A seal does not carry the digest of the one before."""
    SEAL_ALTERED = "seal-altered"
    ENTRY_ALTERED = "entry-altered"
    ENTRY_MISSING = "entry-missing"
    SEALED_TWICE = "sealed-twice"
    ANCHOR_DIFFERS = "anchor-differs"
    """A head that was handed out had another digest at this number."""
    TRUNCATED = "truncated"
    """A head was handed out that is newer than the chain."""
    NODE_ALTERED = "node-altered"
    """A hash of the tree is kept that is not that of its seals."""
    ROOT_DIFFERS = "root-differs"
    """A head was signed, and the seals up to it give another root."""
    HEAD_FORGED = "head-forged"
    """A head is kept that no key of this installation signed."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and at which seal."""

    wrong: Wrong
    number: int
    entry: int | None = None


@dataclass(kw_only=True)
class Verification:
    """What was found. ``proved_to`` and ``kept_to`` are numbers of seals; 0 where no anchor agrees."""

    seals: int = 0
    entries: int = 0
    """Whose digest was computed again."""
    gone: int = 0
    """Entries of a year that was dropped at its term, whose seal stands in a later one."""
    unsealed: int = 0
    first: int = 0
    """The oldest seal that is kept."""
    head: Head | None = None
    proved_to: int = 0
    """By anchors that were given from outside."""
    kept_to: int = 0
    """By the anchors in the database itself, which whoever altered the chain may have altered too."""
    heads: int = 0
    """Signed heads whose root was computed again: those that are kept, and those given from outside."""
    signed_to: int = 0
    """By signed heads that were given from outside; 0 where none agrees."""
    witnessed_to: int = 0
    """By heads that witnesses countersigned; 0 where none agrees."""
    too_old: int = 0
    """Anchors given from outside of which the seals were dropped."""
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.fault_count

    def found(self, wrong: Wrong, number: int, entry: int | None = None) -> None:
        """Add something that is wrong."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(wrong, number, entry))


def verify(
    anchors: Sequence[Kept] = (), heads: Sequence[Root] = (), witnessed: Sequence[Root] = (), *, actor: Actor
) -> Verification:
    """Compute everything again and compare it, also with heads that were kept outside. Changes nothing.

    ``heads`` are those that were signed, ``witnessed`` those that witnesses countersigned. Raises NotYourRole.
    """
    authorize(actor, "audit.verify")
    with _one_moment() as cursor:
        kept, signed = handed_out(), list(TreeHead.objects.order_by("size", "id"))
        sizes = {one.size for one in signed} | {one.size for one in (*heads, *witnessed)}
        walk = _Walk(ended(), {anchor.number for anchor in (*anchors, *kept)}, _Tree(cursor, sizes))
        found = walk.to_the_end()
        _look_beside_the_chain(found, cursor)
    walk.tree.compare(_genuine(signed, found), found)
    found.signed_to = walk.tree.compare(heads, found)
    found.witnessed_to = walk.tree.compare(witnessed, found)
    found.proved_to = walk.compare(anchors)
    found.kept_to = walk.compare([anchor for anchor in kept if anchor not in anchors])
    older = (*(anchor.number for anchor in anchors), *(one.size for one in (*heads, *witnessed)))
    found.too_old = sum(number < walk.start.number for number in older)
    return found


def foresee_verification(*, actor: Actor) -> int:
    """Return how many seals ``verify`` would recalculate. Raises NotYourRole."""
    authorize(actor, "audit.verify")
    newest, begin = head(), ended()
    return newest.number - (begin.head.number if begin else 0) if newest else 0


def wrong_about(broadcast: UUID) -> Mapping[int, Wrong]:
    """Return which entries about a broadcast are not what was sealed, by their ids.

    That each is at its place in the chain, and none is missing, is what ``verify`` says.
    """
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT, [broadcast])
        for row in cursor.fetchall():
            seal, entry = seal_of(row), row[SEAL_COLUMNS + 1 :]
            if digest_of_seal(seal) != bytes(row[SEAL_COLUMNS]):
                found[seal.entry] = Wrong.SEAL_ALTERED
            elif _digest(entry) != seal.content:
                found[seal.entry] = Wrong.ENTRY_ALTERED
    return found


@contextmanager
def _one_moment() -> Iterator[CursorWrapper]:
    """Read everything as it was at one moment: recording and sealing go on meanwhile."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        yield cursor


def _look_beside_the_chain(found: Verification, cursor: CursorWrapper) -> None:
    cursor.execute(_SEALED_TWICE)
    for number, entry in cursor.fetchall():
        found.found(Wrong.SEALED_TWICE, number, entry)
    cursor.execute(_UNSEALED)
    found.unsealed = cursor.fetchone()[0]


def _genuine(heads: Sequence[TreeHead], found: Verification) -> Iterator[Root]:
    """Yield what heads say that a key of ours signed."""
    if not heads:
        return
    from eboxcast.lib.signatures import SignatureWrong, read_signed  # cryptography takes long to import

    keys = {key.fingerprint: key for key in SigningKey.objects.all()}
    for kept in heads:
        try:
            signed = read_signed(kept.signed, kind=HEAD_KIND)
            told = root_in(signed.payload)
        except (SignatureWrong, ValueError):
            found.found(Wrong.HEAD_FORGED, kept.size)
            continue
        key = keys.get(signed.fingerprint)
        fault = fault_of(signed, key) if key else None
        # What a key signed before it was revoked was ours. The clock of a demonstration can have been ahead.
        late = fault == "key-expired" or (key and key.revoked_at and signed.signed_at >= key.revoked_at)
        if key is None or late or (told.size, told.root) != (kept.size, bytes(kept.root)):
            found.found(Wrong.HEAD_FORGED, kept.size)
        yield told


class _Tree:
    """The tree over the seals, made anew beside the walk along the chain."""

    def __init__(self, cursor: CursorWrapper, sizes: Set[int]) -> None:
        self._cursor = cursor
        self._sizes = sizes
        self._kept = kept_nodes(cursor)
        self._roots: dict[int, bytes] = {}
        self._growing = Growing()

    def begin(self, size: int, found: Verification) -> None:
        """Begin with what is kept of the seals that were dropped."""
        try:
            self._growing = Growing(size, edge(self._cursor, size))
        except TreeBroken:
            found.found(Wrong.BEGINNING, size)
        if size in self._sizes:
            self._roots[size] = self._growing.root()

    def add(self, digest: bytes, found: Verification) -> None:
        """Add a seal."""
        full = self._growing.add(leaf_hash(digest))
        size = self._growing.size
        for level in range(KEPT_FROM, len(full)):
            kept = self._kept.get((level, (size >> level) - 1))
            if kept is not None and kept != full[level]:
                found.found(Wrong.NODE_ALTERED, size)
        if size in self._sizes:
            self._roots[size] = self._growing.root()

    def compare(self, heads: Iterable[Root], found: Verification) -> int:
        """Compare signed heads; return the size of the newest that agrees."""
        agreed = 0
        for told in heads:
            if told.size > self._growing.size:
                found.found(Wrong.TRUNCATED, told.size)
            elif told.size in self._roots:
                found.heads += 1
                agreed = max(agreed, self._agreed(told, found))
        return agreed

    def _agreed(self, told: Root, found: Verification) -> int:
        if self._roots[told.size] == told.root:
            return told.size
        found.found(Wrong.ROOT_DIFFERS, told.size)
        return 0


class _Walk:
    """Follows the chain from what is left of the dropped years to the newest seal."""

    def __init__(self, dropped: Ended | None, wanted: Set[int], tree: _Tree) -> None:
        self.tree = tree
        self.start = dropped.head if dropped else Head(number=0, digest=ROOT, segment=0)
        self._last = self.start
        self._wanted = wanted
        self._digests = {self.start.number: self.start.digest}
        self._found = Verification()
        if dropped:
            self._check_dropped(dropped)

    def to_the_end(self) -> Verification:
        """Check each seal and its entry."""
        for row in _rows():
            seal, digest = seal_of(row), bytes(row[SEAL_COLUMNS])
            self._check_seal(seal, digest)
            self.tree.add(digest, self._found)
            self._check_entry(seal, row[SEAL_COLUMNS + 1 :])
            self._last = Head(number=seal.number, digest=digest, segment=seal.segment)
            if seal.number in self._wanted:
                self._digests[seal.number] = digest
        self._found.head = self._last if self._last.number else None
        return self._found

    def compare(self, anchors: Sequence[Kept]) -> int:
        """Compare heads that were handed out; return the number of the newest that agrees."""
        agreed = 0
        for anchor in anchors:
            if anchor.number > self._last.number:
                self._found.found(Wrong.TRUNCATED, anchor.number)
            elif self._digests.get(anchor.number) == anchor.digest:
                agreed = max(agreed, anchor.number)
            elif anchor.number >= self.start.number:
                self._found.found(Wrong.ANCHOR_DIFFERS, anchor.number)
        return agreed

    def _check_dropped(self, dropped: Ended) -> None:
        if dropped.segment >= first_kept(clock.today()):
            self._found.found(Wrong.DROPPED_EARLY, dropped.head.number)
        self.tree.begin(dropped.head.number, self._found)
        if not is_told(dropped):
            self._found.found(Wrong.BEGINNING, dropped.head.number)

    def _check_seal(self, seal: Sealed, digest: bytes) -> None:
        if not self._found.seals:
            self._found.first = seal.number
        self._found.seals += 1
        if seal.number != self._last.number + 1:
            at_the_beginning = self._last is self.start
            self._found.found(Wrong.BEGINNING if at_the_beginning else Wrong.SEALS_MISSING, seal.number)
        elif seal.previous != self._last.digest:
            self._found.found(Wrong.LINK, seal.number)
        if digest_of_seal(seal) != digest:
            self._found.found(Wrong.SEAL_ALTERED, seal.number)

    def _check_entry(self, seal: Sealed, row: Row) -> None:
        if row[0] is not None:
            self._found.entries += 1
            if _digest(row) != seal.content:
                self._found.found(Wrong.ENTRY_ALTERED, seal.number, seal.entry)
        elif seal.entry_segment <= self.start.segment:
            self._found.gone += 1
        else:
            self._found.found(Wrong.ENTRY_MISSING, seal.number, seal.entry)


def _rows() -> Iterator[Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_CHAIN)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _digest(row: Row) -> bytes | None:
    try:
        return digest_of_content(content_of(row))
    except RecursionError:  # nested deeper than anything we wrote
        return None
