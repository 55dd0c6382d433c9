"""Read one recipient list: its keys in the order of its rows, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.package.lists.dialect import Sample, Writing, dialect_of, sample_of
from eboxcast.package.lists.encoding import Text, text_of
from eboxcast.package.lists.judging import Judge
from eboxcast.package.lists.layout import layout_of
from eboxcast.package.lists.oversized import refusal_of_big_file, refusal_of_many_lines, too_many_rows
from eboxcast.package.lists.passes import read_by_column, read_row_by_row
from eboxcast.package.lists.refusal import ListRefused
from eboxcast.package.lists.source import MOST_BYTES, Source, blocks_of, opened, read_whole
from eboxcast.package.lists.tally import KeyLines, Tally
from eboxcast.package.model import EboxType, Fault, Limits

_MOST_LINES_PER_ROW = 4
"""A file with more lines than so many times the rows allowed is only counted: memory stays bounded."""


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


@dataclass(frozen=True, kw_only=True)
class ReadAs:
    """How lists are to be read."""

    ebox_type: EboxType
    limits: Limits
    cap: int = 1000
    force_exact: bool = False


def read_list(
    path: Path, *, ebox_type: EboxType, limits: Limits, cap: int = 1000, force_exact: bool = False
) -> ListReading:
    """Read a list once, and return its keys and its faults (the first ``cap`` of its rows'; all are counted)."""
    asked = ReadAs(ebox_type=ebox_type, limits=limits, cap=cap, force_exact=force_exact)
    source = None
    try:
        source = _source_of(path, limits)
        return _read(source, path, asked)
    except ListRefused as refusal:
        return _refused(path, refusal.fault, source)


def _source_of(path: Path, limits: Limits) -> Source:
    with opened(path) as file:
        if path.stat().st_size > MOST_BYTES:
            raise refusal_of_big_file(blocks_of(file), path, limit=limits.rows_per_list, today=clock.today())
        return read_whole(file, path)


def _read(source: Source, path: Path, asked: ReadAs) -> ListReading:
    text = text_of(source, path.name)
    writing = Writing(file=path.name, encoding=text.encoding, today=clock.today())
    sample = sample_of(text.blocks, writing)
    _refuse_many_lines(text, sample, path, limit=asked.limits.rows_per_list)
    dialect = dialect_of(sample, writing, asked.ebox_type)
    judge = Judge(
        file=path.name,
        ebox_type=asked.ebox_type,
        encoding=text.encoding,
        separator=dialect.separator,
        index=dialect.index,
        column=dialect.column,
        today=writing.today,
    )
    tally = Tally(asked.cap)
    keys, lines = _rows(text, judge, tally, offset=text.begin + dialect.offset, line=dialect.line, asked=asked)
    against = _against(path, len(keys), tally.excluded, limit=asked.limits.rows_per_list)
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
        encoding=text.written_in,
        separator=dialect.separator.decode(),
        column=dialect.column,
    )


def _refuse_many_lines(text: Text, sample: Sample, path: Path, *, limit: int) -> None:
    most = _MOST_LINES_PER_ROW * limit + 1000
    if text.size > most and text.content.count(b"\n") + text.content.count(b"\r") > 2 * most:
        raise refusal_of_many_lines(text.blocks(), sample, path, limit=limit, most=most)


def _rows(text: Text, judge: Judge, tally: Tally, *, offset: int, line: int, asked: ReadAs) -> tuple[Keys, KeyLines]:
    if not asked.force_exact:
        layout = layout_of(text, offset=offset, separator=judge.separator[0], index=judge.index)
        if layout:
            return read_by_column(text, layout, judge, tally, line=line)
    return read_row_by_row(text, judge, tally, offset=offset, line=line)


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
