"""Make one audience of several lists, and the account of each list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.package.duplicates import DUPLICATE, LIST_BITS, LIST_MASK, Recipients, faults_of, without_duplicates
from eboxcast.package.faults.fault import FAULTS
from eboxcast.package.faults.kinds import Level
from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.model import Duplicates, EboxType, Fault, FaultyRows, Limits, ListAccount, Policies

_THREADS = 2


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
    read = partial(read_list, ebox_type=ebox_type, limits=limits, cap=cap)
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
    )


def _in_order(readings: Sequence[ListReading], duplicates: Sequence[Fault], cap: int) -> tuple[Fault, ...]:
    """Return the faults in the order of files and lines; the cap cuts those of rows, never those of whole lists."""
    place = {reading.file_name: index for index, reading in enumerate(readings)}
    found = [fault for reading in readings for fault in reading.faults]
    rows = [fault for fault in found if FAULTS[fault.code].level is Level.ROW]
    whole = [fault for fault in found if FAULTS[fault.code].level is not Level.ROW]
    return tuple(sorted((*whole, *rows[:cap], *duplicates), key=lambda fault: (place[fault.file], fault.line or 0)))
