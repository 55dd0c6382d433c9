"""The two passes over the rows of a list; both give the same keys, lines and faults."""

from __future__ import annotations

from array import array

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.package.lists.columnar import IN_DOUBT, keys_of
from eboxcast.package.lists.encoding import Text
from eboxcast.package.lists.judging import Judge
from eboxcast.package.lists.layout import Layout
from eboxcast.package.lists.rows import rows_of
from eboxcast.package.lists.tally import KeyLines, Tally


def read_by_column(text: Text, layout: Layout, judge: Judge, tally: Tally, *, line: int) -> tuple[Keys, KeyLines]:
    """Read a regular list by the column, and only the lines in doubt one by one. ``line`` is that of the first row."""
    keys = keys_of(text.content, layout, judge)
    for index in np.flatnonzero(keys == IN_DOUBT).tolist():
        row = bytes(text.content[layout.lines[index] : layout.lines[index + 1]])
        judgement = judge.judge(row)
        if isinstance(judgement, int):
            keys[index] = judgement
        elif judgement is not None:
            tally.add(judge, judgement, line + index)
    without = np.flatnonzero(keys == IN_DOUBT)
    gaps = np.concatenate((np.arange(1, line), line + without))
    return (keys if len(without) == 0 else keys[keys != IN_DOUBT]), KeyLines(gaps)


def read_row_by_row(text: Text, judge: Judge, tally: Tally, *, offset: int, line: int) -> tuple[Keys, KeyLines]:
    """Read any list from an offset on, row by row."""
    keys, lines = array("q"), array("q")
    for number, row in rows_of(text.blocks(offset), separator=judge.separator, file=judge.file):
        judgement = judge.judge(row)
        if isinstance(judgement, int):
            keys.append(judgement)
            lines.append(line - 1 + number)
        elif judgement is not None:
            tally.add(judge, judgement, line - 1 + number)
    return _as_keys(keys), KeyLines.from_lines(_as_keys(lines))


def _as_keys(values: array[int]) -> Keys:
    return np.frombuffer(values, np.int64) if values else np.empty(0, np.int64)
