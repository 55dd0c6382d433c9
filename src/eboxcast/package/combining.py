"""Make one audience of several lists: who is named more than once, and where, and the account of each list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.package.faults import FAULTS, Fault, Level
from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.model import Duplicates, EboxType, FaultyRows, Limits, ListAccount, Policies

_THREADS = 2
DUPLICATE = "list.duplicate"
LIST_BITS = 16
LIST_MASK = (1 << LIST_BITS) - 1
_AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Combined:
    """All lists of a package as one, in the order of their file names.

    ``list_of_key`` is the index in ``accounts`` of the list a recipient belongs to: the first that names it.
    """

    keys: Keys
    """Ascending, unique."""
    list_of_key: NDArray[np.uint16]
    accounts: tuple[ListAccount, ...]
    faults: tuple[Fault, ...]
    """In the order of files and lines: all about whole lists, and those of rows up to a cap."""
    fault_counts: Mapping[str, int]
    merged: tuple[Fault, ...]
    """For information: duplicates that were merged, up to a cap."""
    blocked: bool
    """Whether something stands against publishing, under the policies."""


def read_lists(
    paths: Sequence[Path],
    *,
    ebox_type: EboxType,
    limits: Limits,
    policies: Policies,
    progress: Callable[[int, int], None] | None = None,
    cap: int = 1000,
) -> tuple[Combined, tuple[ListReading, ...]]:
    """Read all lists and combine them. ``progress`` is told how many lists of how many are read."""
    ordered = sorted(paths, key=lambda path: path.name)
    read = partial(read_list, ebox_type=ebox_type, limits=limits, choice=policies.choice, cap=cap)
    readings = []
    with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="lists") as threads:
        for reading in threads.map(read, ordered):
            readings.append(reading)
            if progress:
                progress(len(readings), len(ordered))
    return combine(readings, policies=policies, cap=cap), tuple(readings)


def combine(readings: Sequence[ListReading], *, policies: Policies, cap: int = 1000) -> Combined:
    """Make one audience of lists that were read."""
    ordered = sorted(readings, key=lambda reading: reading.file_name)
    recipients = without_duplicates(ordered)
    duplicates = faults_of(recipients, ordered, cap)
    blocking = policies.duplicates is Duplicates.BLOCK
    counts = Counter[str]()
    for reading in ordered:
        counts.update(reading.fault_counts)
    if blocking and len(recipients.again):
        counts[DUPLICATE] = len(recipients.again)
    list_of_key = _lists_of(recipients.once)
    return Combined(
        keys=_keys_of(recipients),
        list_of_key=list_of_key,
        accounts=_accounts(ordered, recipients.again),
        faults=_in_order(ordered, duplicates if blocking else (), cap),
        fault_counts=dict(counts),
        merged=() if blocking else duplicates,
        blocked=any(stands_against(code, policies) for code in counts),
    )


def stands_against(code: str, policies: Policies) -> bool:
    """Tell whether a fault forbids publishing: all do, but faulty rows may be excluded where the sender chose so."""
    return policies.faulty_rows is FaultyRows.BLOCK or FAULTS[code].level is not Level.ROW


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


def _keys_of(recipients: Recipients) -> Keys:
    """Return the keys alone. Done in place: a country's keys are a hundred megabytes."""
    keys = recipients.once
    keys >>= LIST_BITS
    return keys


def _lists_of(once: Keys) -> NDArray[np.uint16]:
    lists = np.empty(len(once), np.uint16)
    np.bitwise_and(once, LIST_MASK, out=lists, casting="unsafe")
    return lists


def _accounts(readings: Sequence[ListReading], again: Keys) -> tuple[ListAccount, ...]:
    merged = np.bincount(again & LIST_MASK, minlength=len(readings)).tolist()
    return tuple(_account(reading, count) for reading, count in zip(readings, merged, strict=True))


def _account(reading: ListReading, merged: int) -> ListAccount:
    return ListAccount(
        file_name=reading.file_name,
        digest=reading.digest,
        size=reading.size,
        rows=reading.rows,
        excluded=reading.excluded,
        merged=merged,
        recipients=len(reading.keys) - merged,
        faults=reading.fault_counts,
        encoding=reading.encoding,
        separator=reading.separator,
        column=reading.column,
        sheet=reading.sheet,
    )


def _in_order(readings: Sequence[ListReading], duplicates: Sequence[Fault], cap: int) -> tuple[Fault, ...]:
    """Return the faults in the order of files and lines; the cap cuts those of rows, never those of whole lists."""
    place = {reading.file_name: index for index, reading in enumerate(readings)}
    found = [fault for reading in readings for fault in reading.faults]
    rows = [fault for fault in found if FAULTS[fault.code].level is Level.ROW]
    whole = [fault for fault in found if FAULTS[fault.code].level is not Level.ROW]
    return tuple(sorted((*whole, *rows[:cap], *duplicates), key=lambda fault: (place[fault.file], fault.line or 0)))


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
            sheet=reading.sheet.name if reading.sheet else None,
            column=reading.sheet.column if reading.sheet else None,
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
