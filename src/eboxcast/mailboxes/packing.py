"""Recipient keys as rows of binary COPY, one row per bucket, and back.

The format is PostgreSQL's own (documentation of COPY, "Binary Format"; arrays as ``array_send`` writes them). Building
the bytes from NumPy arrays is what makes storing an audience several times faster than a row per recipient.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys, in_bucket_order

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_BIGINT_OID = 20
_ARRAY_HEADER_BYTES = 20

_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("bucket_bytes", ">i4"),
        ("bucket", ">i4"),
        ("release_bytes", ">i4"),
        ("release", ">i8"),
        ("array_bytes", ">i4"),
        ("dimensions", ">i4"),
        ("has_null", ">i4"),
        ("element_type", ">i4"),
        ("length", ">i4"),
        ("lower_bound", ">i4"),
    ]
)
_ELEMENT = np.dtype([("bytes", ">i4"), ("key", ">i8")])
_KEYS_BEFORE_SENDING = 500_000


@dataclass(frozen=True, kw_only=True)
class _Constant:
    """What is the same in each row."""

    release: int
    generation: int | None
    texts: tuple[str, ...]

    def tail(self) -> bytes:
        """Return the columns after the keys."""
        encoded = [text.encode() for text in self.texts]
        if self.generation is not None:
            encoded.append(struct.pack(">h", self.generation))
        return b"".join(struct.pack(">i", len(value)) + value for value in encoded)

    def count(self) -> int:
        """Return how many columns there are after the keys."""
        return len(self.texts) + (self.generation is not None)


def pack(
    keys: Keys, *, prime: int, release: int, generation: int | None = None, texts: tuple[str, ...] = ()
) -> Iterator[bytes]:
    """Yield a whole binary COPY of (bucket, release, keys, *texts), in the order of the buckets.

    ``texts`` are further columns with the same value in each row; last comes the generation, where given.
    Memory: the keys once more in bucket order, and at most some half a million of them as bytes.
    """
    buckets, ordered = in_bucket_order(keys, prime)
    starts = np.flatnonzero(np.diff(buckets, prepend=-1))
    ends = np.append(starts[1:], len(ordered))
    constant = _Constant(release=release, generation=generation, texts=texts)
    yield _SIGNATURE
    for first, last in _slices(starts, ends):
        yield _rows(buckets, ordered, starts[first:last], ends[first:last], constant)
    yield _TRAILER


def _slices(starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(starts):
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + _KEYS_BEFORE_SENDING, side="right")))
        yield first, last
        first = last


def _rows(
    buckets: NDArray[np.int32], ordered: Keys, starts: NDArray[np.intp], ends: NDArray[np.intp], constant: _Constant
) -> bytes:
    rows = np.zeros(len(starts), dtype=_ROW)
    rows["fields"] = 3 + constant.count()
    rows["bucket_bytes"] = 4
    rows["bucket"] = buckets[starts]
    rows["release_bytes"] = 8
    rows["release"] = constant.release
    rows["length"] = ends - starts
    rows["array_bytes"] = _ARRAY_HEADER_BYTES + _ELEMENT.itemsize * (ends - starts)
    rows["dimensions"] = 1
    rows["element_type"] = _BIGINT_OID
    rows["lower_bound"] = 1
    origin = starts[0]
    elements = np.empty(ends[-1] - origin, dtype=_ELEMENT)
    elements["bytes"] = 8
    elements["key"] = ordered[origin : ends[-1]]
    places = (starts - origin).tolist(), (ends - origin).tolist()
    return _interleaved(rows.tobytes(), elements.tobytes(), *places, tail=constant.tail())


def _interleaved(rows: bytes, elements: bytes, starts: list[int], ends: list[int], *, tail: bytes) -> bytes:
    head, element, after = memoryview(rows), memoryview(elements), memoryview(tail)
    width, size = _ROW.itemsize, _ELEMENT.itemsize
    pieces: list[memoryview] = []
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        pieces.append(head[index * width : (index + 1) * width])
        pieces.append(element[start * size : end * size])
        pieces.append(after)
    return b"".join(pieces)


def unpack(copied: bytes) -> Keys:
    """Return all keys of a binary COPY whose only column is ``keys``, ascending."""
    pieces: list[bytes] = []
    read = struct.Struct(">hi").unpack_from
    position = len(_SIGNATURE)
    while True:
        (fields,) = struct.unpack_from(">h", copied, position)
        if fields == -1:
            break
        _, size = read(copied, position)
        position += 6
        pieces.append(copied[position + _ARRAY_HEADER_BYTES : position + size])
        position += size
    keys = np.frombuffer(b"".join(pieces), dtype=_ELEMENT)["key"].astype(np.int64)
    keys.sort()
    return keys
