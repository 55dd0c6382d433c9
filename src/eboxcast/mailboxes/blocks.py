"""Blocks: who received which of many releases, sorted, in pieces that one page of the database holds.

A compaction has the audiences of many releases. Of each bucket it has all pairs (recipient, release) in the order of
the recipients, cut between two recipients; a block is found by its first. Within a bucket a key is told by how many
primes it lies above the first of its block, and a release by its number in the compaction: a few bytes for each pair,
where a row of keys takes fourteen.

A block is three columns behind a head: the distances, ascending; how many releases each recipient has; the numbers of
these. All are little-endian; the head says how wide the last two are.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys

MOST_RELEASES = 1 << 24
"""Of one compaction."""
_MOST_BUCKETS = 1 << 11
"""Of one chunk: bucket, distance and number are sorted as one int64."""
_PAIRS_AT_ONCE = 1_000_000
_TARGET_BYTES = 1700
"""With what its last recipient may have above this, a row stays in its page; nothing is put apart."""
_NUMBER_BITS = 24
_DISTANCE_BITS = 28
_KEY_BITS = 41
_HEAD = struct.Struct("<BBxxI")
_ROW_HEAD = struct.Struct(">hiiiiiqi")
_FORMATS = {1: "B", 2: "H", 4: "I"}
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("generation_bytes", ">i4"),
        ("generation", ">i2"),
        ("bucket_bytes", ">i4"),
        ("bucket", ">i4"),
        ("compaction_bytes", ">i4"),
        ("compaction", ">i4"),
        ("first_bytes", ">i4"),
        ("first", ">i8"),
        ("content_bytes", ">i4"),
        ("count_width", "u1"),
        ("number_width", "u1"),
        ("spare", "<u2"),
        ("people", "<u4"),
    ]
)

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Who received what, in some neighbouring buckets: three columns of the same length, in any order."""

    buckets: Whole
    keys: Keys
    numbers: Whole

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """Blocks as they are read back, opened into pairs, each with the compaction it is of."""

    pairs: Pairs
    compactions: Whole


@dataclass(frozen=True, kw_only=True)
class _People:
    """The recipients of sorted pairs, in order, and where the numbers of each begin."""

    buckets: Whole
    distances: Whole
    counts: Whole
    begins: Whole


def can_hold(prime: int) -> bool:
    """Return whether keys can be told by their distance: with very few buckets they cannot."""
    return (1 << _KEY_BITS) // prime < 1 << _DISTANCE_BITS


def chunks(first: int, last: int, *, pairs: int, prime: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of buckets, each with about so many of all pairs as are held in memory at once."""
    step = min(_MOST_BUCKETS, max(1, prime * _PAIRS_AT_ONCE // max(pairs, _PAIRS_AT_ONCE)))
    for start in range(first, last + 1, step):
        yield start, min(start + step - 1, last)


def numbers_in(content: bytes, *, first: int, key: int, prime: int) -> tuple[int, ...]:
    """Return the numbers of what a recipient received, from the block in which they would be."""
    count_width, number_width, people = _HEAD.unpack_from(content)
    start = _HEAD.size
    distances = memoryview(content)[start : start + 4 * people].cast("I")
    distance = (key - first) // prime
    place = bisect_left(distances, distance)
    if place == people or distances[place] != distance:
        return ()
    start += 4 * people
    counts = struct.unpack_from(f"<{place + 1}{_FORMATS[count_width]}", content, start)
    start += count_width * people + number_width * (sum(counts) - counts[-1])
    return struct.unpack_from(f"<{counts[-1]}{_FORMATS[number_width]}", content, start)


def as_rows(pairs: Pairs, *, prime: int, compaction: int, generation: int) -> Iterator[bytes]:
    """Yield the blocks of some pairs as a whole binary COPY of (generation, bucket, compaction, first, content)."""
    yield _SIGNATURE
    if len(pairs):
        yield _packed(pairs, prime=prime, compaction=compaction, generation=generation)
    yield _TRAILER


def _packed(pairs: Pairs, *, prime: int, compaction: int, generation: int) -> bytes:
    lowest = int(pairs.buckets.min())
    people, numbers = _sorted(pairs, lowest=lowest, prime=prime)
    widths = _width(people.counts), _width(numbers)
    firsts = _first_people(people, widths)
    lasts = np.append(firsts[1:], len(people.counts))
    begins = people.begins[firsts]
    ends = np.append(begins[1:], len(numbers))
    rows = np.zeros(len(firsts), dtype=_ROW)
    rows["fields"] = 5
    for name, size in (("generation", 2), ("bucket", 4), ("compaction", 4), ("first", 8)):
        rows[f"{name}_bytes"] = size
    rows["generation"], rows["compaction"] = generation, compaction
    rows["bucket"] = people.buckets[firsts] + lowest
    rows["first"] = people.distances[firsts] * prime + rows["bucket"]
    rows["count_width"], rows["number_width"] = widths
    rows["people"] = lasts - firsts
    rows["content_bytes"] = _HEAD.size + (lasts - firsts) * (4 + widths[0]) + (ends - begins) * widths[1]
    distances = people.distances - np.repeat(people.distances[firsts], lasts - firsts)
    columns = (
        (_ROW.itemsize, rows.tobytes(), range(len(rows)), range(1, len(rows) + 1)),
        (4, distances.astype("<u4").tobytes(), firsts.tolist(), lasts.tolist()),
        (widths[0], people.counts.astype(f"<u{widths[0]}").tobytes(), firsts.tolist(), lasts.tolist()),
        (widths[1], numbers.astype(f"<u{widths[1]}").tobytes(), begins.tolist(), ends.tolist()),
    )
    sliced = [
        [memoryview(column)[size * start : size * end] for start, end in zip(starts, ends_, strict=True)]
        for size, column, starts, ends_ in columns
    ]
    return b"".join(piece for row in zip(*sliced, strict=True) for piece in row)


def _sorted(pairs: Pairs, *, lowest: int, prime: int) -> tuple[_People, Whole]:
    combined = (pairs.buckets - lowest) << _DISTANCE_BITS
    combined |= pairs.keys // prime
    combined <<= _NUMBER_BITS
    combined |= pairs.numbers
    combined.sort()
    numbers = combined & (MOST_RELEASES - 1)
    combined >>= _NUMBER_BITS
    begins = np.flatnonzero(np.diff(combined, prepend=-1))
    people = combined[begins]
    return _People(
        buckets=people >> _DISTANCE_BITS,
        distances=people & ((1 << _DISTANCE_BITS) - 1),
        counts=np.diff(begins, append=len(numbers)),
        begins=begins,
    ), numbers


def _width(values: Whole) -> int:
    largest = int(values.max())
    return 1 if largest < 1 << 8 else 2 if largest < 1 << 16 else 4


def _first_people(people: _People, widths: tuple[int, int]) -> Whole:
    """Return who begins a block: the first of a bucket, and whoever has the room of one before them in theirs."""
    room = 4 + widths[0] + widths[1] * people.counts
    before = np.cumsum(room) - room
    is_first = np.diff(people.buckets, prepend=-1) != 0
    of_bucket = np.flatnonzero(is_first)
    before -= np.repeat(before[of_bucket], np.diff(of_bucket, append=len(before)))
    return np.flatnonzero(is_first | (np.diff(before // _TARGET_BYTES, prepend=0) != 0))


def opened(copied: bytes, *, prime: int) -> Blocks:
    """Return the pairs of a binary COPY of (bucket, compaction, first, content)."""
    heads: list[tuple[int, int, int, int]] = []
    columns: tuple[list[NDArray[np.unsignedinteger]], ...] = ([], [], [])
    position, end = len(_SIGNATURE), len(copied) - len(_TRAILER)
    while position < end:
        _, _, bucket, _, compaction, _, first, size = _ROW_HEAD.unpack_from(copied, position)
        position += _ROW_HEAD.size
        count_width, number_width, people = _HEAD.unpack_from(copied, position)
        heads.append((bucket, compaction, first, people))
        start = position + _HEAD.size
        for column, width, length in zip(columns, (4, count_width), (people, people), strict=False):
            column.append(np.frombuffer(copied, dtype=f"<u{width}", count=length, offset=start))
            start += width * length
        position += size
        columns[2].append(
            np.frombuffer(copied, dtype=f"<u{number_width}", count=(position - start) // number_width, offset=start)
        )
    if not heads:
        return Blocks(pairs=_NO_PAIRS, compactions=_NOTHING)
    distances, counts, numbers = (np.concatenate(column).astype(np.int64) for column in columns)
    buckets, compactions, firsts, people_ = np.array(heads, dtype=np.int64).T
    keys = np.repeat(firsts, people_) + distances * prime
    pairs_of_block = np.add.reduceat(counts, np.cumsum(people_) - people_)
    return Blocks(
        pairs=Pairs(buckets=np.repeat(buckets, pairs_of_block), keys=np.repeat(keys, counts), numbers=numbers),
        compactions=np.repeat(compactions, pairs_of_block),
    )


def audiences_as_pairs(copied: bytes, releases: Sequence[int]) -> Pairs:
    """Return the pairs of a binary COPY of one row: all buckets, releases and counts of keys, and the keys behind one
    another, each as an array of its own with a header. ``releases`` ascend; the number of each is its place in them.
    """
    columns = list(_columns_of_row(copied))
    if not columns:
        return _NO_PAIRS
    buckets, of_rows, counts = map(_elements, columns[:3], (">i4", ">i8", ">i4"))
    places = np.arange(int(counts.sum())) * _ELEMENT_BYTES + _LENGTH_BYTES
    places += np.repeat(np.arange(1, len(counts) + 1) * _ARRAY_HEADER_BYTES, counts)
    keys = columns[3]
    everywhere = np.ndarray((len(keys) - _KEY_BYTES + 1,), dtype=">i8", buffer=keys, strides=(1,))
    return Pairs(
        buckets=np.repeat(buckets, counts),
        keys=everywhere[places].astype(np.int64),
        numbers=np.repeat(np.searchsorted(releases, of_rows), counts),
    )


def _columns_of_row(copied: bytes) -> Iterator[memoryview]:
    whole = memoryview(copied)
    position, end = len(_SIGNATURE) + _COUNT_BYTES, len(copied) - len(_TRAILER)
    while position < end:
        size = int.from_bytes(whole[position : position + _LENGTH_BYTES], "big", signed=True)
        if size < 0:  # nothing was found: there are no arrays
            return
        position += _LENGTH_BYTES
        yield whole[position : position + size]
        position += size


def _elements(array: memoryview, kind: str) -> Whole:
    layout = np.dtype([("bytes", ">i4"), ("value", kind)])
    return np.frombuffer(array, dtype=layout, offset=_ARRAY_HEADER_BYTES)["value"].astype(np.int64)


_COUNT_BYTES = 2
_LENGTH_BYTES = 4
_KEY_BYTES = 8
_ELEMENT_BYTES = _LENGTH_BYTES + _KEY_BYTES
_ARRAY_HEADER_BYTES = 20
_NOTHING = np.empty(0, dtype=np.int64)
_NO_PAIRS = Pairs(buckets=_NOTHING, keys=_NOTHING, numbers=_NOTHING)
