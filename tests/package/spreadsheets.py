"""Spreadsheets for tests: written as Excel and LibreOffice do, or part by part for what neither would write."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"

Rows = Sequence[Sequence[Any]]
Fill = Callable[[Any, Any], None]


def write_xlsx(path: Path, sheets: Mapping[str, Rows | Fill]) -> Path:
    """Write sheets of rows, or filled by a function of workbook and sheet. Texts stay texts, numbers numbers."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if callable(rows):
            rows(book, sheet)
            continue
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


def xlsx_of(sheet: str, *, strings: str = "", name: str = "Sheet1", more: Mapping[str, bytes] | None = None) -> bytes:
    """Return a workbook around the XML of one sheet."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations(rId1=("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            rId1=("worksheet", "worksheets/sheet1.xml"), rId2=("sharedStrings", "sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    return archive_of({**{part: text.encode() for part, text in parts.items()}, **(more or {})})


def sheet_of(rows: str, *, after: str = "") -> str:
    """Return the XML of a sheet around its rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def ods_of(tables: str, *, styles: str = "", manifest: str = "") -> bytes:
    """Return an OpenDocument spreadsheet around its tables, as LibreOffice names things."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "style", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    listed = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>{manifest}</manifest:manifest>'
    )
    return archive_of(
        {"mimetype": _ODS.encode(), "META-INF/manifest.xml": listed.encode(), "content.xml": content.encode()}
    )


def table_of(name: str, rows: str, *, style: str = "shown") -> str:
    """Return the XML of a table; rows far behind are empty, as LibreOffice writes them."""
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f'<table:table table:name="{escape(name)}" table:style-name="{style}">{rows}{rest}</table:table>'


def ods_row(*cells: str | float, attributes: str = "") -> str:
    """Return the XML of a row of texts and numbers."""
    return f"<table:table-row {attributes}>{''.join(map(_ods_cell, cells))}</table:table-row>"


HIDDEN_TABLE = (
    '<style:style style:name="hidden" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def archive_of(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of parts."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def _ods_cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>?</text:p></table:table-cell>'


def _relations(**targets: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inside}</Relationships>'
