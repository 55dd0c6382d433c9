"""The program that opens a spreadsheet, run beside ours: `python -I -m eboxcast.package.sheets.program`.

A spreadsheet of a kilobyte can ask for any amount of memory, or for hours (one cell at the far end of a sheet, a row
repeated a million times), and the reader then aborts its process. So it has a process of its own, with little memory
and time and no file but its standard input.

In: a line of JSON (`sheet`: the one asked for, or null), then the file. Out: for each sheet a line of JSON, then its
rows as CSV, a line for each row of the sheet from its first on. At last a line with the names of all sheets, or with
why it is not read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eboxcast.package.apart import limit_yourself
from eboxcast.package.sheets.archive import Archive, NotRead
from eboxcast.package.sheets.marks import Marks, marks_of

SEPARATOR, LINE_END = ";", "\r\n"
MOST_MEMORY = 3 << 29
MOST_SECONDS = 60
MOST_TEXT = 1 << 28
_MOST_ROWS = 1 << 20
_MOST_EXACT = 1 << 53
"""Whole numbers up to here are exact in a cell."""
_AT_ONCE = 1 << 14
_IN_QUOTES = re.compile(r'["\r\n\0]')
_LINE_END_INSIDE = re.compile(r"\r\n|[\r\n]")

Cell = int | float | str | bool | time | date | datetime | timedelta


def main(source: BinaryIO, out: BinaryIO) -> None:
    """Read a spreadsheet and write what is in it."""
    asked = json.loads(source.readline())
    try:
        names = _write_sheets(source.read(), asked["sheet"], out)
    except NotRead as refusal:
        _write(out, {"refused": refusal.code, **refusal.data})
    except PasswordError:
        _write(out, {"refused": "encrypted"})
    except CalamineError:
        _write(out, {"refused": "damaged"})
    except MemoryError:
        _write(out, {"refused": "too-big"})
    else:
        _write(out, names)


def _write_sheets(content: bytes, wanted: str | None, out: BinaryIO) -> dict[str, Any]:
    archive = Archive.of(content)
    with ThreadPoolExecutor(max_workers=1) as threads:
        # The reader lets other threads run.
        marks = threads.submit(marks_of, archive)
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for told in _to_read(sheets, wanted):
            sheet = workbook.get_sheet_by_name(told.name)
            _write_sheet(sheet, told, marks.result().get(told.name), out)
        marks.result()  # without a sheet to read, it may still say what is wrong
    return {
        "kind": archive.kind,
        "visible": [sheet.name for sheet in sheets if _is_visible(sheet)],
        "hidden": [sheet.name for sheet in sheets if not _is_visible(sheet)],
    }


def _to_read(sheets: Sequence[SheetMetadata], wanted: str | None) -> list[SheetMetadata]:
    """Return the sheet asked for, even a hidden one; otherwise those that people see."""
    if wanted is None:
        return [sheet for sheet in sheets if _is_visible(sheet)]
    return [sheet for sheet in sheets if sheet.name.casefold() == wanted.casefold()][:1]


def _is_visible(sheet: SheetMetadata) -> bool:
    return sheet.visible == SheetVisibleEnum.Visible


def _write_sheet(sheet: CalamineSheet, told: SheetMetadata, marks: Marks | None, out: BinaryIO) -> None:
    if marks is None:
        raise NotRead("damaged")
    if sheet.total_height > _MOST_ROWS:
        raise NotRead("too-big")
    hidden: list[int] = []
    width = sheet.start[1] + sheet.width if sheet.start else 0
    text = b"".join(_text_of(sheet, marks, hidden))
    about = {
        "name": told.name,
        "is_visible": _is_visible(told),
        "size": len(text),
        "hidden_rows": hidden,
        "hidden_columns": sorted(column for column in marks.hidden_columns if column <= width),
        "is_filtered": marks.is_filtered,
        "has_formulas": marks.has_formulas,
        "merged": marks.merged,
    }
    _write(out, about)
    out.write(text)


def _text_of(sheet: CalamineSheet, marks: Marks, hidden: list[int]) -> Iterator[bytes]:
    """Yield the rows as CSV; note which of the hidden ones are not empty."""
    first = sheet.start[1] if sheet.start else 0
    before, enough = SEPARATOR * first, sheet.width - 1
    lines: list[str] = []
    size = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [cell if type(cell) is str else _text(cell) for cell in row]
        for column, error in marks.errors.get(number, {}).items():
            if 0 < column - first <= len(cells):
                cells[column - first - 1] = error
        if number in marks.hidden_rows and any(cells):
            hidden.append(number)
        line = SEPARATOR.join(cells)
        if line.count(SEPARATOR) != enough or _IN_QUOTES.search(line):
            line = SEPARATOR.join(map(_quoted, cells))
        lines.append(before + line)
        if len(lines) == _AT_ONCE:
            yield (block := _block(lines))
            lines = []
            size += len(block)
            if size > MOST_TEXT:
                raise NotRead("too-big")
    yield _block(lines)


def _block(lines: list[str]) -> bytes:
    return (LINE_END.join(lines) + LINE_END).encode("utf-8", "replace") if lines else b""


def _text(cell: Cell) -> str:
    """Return a value as people would write it. A number is not repaired: what it lost stays lost."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _MOST_EXACT else repr(cell)
    return str(cell)


def _quoted(cell: str) -> str:
    """Return a cell on one line: the lines are the rows of the sheet."""
    text = _LINE_END_INSIDE.sub(" ", cell).replace("\0", "\ufffd")
    return '"' + text.replace('"', '""') + '"' if SEPARATOR in text or '"' in text else text


def _write(out: BinaryIO, line: dict[str, Any]) -> None:
    out.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    limit_yourself(memory=MOST_MEMORY, seconds=MOST_SECONDS)
    main(sys.stdin.buffer, sys.stdout.buffer)
