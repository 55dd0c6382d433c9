"""Read one recipient list: its keys in the order of its rows, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.package.lists.beginning import begin, source_of
from eboxcast.package.lists.oversized import too_many_rows
from eboxcast.package.lists.passes import read_by_column, read_row_by_row
from eboxcast.package.lists.refusal import ListRefused
from eboxcast.package.lists.source import Source
from eboxcast.package.lists.tally import KeyLines, Tally
from eboxcast.package.model import EboxType, Fault, Limits


@dataclass(frozen=True, kw_only=True)
class ListReading:
    """What a list says. A list that cannot be read to its end has no rows, and a fault of the level ``list``."""

    file_name: str
    digest: bytes
    """SHA-256 of the bytes read; empty where they were not read to the end."""
    size: int
    rows: int
    """Rows of data: neither the header nor blank lines; rows = excluded + keys."""
    keys: Keys
    """In the order of the rows, duplicates kept."""
    lines: KeyLines
    excluded: int
    """Rows with a fault."""
    faults: tuple[Fault, ...]
    """Those of the list as a whole, then those of the first rows, up to a cap."""
    fault_counts: Mapping[str, int]
    """All of them, by code."""
    encoding: str
    separator: str
    column: str | None

    def line_of(self, index: int) -> int:
        """Return the line in the file of the index-th key."""
        return self.lines.of(index)


def read_list(
    path: Path, *, ebox_type: EboxType, limits: Limits, cap: int = 1000, force_exact: bool = False
) -> ListReading:
    """Read a list once, and return its keys and its faults (the first ``cap`` of its rows'; all are counted).

    ``force_exact`` reads every row one by one, as is done with irregular lists: the answer is the same, only later.
    """
    limit = limits.rows_per_list
    source = None
    try:
        source = source_of(path, limit=limit)
        begun = begin(source, path, ebox_type, limit=limit)
        tally = Tally(cap)
        layout = None if force_exact else begun.layout()
        keys, lines = read_by_column(begun, layout, tally) if layout else read_row_by_row(begun, tally)
    except ListRefused as refusal:
        return _refused(path, refusal.fault, source)
    against = _against(path, len(keys), tally.excluded, limit=limit)
    return ListReading(
        file_name=path.name,
        digest=source.digest.result(),
        size=source.size,
        rows=len(keys) + tally.excluded,
        keys=keys,
        lines=lines,
        excluded=tally.excluded,
        faults=(*against, *tally.faults),
        fault_counts={**{fault.code: 1 for fault in against}, **tally.counts},
        encoding=begun.text.written_in,
        separator=begun.judge.separator.decode(),
        column=begun.judge.column,
    )


def _against(path: Path, good: int, excluded: int, *, limit: int) -> list[Fault]:
    """Return the faults of a list as a whole, now that its rows are counted."""
    rows = good + excluded
    if rows == 0:
        return [Fault(code="list.no-rows", file=path.name)]
    faults = [too_many_rows(path, rows=rows, limit=limit).fault] if rows > limit else []
    if good == 0:
        faults.append(Fault(code="list.all-faulty", file=path.name, data={"rows": rows}))
    return faults


def _refused(path: Path, fault: Fault, source: Source | None) -> ListReading:
    return ListReading(
        file_name=path.name,
        digest=source.digest.result() if source else b"",
        size=source.size if source else 0,
        rows=0,
        keys=np.empty(0, np.int64),
        lines=KeyLines(np.empty(0, np.int64)),
        excluded=0,
        faults=(fault,),
        fault_counts={fault.code: 1},
        encoding="",
        separator="",
        column=None,
    )
