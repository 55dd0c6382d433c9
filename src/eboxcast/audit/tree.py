"""The tree over all seals, from the first on: the leaf of a seal is the hash of its digest (``lib/merkle.py``).

The hashes of full subtrees of 256 leaves and more are kept: so a proof reads a few rows, however long the audit is. A
chain from before there was a tree is taken in by the first sealing after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from django.db import connection
from django.db.backends.utils import CursorWrapper

from eboxcast.lib.errors import Trouble
from eboxcast.lib.merkle import consistency, edge_of, inclusion, leaf_hash, node_hash, root_at, root_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_

KEPT_FROM = 8
"""The lowest level that is kept: blocks of 256."""

_DIGESTS = "select number, digest from audit_seal where number between %s and %s order by number"
_NODE = "select hash from audit_node where level = %s and place = %s"
_KEEP = "insert into audit_node (level, place, hash) values (%s, %s, %s) on conflict do nothing"
_BLOCKS = "select coalesce(max(place) + 1, 0) from audit_node where level = %s"
_ALL = "select level, place, hash from audit_node"


class TreeBroken(Trouble):
    """A seal is not there that was there once."""

    code = "audit.tree-broken"
    sentence = N_("The audit is not complete: seal {number} is missing.")
    remedy = N_("Verify it: {verify}")
    actions = MappingProxyType({"verify": NextAction(action="audit.verify")})


def root(size: int) -> bytes:
    """Return the root that the tree had with so many seals. Raises TreeBroken."""
    with connection.cursor() as cursor:
        return root_at(_Stored(cursor).subtree, size)


def prove_entry(number: int, size: int) -> list[bytes]:
    """Return what shows that a seal is in the tree of so many. Raises TreeBroken."""
    (path,) = prove_entries([number], size)
    return path


def prove_entries(numbers: Iterable[int], size: int) -> Iterator[list[bytes]]:
    """Yield what shows that each of some seals is in the tree of so many. Raises TreeBroken."""
    with connection.cursor() as cursor:
        stored = _Stored(cursor)
        for number in numbers:
            yield inclusion(stored.subtree, number - 1, size)


def prove_growth(old: int, new: int) -> list[bytes]:
    """Return what shows that the tree only grew between two sizes. Raises TreeBroken."""
    with connection.cursor() as cursor:
        return consistency(_Stored(cursor).subtree, old, new)


def grow(cursor: CursorWrapper, size: int) -> None:
    """Keep what became full, up to a number of seals; call it where these are added."""
    cursor.execute(_BLOCKS, [KEPT_FROM])
    for block in range(cursor.fetchone()[0], size >> KEPT_FROM):
        level, place, found = KEPT_FROM, block, _of_seals(cursor, KEPT_FROM, block)
        if found is None:  # somebody removed seals: `audit verify` says so, and sealing goes on
            return
        cursor.execute(_KEEP, [level, place, found])
        while place & 1:
            left = _kept(cursor, level, place - 1)
            if left is None:
                return
            level, place, found = level + 1, place >> 1, node_hash(left, found)
            cursor.execute(_KEEP, [level, place, found])


def keep_edge(cursor: CursorWrapper, size: int) -> None:
    """Keep what the tree is made of so far, before its seals go."""
    stored = _Stored(cursor)
    for level, place in edge_of(size):
        cursor.execute(_KEEP, [level, place, stored.subtree(level, place)])


def edge_at(size: int) -> list[bytes]:
    """Return what the tree was made of at a size, the largest part first. Raises TreeBroken."""
    with connection.cursor() as cursor:
        return edge(cursor, size)


def edge(cursor: CursorWrapper, size: int) -> list[bytes]:
    """Return the same where other statements run with it. Raises TreeBroken."""
    stored = _Stored(cursor)
    return [stored.subtree(level, place) for level, place in edge_of(size)]


def kept_nodes(cursor: CursorWrapper) -> Mapping[tuple[int, int], bytes]:
    """Return every hash that is kept, by level and place."""
    cursor.execute(_ALL)
    return {(level, place): bytes(found) for level, place, found in cursor.fetchall()}


class _Stored:
    """The full subtrees, from what is kept of them and else from their seals; each is asked for once."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        self._found: dict[tuple[int, int], bytes] = {}
        self._blocks: dict[int, dict[int, bytes]] = {}

    def subtree(self, level: int, place: int) -> bytes:
        """Return the hash of a full subtree. Raises TreeBroken."""
        if (level, place) not in self._found:
            self._found[level, place] = self._read(level, place)
        return self._found[level, place]

    def _read(self, level: int, place: int) -> bytes:
        found = self._of_block(level, place) if level < KEPT_FROM else None
        found = found or _kept(self._cursor, level, place)
        if found is not None:
            return found
        if level == 0:
            raise TreeBroken(number=place + 1)
        return node_hash(self.subtree(level - 1, 2 * place), self.subtree(level - 1, 2 * place + 1))

    def _of_block(self, level: int, place: int) -> bytes | None:
        """Return the hash of what is less than a block from its seals; None where some are gone."""
        block = place >> (KEPT_FROM - level)
        if block not in self._blocks:
            self._blocks[block] = _leaves(self._cursor, KEPT_FROM, block)
        numbers = range((place << level) + 1, (place + 1 << level) + 1)
        leaves = [self._blocks[block].get(number) for number in numbers]
        return root_of([leaf for leaf in leaves if leaf]) if all(leaves) else None


def _kept(cursor: CursorWrapper, level: int, place: int) -> bytes | None:
    cursor.execute(_NODE, [level, place])
    row = cursor.fetchone()
    return bytes(row[0]) if row else None


def _of_seals(cursor: CursorWrapper, level: int, place: int) -> bytes | None:
    """Return the hash of a subtree from all its seals; None where some are gone."""
    leaves = _leaves(cursor, level, place)
    return root_of(list(leaves.values())) if len(leaves) == 1 << level else None


def _leaves(cursor: CursorWrapper, level: int, place: int) -> dict[int, bytes]:
    """Return the hashes of the seals in a subtree, by their numbers and in their order."""
    cursor.execute(_DIGESTS, [(place << level) + 1, place + 1 << level])
    return {number: leaf_hash(bytes(digest)) for number, digest in cursor.fetchall()}
