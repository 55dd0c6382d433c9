"""What a sheet hides and marks: rows, columns, filters, formulas, merged cells, cells with an error.

The reader of cells does not report them. They are found by searching the text of the part, not by an XML parser: that
takes a tenth of the time, and no cell is read by it.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from eboxcast.package.sheets.archive import XLSX, Archive, NotRead

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_LONGEST_PIECE = 64 << 20

_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])[^>]*>")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*>")
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>.*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
_CELL = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b")
_FILTER = re.compile(rb"<(?:\w+:)?filterColumn\b")

_TABLE = re.compile(rb"<table:table(?=[\s/>])([^>]*)>")
_TABLE_NAME = re.compile(rb"\btable:name=\"([^\"]*)\"|\btable:name='([^']*)'")
_TABLE_ROW = re.compile(rb"<table:table-row(?=[\s/>])([^>]*)>")
_TABLE_COLUMN = re.compile(rb"<table:table-column(?=[\s/>])([^>]*)>")
_NOT_VISIBLE = re.compile(rb"\btable:visibility=[\"'](collapse|filter)[\"']")
_REPEATED = re.compile(rb"\btable:number-(?:rows|columns)-repeated=[\"']([0-9]{1,8})[\"']")
_SPANNED = re.compile(rb"\btable:number-(?:rows|columns)-spanned=[\"'](?:[2-9]|[0-9]{2,})[\"']")
_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 14


@dataclass
class Marks:
    """What is found in one sheet. Rows and columns count from 1."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_filtered: bool = False
    has_formulas: bool = False
    merged: int = 0
    columns: int = 0
    """How many columns an OpenDocument describes."""
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    """By row and column, the errors of the spreadsheet: the reader of cells gives nothing for them."""


def marks_of(archive: Archive) -> dict[str, Marks]:
    """Return the marks of each sheet, by name. Raises NotRead."""
    if archive.kind == XLSX:
        return {name: _of_part(archive, part) for name, part in _parts(archive)}
    return _of_tables(archive)


def column_number(letters: str) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _parts(archive: Archive) -> Iterator[tuple[str, str]]:
    """Yield the name and the part of each sheet, as the workbook says."""
    root = _targets(archive, "")
    workbook = next((target for kind, target in root.values() if kind.endswith("/officeDocument")), None)
    if workbook is None:
        raise NotRead("damaged")
    targets = _targets(archive, workbook)
    for sheet in archive.whole(workbook).iterfind(".//{*}sheet"):
        kind, part = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", ("", ""))
        if kind.endswith("/worksheet"):
            yield sheet.get("name", ""), part


def _targets(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to: for each id the kind, and the part."""
    folder, name = posixpath.split(part)
    relations = archive.whole(posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        relation.get("Id", ""): (
            relation.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in relations
    }


def _of_part(archive: Archive, part: str) -> Marks:
    marks, row = Marks(), 0
    for piece in _pieces(archive.blocks(part), b"row>"):
        row = _read_rows(piece, marks, row)
        if b"hidden=" in piece:
            for found in _HIDDEN_COLUMN.finditer(piece):
                marks.hidden_columns.update(range(_number(found[0], b"min"), _number(found[0], b"max") + 1))
        if b't="e"' in piece or b"t='e'" in piece:
            _read_errors(piece, marks)
        if not marks.has_formulas and (b"<f" in piece or b":f" in piece):
            marks.has_formulas = bool(_FORMULA.search(piece))
        marks.is_filtered = marks.is_filtered or (b"filterColumn" in piece and bool(_FILTER.search(piece)))
        marks.merged += len(_MERGED.findall(piece)) if b"mergeCell" in piece else 0
    return marks


def _read_rows(piece: bytes, marks: Marks, row: int) -> int:
    """Note hidden rows, and return the number of the last row: a row that has none comes behind the one before."""
    if b"hidden=" not in piece:
        last = piece.rfind(b"<row ")
        number = _number(piece[last : piece.find(b">", last)], b"r") if last >= 0 else 0
        return number or row + len(_ROW.findall(piece))
    for found in _ROW.finditer(piece):
        row = _number(found[0], b"r") or row + 1
        if _HIDDEN_ROW.fullmatch(found[0]):
            marks.hidden_rows.add(row)
    return row


def _read_errors(piece: bytes, marks: Marks) -> None:
    for attributes, text in _ERROR.findall(piece):
        place = _CELL.search(attributes)
        if place:
            cells = marks.errors.setdefault(int(place[2]), {})
            cells[column_number(place[1].decode())] = text.decode("utf-8", "replace")


def _number(tag: bytes, name: bytes) -> int:
    found = re.search(rb"\b" + name + rb"=[\"']([0-9]{1,7})[\"']", tag)
    return min(int(found[1]), _MOST_ROWS) if found else 0


def _of_tables(archive: Archive) -> dict[str, Marks]:
    """All sheets of an OpenDocument are in one part, and its rows have no numbers: they are counted."""
    found: dict[str, Marks] = {}
    marks, row = Marks(), 0
    for piece in _pieces(archive.blocks("content.xml"), b">"):
        start = 0
        for table in (*_TABLE.finditer(piece), None):
            row = _read_table(piece[start : table.start() if table else len(piece)], marks, row)
            if table:
                name = _TABLE_NAME.search(table[1])
                marks, row, start = Marks(), 0, table.end()
                found[_unescaped((name[1] or name[2] or b"") if name else b"")] = marks
    return found


def _read_table(piece: bytes, marks: Marks, row: int) -> int:
    for found in _TABLE_COLUMN.finditer(piece):
        first, marks.columns = marks.columns + 1, min(marks.columns + _repeated(found[1]), _MOST_COLUMNS)
        if _NOT_VISIBLE.search(found[1]):
            marks.hidden_columns.update(range(first, marks.columns + 1))
    for found in _TABLE_ROW.finditer(piece):
        repeated = _repeated(found[1])
        hidden = _NOT_VISIBLE.search(found[1])
        if hidden:
            marks.hidden_rows.update(range(row + 1, min(row + repeated, _MOST_ROWS) + 1))
            marks.is_filtered = marks.is_filtered or hidden[1] == b"filter"
        row = min(row + repeated, _MOST_ROWS)
    marks.has_formulas = marks.has_formulas or b"table:formula=" in piece
    marks.merged += len(_SPANNED.findall(piece)) if b"-spanned=" in piece else 0
    return row


def _repeated(tag: bytes) -> int:
    found = _REPEATED.search(tag)
    return int(found[1]) if found else 1


def _unescaped(text: bytes) -> str:
    return html.unescape(text.decode("utf-8", "replace"))


def _pieces(blocks: Iterator[bytes], end: bytes) -> Iterator[bytes]:
    """Yield a stream cut behind an end, never inside what is searched for."""
    rest = b""
    for block in blocks:
        piece = rest + block
        cut = piece.rfind(end) + len(end) if end in piece else 0
        if cut:
            yield piece[:cut]
        rest = piece[cut:]
        if len(rest) > _LONGEST_PIECE:
            raise NotRead("too-big")
    yield rest
