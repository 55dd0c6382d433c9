"""The tree behind receipts: anyone can verify who received something in a run, or did not (ADR 22).

Recipients are in shelves by their bucket, about 64 in each. In its shelf a recipient is a tag: the SHA-256 of a nonce
and the key. The nonce comes from the key and the secret of one of many cells, by key too, but otherwise than shelves.
A tree as in RFC 9162 over the shelves gives the root, another over the secrets of the cells commits to these.

Who makes a tree can prove both of one number: a receipt beats an absence, and both together convict the issuer. One
proof tells of nobody else; several proofs of absence together can.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eboxcast.lib.buckets import Keys
from eboxcast.lib.merkle import leaf_hash, root_by_path

if TYPE_CHECKING:  # who verifies a receipt needs no numpy, which takes 40 ms to import
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint8]

SECRET_BYTES = 32
HASH_BYTES = 32

_IN_SHELF = 64
_FEWEST_CELLS = 1 << 10
_MOST_CELLS = 1 << 15
_NONCE, _TAG = b"\x02", b"\x03"
"""After those of leaves and nodes (merkle.py)."""
_KEY_BYTES = 8
_ROW_BYTES = 1 + HASH_BYTES + _KEY_BYTES
_ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How large a tree is; with it anyone knows where a recipient must be."""

    recipients: int
    buckets: int
    """The prime of the environment."""
    shelves: int
    cells: int
    """A power of two, so that cell and shelf of a recipient have nothing to do with one another."""

    def shelf_of(self, key: int) -> int:
        """Return in which shelf a recipient is, or would be."""
        return key % self.buckets * self.shelves // self.buckets

    def cell_of(self, key: int) -> int:
        """Return whose secret the nonce of a recipient comes from."""
        return key % self.cells

    def buckets_of(self, first_shelf: int, last_shelf: int) -> tuple[int, int]:
        """Return the first and the last bucket of some neighbouring shelves."""
        return -(-first_shelf * self.buckets // self.shelves), -(-(last_shelf + 1) * self.buckets // self.shelves) - 1

    def pieces(self, recipients: int) -> Iterator[tuple[int, int]]:
        """Yield first and last shelf of pieces with about so many recipients."""
        step = max(1, recipients * self.shelves // max(1, self.recipients))
        for first in range(0, self.shelves, step):
            yield first, min(first + step, self.shelves) - 1


def shape_for(recipients: int, *, buckets: int) -> Shape:
    """Return the shape of a new tree.

    In an audience of a few all are in one shelf: an empty one would say of everybody who belongs there that they
    are not in it. More cells than recipients in a shelf make it rare that two of these have a secret in common.
    """
    cells = min(_MOST_CELLS, max(_FEWEST_CELLS, _IN_SHELF * recipients))
    return Shape(
        recipients=recipients,
        buckets=buckets,
        shelves=min(buckets, max(1, recipients // _IN_SHELF)),
        cells=1 << (cells - 1).bit_length(),
    )


class Sealing:
    """Making tags with the secret of a release, which nobody else has."""

    def __init__(self, secret: bytes, shape: Shape) -> None:
        self._shape = shape
        self._cells = hashlib.shake_256(secret).digest(shape.cells * SECRET_BYTES)

    def secret_of(self, cell: int) -> bytes:
        """Return the secret of a cell: with it anyone can make the tags of all in this cell."""
        return self._cells[cell * SECRET_BYTES : (cell + 1) * SECRET_BYTES]

    def cell_hashes(self) -> list[bytes]:
        """Return the leaves of the tree over the secrets."""
        return [leaf_hash(self.secret_of(cell)) for cell in range(self._shape.cells)]

    def nonce_of(self, key: int) -> bytes:
        """Return the nonce of a recipient: with it anyone who knows the number can make the tag."""
        return nonce_of(self.secret_of(self._shape.cell_of(key)), key)

    def shelves(self, keys: Keys, first: int, last: int) -> Iterator[bytes]:
        """Yield the content of each of some neighbouring shelves, given all keys that are in them: ascending tags."""
        import numpy as np  # whoever has keys has it already

        tags = self._tags(keys)
        shelves = keys % self._shape.buckets * self._shape.shelves // self._shape.buckets - first
        # Shelf, and what a tag begins with: one number orders both. Few shelves come at once.
        begins = tags[:, :8].copy().view(">u8").ravel() >> 16
        order = np.argsort((shelves.astype(np.uint64) << np.uint64(48)) | begins)
        ordered = tags[order].tobytes()
        ends = np.searchsorted(shelves[order], np.arange(last - first + 1), side="right") * HASH_BYTES
        start = 0
        for end in ends.tolist():
            yield ordered[start:end]
            start = end

    def _tags(self, keys: Keys) -> Hashes:
        import numpy as np  # whoever has keys has it already

        cells = np.frombuffer(self._cells, np.uint8).reshape(-1, SECRET_BYTES)
        tags = np.empty((len(keys), HASH_BYTES), np.uint8)
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            some = keys[start : start + _ROWS_AT_ONCE]
            rows = np.empty((len(some), _ROW_BYTES), np.uint8)
            rows[:, 1 + HASH_BYTES :] = some.astype(">i8").view(np.uint8).reshape(-1, _KEY_BYTES)
            rows[:, 0], rows[:, 1 : 1 + HASH_BYTES] = _NONCE[0], cells[some & (self._shape.cells - 1)]
            nonces = _hashed(rows)
            rows[:, 0], rows[:, 1 : 1 + HASH_BYTES] = _TAG[0], nonces
            tags[start : start + _ROWS_AT_ONCE] = _hashed(rows)
        return tags


def _hashed(rows: Hashes) -> Hashes:
    """Return the SHA-256 of each row. No well-kept library does this for many at once; a loop takes 0.4 µs for each."""
    import numpy as np  # as above

    sha256 = hashlib.sha256
    digests = b"".join([sha256(row).digest() for row in rows.view(f"V{_ROW_BYTES}").ravel().tolist()])
    return np.frombuffer(digests, np.uint8).reshape(-1, HASH_BYTES)


def new_secret() -> bytes:
    """Return the secret of a new tree."""
    return secrets.token_bytes(SECRET_BYTES)


def nonce_of(cell_secret: bytes, key: int) -> bytes:
    """Return the nonce of a recipient, from the secret of their cell."""
    return _sha256(_NONCE + cell_secret + key.to_bytes(_KEY_BYTES, "big"))


def tag_of(nonce: bytes, key: int) -> bytes:
    """Return how a recipient is written in a shelf."""
    return _sha256(_TAG + nonce + key.to_bytes(_KEY_BYTES, "big"))


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@dataclass(frozen=True, kw_only=True)
class Roots:
    """What a certificate has of a tree."""

    shape: Shape
    root: bytes
    cells_root: bytes


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That a recipient is in a tree, or is not. Alone it tells of nobody else."""

    received: bool
    shelf: int
    tags: bytes = field(repr=False)
    """The content of the shelf in which the recipient is, or would be."""
    path: tuple[bytes, ...]
    """What leads from the shelf to the root."""
    nonce: bytes | None = field(repr=False, default=None)
    """Of who received it."""
    cell_secret: bytes | None = field(repr=False, default=None)
    """Of who did not: from it anyone makes the one tag that they could have, and sees that it is not there."""
    cell_path: tuple[bytes, ...] = ()

    def holds_for(self, key: int, roots: Roots) -> bool:
        """Return whether this proves it of the recipient with this key, by the roots of a certificate."""
        shape = roots.shape
        leaf = leaf_hash(self.tags)
        if self.shelf != shape.shelf_of(key) or len(self.tags) % HASH_BYTES:
            return False
        if root_by_path(leaf, self.path, index=self.shelf, size=shape.shelves) != roots.root:
            return False
        tags = {self.tags[start : start + HASH_BYTES] for start in range(0, len(self.tags), HASH_BYTES)}
        if self.received:
            return self.nonce is not None and tag_of(self.nonce, key) in tags
        return self._is_absent(key, tags, roots)

    def _is_absent(self, key: int, tags: set[bytes], roots: Roots) -> bool:
        if self.cell_secret is None:
            return False
        cells, leaf = roots.shape.cells, leaf_hash(self.cell_secret)
        if root_by_path(leaf, self.cell_path, index=key % cells, size=cells) != roots.cells_root:
            return False
        return tag_of(nonce_of(self.cell_secret, key), key) not in tags
