"""Split an oversized recipient list into balanced parts: columns, header, encoding and bytes stay as they are.

The list is read twice in a stream, once to count its rows and once to copy them, so its size does not matter.
"""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import FileIO
from itertools import chain, islice
from pathlib import Path

from eboxcast.lib import clock
from eboxcast.lib.csv_cells import harmless
from eboxcast.package.errors import ListRefused, PartInTheWay, PartNotWritten
from eboxcast.package.lists.dialect import Sample, Writing, sample_of
from eboxcast.package.lists.encoding import UTF_8, to_ascii_based
from eboxcast.package.lists.oversized import SAMPLE_BLOCKS, count_rows, parts_for
from eboxcast.package.lists.rows import is_blank, rows_of
from eboxcast.package.lists.sheet import ChosenSheet, choose_sheet
from eboxcast.package.lists.source import BLOCK, MOST_BYTES, blocks_of, opened, read_whole, version_of
from eboxcast.package.model import MOST_ROWS, Choice
from eboxcast.package.sheets.workbook import NAMES, is_spreadsheet

_CSV = ".csv"
_FOUND = Choice()


@dataclass(frozen=True)
class Part:
    """One part of a list that was split."""

    path: Path
    rows: int


def split_list(path: Path, out: Path, *, most: int = MOST_ROWS, choice: Choice = _FOUND) -> tuple[Part, ...]:
    """Write the parts of a list to a directory: all of them or none, and never over a file that is there.

    The parts of a spreadsheet are CSV files.

    Raises ListRefused when the list cannot be read, PartInTheWay and PartNotWritten.
    """
    with opened(path) as file:
        before = version_of(os.fstat(file.fileno()))
        begin = _streams(file, path, choice)
        stream = begin()
        rows = count_rows(stream.content, stream.sample, path.name)
        if rows < 1:
            raise ListRefused("list.no-rows", file=path.name)
        parts = _plan(path, out, rows=rows, most=most, suffix=stream.suffix)
        with _all_or_nothing(parts, out) as folder:
            _copy(begin(), parts, folder, like=path)
            if version_of(os.fstat(file.fileno())) != before:
                raise ListRefused("list.changed", file=path.name)
    return parts


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """A list from its beginning: its byte order mark, its content, and what its first rows tell."""

    file: str
    mark: bytes
    encoding: str
    content: Iterator[bytes]
    sample: Sample
    suffix: str
    is_sheet: bool = False

    @classmethod
    def of_sheet(cls, chosen: ChosenSheet, writing: Writing) -> _Stream:
        return cls(
            file=writing.file,
            mark=codecs.BOM_UTF8,
            encoding=UTF_8,
            content=chosen.text().blocks(),
            sample=chosen.sample(writing),
            suffix=_CSV,
            is_sheet=True,
        )

    @classmethod
    def of(cls, file: FileIO, path: Path) -> _Stream:
        file.seek(0)
        mark, encoding, content = to_ascii_based(blocks_of(file), path.name)
        head = list(islice(content, SAMPLE_BLOCKS))
        sample = sample_of(lambda: head, Writing(file=path.name, encoding=UTF_8, today=clock.today()))
        suffix = path.suffix or _CSV
        return cls(
            file=path.name, mark=mark, encoding=encoding, content=chain(head, content), sample=sample, suffix=suffix
        )

    def rows(self) -> tuple[bytes, Iterator[tuple[bool, bytes]]]:
        """Return what stands before the first row of data, and the rows: whether each counts, and its bytes."""
        separator = self.sample.separator
        rows = (row for _, row in rows_of(self.content, separator=separator, file=self.file))
        offset = self.sample.second[0] if self.sample.has_header else self.sample.begin[0]
        before = b""
        while len(before) < offset:
            before += next(rows)
        return before, ((not is_blank(row), row) for row in rows)

    def encoded(self, row: bytes) -> bytes:
        """Return bytes as the file itself has them; a text of a spreadsheet does not become a formula in a CSV."""
        if self.is_sheet:
            return harmless(row)
        return row if self.encoding == UTF_8 else row.decode().encode(self.encoding)


def _streams(file: FileIO, path: Path, choice: Choice) -> Callable[[], _Stream]:
    """Return what begins the list, every time anew."""
    if not (is_spreadsheet(file.read(BLOCK)) or path.suffix.lower() in NAMES):
        return partial(_Stream.of, file, path)
    file.seek(0)
    if path.stat().st_size > MOST_BYTES:
        raise ListRefused("list.spreadsheet-too-big", file=path.name)
    writing = Writing(file=path.name, encoding=UTF_8, today=clock.today())
    chosen = choose_sheet(read_whole(file, path), path, None, choice=choice, writing=writing)
    return partial(_Stream.of_sheet, chosen, replace(writing, sheet=chosen.sheet.name))


def _plan(path: Path, out: Path, *, rows: int, most: int, suffix: str) -> tuple[Part, ...]:
    """Return balanced parts: their sizes differ by one at most."""
    count = parts_for(rows, most)
    least, longer = divmod(rows, count)
    width = max(2, len(str(count)))
    return tuple(
        Part(out / f"{path.stem}-{number:0{width}d}{suffix}", least + (number <= longer))
        for number in range(1, count + 1)
    )


def _copy(stream: _Stream, parts: tuple[Part, ...], folder: Path, *, like: Path) -> None:
    before, rows = stream.rows()
    for part in parts:
        target = folder / part.path.name
        with target.open("xb") as file:
            file.write(stream.mark + stream.encoded(before))
            for row in _take(rows, part.rows):
                file.write(stream.encoded(row))
            if part is parts[-1]:
                file.writelines(stream.encoded(row) for _, row in rows)
        shutil.copymode(like, target)


def _take(rows: Iterator[tuple[bool, bytes]], count: int) -> Iterator[bytes]:
    """Yield rows until so many of them count; blank ones go with the rows before which they stand."""
    while count:
        counts, row = next(rows)
        count -= counts
        yield row


@contextmanager
def _all_or_nothing(parts: tuple[Part, ...], out: Path) -> Iterator[Path]:
    """Give a hidden folder to write the parts in, and move them to their places when all is well."""
    _refuse_if_there(parts)
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            if made:
                undo.callback(out.rmdir)
            with tempfile.TemporaryDirectory(prefix=".split-", dir=out) as folder:
                yield Path(folder)
                _refuse_if_there(parts)
                for part in parts:
                    Path(folder, part.path.name).rename(part.path)
                    undo.callback(part.path.unlink)
            undo.pop_all()
    except OSError as error:
        raise PartNotWritten(directory=out, reason=error.strerror or type(error).__name__) from error


def _refuse_if_there(parts: tuple[Part, ...]) -> None:
    for part in parts:
        if part.path.exists() or part.path.is_symlink():
            raise PartInTheWay(path=part.path)
