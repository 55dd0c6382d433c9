"""Merkle trees as in RFC 9162, 2.1: one hash for many leaves, and short proofs from it.

Receipts and the audit have one each. A subtree is full when it has 2^level leaves; ``Subtrees`` gives the hash of one
by its level and its place among those of its level, from wherever these are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Subtrees = Callable[[int, int], bytes]

_LEAF, _NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(_LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what is above two others."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of a tree over the hashes of its leaves (2.1.1)."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else EMPTY


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return what leads from a leaf to the root (2.1.3.1): the lowest first."""
    level, path = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, index = _above(level), index >> 1
    return path


def root_by_path(leaf: bytes, path: Sequence[bytes], *, index: int, size: int) -> bytes | None:
    """Return the root to which a path leads (2.1.3.2); None where no tree of this size has it."""
    if not 0 <= index < size:
        return None
    last, found = size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = node_hash(beside, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def root_at(subtrees: Subtrees, size: int) -> bytes:
    """Return the root that a tree had with its first leaves."""
    return _hash_between(subtrees, 0, size) if size else EMPTY


def inclusion(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """Return what ``path_of`` does, from a few subtrees."""
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(_hash_between(subtrees, middle, end))
            end = middle
        else:
            path.append(_hash_between(subtrees, start, middle))
            start = middle
    return path[::-1]


def consistency(subtrees: Subtrees, old: int, new: int) -> list[bytes]:
    """Return what shows that a tree only grew (2.1.4.1), from a size that is not 0."""
    path, start, end = [], 0, new
    while end != old:
        middle = start + _left(end - start)
        if old <= middle:
            path.append(_hash_between(subtrees, middle, end))
            end = middle
        else:
            path.append(_hash_between(subtrees, start, middle))
            start = middle
    if start:
        path.append(_hash_between(subtrees, start, end))
    return path[::-1]


def only_grew(path: Sequence[bytes], *, old: tuple[int, bytes], new: tuple[int, bytes]) -> bool:
    """Tell whether the one tree, by its size and root, is the beginning of the other (2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return old_root == new_root and not path
    hashes = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not 0 < old_size < new_size or not hashes:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        first, last = first >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def edge_of(size: int) -> list[tuple[int, int]]:
    """Return level and place of the full subtrees that a tree is made of, the largest first."""
    levels = range(size.bit_length() - 1, -1, -1)
    return [(level, (size >> level) - 1) for level in levels if size >> level & 1]


class Growing:
    """A tree to which leaves are added one by one; it holds no more than its edge."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)

    def add(self, leaf: bytes) -> list[bytes]:
        """Add a leaf; return the hashes of the subtrees that it made full, by their level."""
        full, size = [leaf], self.size
        while size & 1:
            full.append(node_hash(self._edge.pop(), full[-1]))
            size >>= 1
        self._edge.append(full[-1])
        self.size += 1
        return full

    def root(self) -> bytes:
        """Return the root of what was added until now."""
        if not self._edge:
            return EMPTY
        found = self._edge[-1]
        for left in self._edge[-2::-1]:
            found = node_hash(left, found)
        return found


def _hash_between(subtrees: Subtrees, start: int, end: int) -> bytes:
    size = end - start
    left = _left(size)
    if size == 1 or size == 2 * left:
        return subtrees(size.bit_length() - 1, start // size)
    return node_hash(subtrees(left.bit_length() - 1, start // left), _hash_between(subtrees, start + left, end))


def _left(size: int) -> int:
    """Return how many of some leaves are on the left: the largest power of two that is less than all."""
    return 1 << (size - 1).bit_length() - 1 if size > 1 else 0


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
