"""The beginning of every reading of a list: its bytes, its encoding, its dialect, and who judges its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eboxcast.lib import clock
from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.dialect import Sample, Writing, dialect_of, sample_of
from eboxcast.package.lists.encoding import UTF_8, Text, text_of
from eboxcast.package.lists.judging import Judge
from eboxcast.package.lists.layout import NEWLINE, RETURN, Layout, count_of, layout_of
from eboxcast.package.lists.oversized import refusal_of_big_file, refusal_of_many_lines
from eboxcast.package.lists.sheet import ChosenSheet, choose_sheet, is_spreadsheet_list
from eboxcast.package.lists.source import BLOCK, MOST_BYTES, Source, blocks_of, opened, read_whole
from eboxcast.package.model import Choice, EboxType
from eboxcast.package.sheets.workbook import is_spreadsheet

_MOST_LINES_PER_ROW = 4
"""A file with more lines than so many times the rows allowed is only counted: memory stays bounded."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A list whose rows can now be read: the first begins at ``offset``, on ``line``."""

    text: Text
    sample: Sample
    judge: Judge
    offset: int
    line: int
    sheet: ChosenSheet | None = None
    """The sheet, where the list is a spreadsheet: its rows are the lines of the text."""

    def layout(self) -> Layout | None:
        """Return where the identifiers stand if the list is regular."""
        return layout_of(self.text, offset=self.offset, separator=self.judge.separator[0], index=self.judge.index)


def source_of(path: Path, *, limit: int) -> Source:
    """Read the bytes of a list; a file too big for memory is counted, to say how to split it. Raises ListRefused."""
    with opened(path) as file:
        if path.stat().st_size > MOST_BYTES:
            if is_spreadsheet(file.read(BLOCK)):
                raise ListRefused("list.spreadsheet-too-big", file=path.name)
            file.seek(0)
            raise refusal_of_big_file(blocks_of(file), path, limit=limit, today=clock.today())
        return read_whole(file, path)


def begin(source: Source, path: Path, ebox_type: EboxType, *, limit: int, choice: Choice) -> Beginning:
    """Find out how a list is written, or refuse it."""
    writing = Writing(file=path.name, encoding=UTF_8, today=clock.today(), wanted=choice.column)
    if is_spreadsheet_list(source, path):
        sheet = choose_sheet(source, path, ebox_type, choice=choice, writing=writing)
        writing = replace(writing, sheet=sheet.sheet.name)
        return _beginning(sheet.text(), sheet.sample(writing), writing, ebox_type, sheet=sheet)
    text = text_of(source, path.name)
    writing = replace(writing, encoding=text.encoding)
    sample = sample_of(text.blocks, writing)
    _refuse_many_lines(text, sample, path, limit=limit)
    return _beginning(text, sample, writing, ebox_type)


def _beginning(
    text: Text, sample: Sample, writing: Writing, ebox_type: EboxType, *, sheet: ChosenSheet | None = None
) -> Beginning:
    dialect = dialect_of(sample, writing, ebox_type)
    judge = Judge(
        file=writing.file,
        ebox_type=ebox_type,
        encoding=text.encoding,
        separator=dialect.separator,
        index=dialect.index,
        column=dialect.column,
        today=writing.today,
        sheet=writing.sheet,
    )
    offset = text.begin + dialect.offset
    return Beginning(text=text, sample=sample, judge=judge, offset=offset, line=dialect.line, sheet=sheet)


def _refuse_many_lines(text: Text, sample: Sample, path: Path, *, limit: int) -> None:
    most = _MOST_LINES_PER_ROW * limit + 1000
    data = np.frombuffer(text.content, np.uint8)
    if text.size > most and max(count_of(data, NEWLINE), count_of(data, RETURN)) > most:
        raise refusal_of_many_lines(text.blocks(), sample, path, limit=limit, most=most)
