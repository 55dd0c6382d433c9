"""Read one recipient list: its keys in the order of its rows, and all that is wrong with it."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.package.errors import ListRefused
from eboxcast.package.faults import Fault
from eboxcast.package.lists.beginning import Beginning, begin, source_of
from eboxcast.package.lists.columnar import IN_DOUBT, keys_of
from eboxcast.package.lists.judging import KeyLines, Tally
from eboxcast.package.lists.layout import Layout
from eboxcast.package.lists.oversized import too_many_rows
from eboxcast.package.lists.rows import rows_of
from eboxcast.package.lists.source import Source
from eboxcast.package.model import Choice, EboxType, Limits, SheetAccount

_FOUND = Choice()


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
    sheet: SheetAccount | None = None

    def line_of(self, index: int) -> int:
        """Return the line in the file of the index-th key."""
        return self.lines.of(index)


def read_list(
    path: Path,
    *,
    ebox_type: EboxType,
    limits: Limits,
    choice: Choice = _FOUND,
    cap: int = 1000,
    force_exact: bool = False,
) -> ListReading:
    """Read a list once, and return its keys and its faults (the first ``cap`` of its rows'; all are counted).

    ``force_exact`` reads every row one by one, as is done with irregular lists: the answer is the same, only later.
    """
    limit = limits.rows_per_list
    source = None
    try:
        source = source_of(path, limit=limit)
        begun = begin(source, path, ebox_type, limit=limit, choice=choice)
        tally = Tally(cap)
        layout = None if force_exact else begun.layout()
        keys, lines = read_by_column(begun, layout, tally) if layout else read_row_by_row(begun, tally)
    except ListRefused as refusal:
        return _refused(path, refusal.fault, source)
    sheet = _sheet(begun, keys)
    against = _against(path, len(keys), tally.excluded, limit=limit, sheet=sheet)
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
        separator="" if sheet else begun.judge.separator.decode(),
        column=begun.judge.column,
        sheet=sheet,
    )


def read_by_column(begun: Beginning, layout: Layout, tally: Tally) -> tuple[Keys, KeyLines]:
    """Read a regular list by the column, and only the lines in doubt one by one."""
    keys = keys_of(begun.text.content, layout, begun.judge)
    for index in np.flatnonzero(keys == IN_DOUBT).tolist():
        judgement = begun.judge.judge(_line_at(begun, layout, index))
        if isinstance(judgement, int):
            keys[index] = judgement
        elif judgement is not None:
            tally.add(begun.judge, judgement, begun.line + index)
    without = np.flatnonzero(keys == IN_DOUBT)
    gaps = np.concatenate((np.arange(1, begun.line), begun.line + without))
    return (keys if len(without) == 0 else keys[keys != IN_DOUBT]), KeyLines(gaps)


def read_row_by_row(begun: Beginning, tally: Tally) -> tuple[Keys, KeyLines]:
    """Read any list row by row."""
    keys, lines = array("q"), array("q")
    for line, row in _rows(begun):
        judgement = begun.judge.judge(row)
        if isinstance(judgement, int):
            keys.append(judgement)
            lines.append(line)
        elif judgement is not None:
            tally.add(begun.judge, judgement, line)
    return _as_keys(keys), KeyLines.from_lines(_as_keys(lines))


def doubtful_rows(begun: Beginning, also: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the rows that may be faulty, and those on the lines asked for, each with its line."""
    layout = begun.layout()
    if layout is None:
        yield from _rows(begun)
        return
    doubtful = np.flatnonzero(keys_of(begun.text.content, layout, begun.judge) == IN_DOUBT)
    asked = np.array(sorted(also), np.int64) - begun.line
    for index in np.union1d(doubtful, asked).tolist():
        yield begun.line + index, _line_at(begun, layout, index)


def _sheet(begun: Beginning, keys: Keys) -> SheetAccount | None:
    if begun.sheet is None:
        return None
    return begun.sheet.account(index=begun.judge.index, first_row=begun.line, keys=keys)


def _against(path: Path, good: int, excluded: int, *, limit: int, sheet: SheetAccount | None) -> list[Fault]:
    """Return the faults of a list as a whole, now that its rows are counted."""
    rows, name = good + excluded, sheet.name if sheet else None
    if rows == 0:
        return [Fault(code="list.no-rows", file=path.name, sheet=name)]
    faults = [too_many_rows(path, rows=rows, limit=limit, sheet=name).fault] if rows > limit else []
    if good == 0:
        faults.append(Fault(code="list.all-faulty", file=path.name, sheet=name, data={"rows": rows}))
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


def _rows(begun: Beginning) -> Iterator[tuple[int, bytes]]:
    blocks = begun.text.blocks(begun.offset)
    return rows_of(blocks, separator=begun.judge.separator, file=begun.judge.file, start=begun.line)


def _line_at(begun: Beginning, layout: Layout, index: int) -> bytes:
    return bytes(begun.text.content[layout.lines[index] : min(layout.lines[index + 1], begun.text.size)])


def _as_keys(values: array[int]) -> Keys:
    return np.frombuffer(values, np.int64) if values else np.empty(0, np.int64)
