"""The two passes over the rows of a list; both give the same keys, lines and faults."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.package.lists.beginning import Beginning
from eboxcast.package.lists.columnar import IN_DOUBT, keys_of
from eboxcast.package.lists.layout import Layout
from eboxcast.package.lists.rows import rows_of
from eboxcast.package.lists.tally import KeyLines, Tally


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


def _rows(begun: Beginning) -> Iterator[tuple[int, bytes]]:
    blocks = begun.text.blocks(begun.offset)
    return rows_of(blocks, separator=begun.judge.separator, file=begun.judge.file, start=begun.line)


def _line_at(begun: Beginning, layout: Layout, index: int) -> bytes:
    return bytes(begun.text.content[layout.lines[index] : min(layout.lines[index + 1], begun.text.size)])


def _as_keys(values: array[int]) -> Keys:
    return np.frombuffer(values, np.int64) if values else np.empty(0, np.int64)
