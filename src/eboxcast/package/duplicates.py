"""Recipients named more than once, in one list or in several: how many, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.package.lists import ListReading
from eboxcast.package.model import Fault

DUPLICATE = "list.duplicate"
LIST_BITS = 16
LIST_MASK = (1 << LIST_BITS) - 1
_AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Every recipient once, as ``key << LIST_BITS | first list``, ascending; ``again`` are the other mentions."""

    once: Keys
    again: Keys


def without_duplicates(readings: Sequence[ListReading]) -> Recipients:
    """Put the keys of all lists in order, each recipient with the first list that has it."""
    packed = np.empty(sum(len(reading.keys) for reading in readings), np.int64)
    start = 0
    for index, reading in enumerate(readings):
        part = packed[start : start + len(reading.keys)]
        np.left_shift(reading.keys, LIST_BITS, out=part)
        part |= index
        start += len(part)
    packed.sort()
    again = _is_again(packed)
    if not again.any():
        return Recipients(once=packed, again=packed[:0])
    return Recipients(once=packed[~again], again=packed[again])


def faults_of(recipients: Recipients, readings: Sequence[ListReading], cap: int) -> tuple[Fault, ...]:
    """Return the first duplicates in the order of lists and lines, each with both its places."""
    return tuple(islice(_faults(recipients, readings, cap), cap))


def _is_again(packed: Keys) -> NDArray[np.bool_]:
    """Tell which mentions follow another one of the same recipient; a part at a time, to stay lean."""
    again = np.zeros(len(packed), np.bool_)
    for start in range(1, len(packed), _AT_ONCE):
        here = packed[start : start + _AT_ONCE] >> LIST_BITS
        again[start : start + len(here)] = here == packed[start - 1 : start - 1 + len(here)] >> LIST_BITS
    return again


def _faults(recipients: Recipients, readings: Sequence[ListReading], cap: int) -> Iterator[Fault]:
    lists = recipients.again & LIST_MASK
    for index in np.unique(lists).tolist():
        keys = np.unique(recipients.again[lists == index] >> LIST_BITS)
        yield from _faults_in(index, keys, recipients, readings, cap=cap)


def _faults_in(
    index: int, keys: Keys, recipients: Recipients, readings: Sequence[ListReading], *, cap: int
) -> Iterator[Fault]:
    reading = readings[index]
    homes = recipients.once[np.searchsorted(recipients.once, keys << LIST_BITS)] & LIST_MASK
    places = np.flatnonzero(_among(reading.keys, keys))
    home = homes[np.searchsorted(keys, reading.keys[places])]
    # In the list where a recipient belongs, its first mention is no duplicate.
    _, first = np.unique(reading.keys[places], return_index=True)
    is_first = np.zeros(len(places), np.bool_)
    is_first[first] = True
    chosen = np.flatnonzero(~(is_first & (home == index)))[:cap]
    first_lines = _first_lines(reading.keys[places[chosen]], home[chosen], readings)
    for place, at, line in zip(places[chosen].tolist(), home[chosen].tolist(), first_lines, strict=True):
        yield Fault(
            code=DUPLICATE,
            file=reading.file_name,
            line=reading.line_of(place),
            place=reading.column,
            data={"first_file": readings[at].file_name, "first_line": line},
        )


def _first_lines(keys: Keys, homes: Keys, readings: Sequence[ListReading]) -> list[int]:
    """Return the line of the first mention of each key in the list where it belongs."""
    lines = np.zeros(len(keys), np.int64)
    for index in np.unique(homes).tolist():
        mine = np.flatnonzero(homes == index)
        wanted = np.unique(keys[mine])
        there = np.flatnonzero(_among(readings[index].keys, wanted))
        mentions, first = np.unique(readings[index].keys[there], return_index=True)
        places = there[first[np.searchsorted(mentions, keys[mine])]]
        lines[mine] = [readings[index].line_of(place) for place in places.tolist()]
    return lines.tolist()


def _among(keys: Keys, ascending: Keys) -> NDArray[np.bool_]:
    """Tell which keys are among others that are ascending and unique."""
    found: NDArray[np.bool_] = ascending.take(np.searchsorted(ascending, keys), mode="clip") == keys
    return found
