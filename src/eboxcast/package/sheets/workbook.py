"""A spreadsheet, opened by the program beside ours: its sheets as CSV, and what it hides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from eboxcast.package.apart import Failed, TooMuch, read_apart
from eboxcast.package.errors import ListRefused

SEPARATOR = b";"
ACCEPTED = (".xlsx", ".ods")
NAMES = (*ACCEPTED, ".xlsm", ".xlsb", ".xls")
"""How the names of spreadsheets end, those that we do not read too."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_SECONDS = 120
_PROGRAM = "eboxcast.package.sheets.program"
_REFUSED = "list.spreadsheet-"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet that was read. Rows and columns count from 1."""

    name: str
    is_visible: bool
    content: bytes
    """UTF-8, ``;`` and CRLF: a line for each row, from the first row of the sheet on."""
    hidden_rows: tuple[int, ...]
    """Without empty ones."""
    hidden_columns: tuple[int, ...]
    is_filtered: bool
    has_formulas: bool
    merged: int
    """How many cells are merged with others."""


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A spreadsheet: the sheets that were read, and the names of all."""

    kind: str
    sheets: tuple[Sheet, ...]
    visible: tuple[str, ...]
    hidden: tuple[str, ...]


def is_spreadsheet(beginning: bytes) -> bool:
    """Tell whether a file begins as spreadsheets do: no text begins so."""
    return beginning.startswith((_ZIP, _OLE))


def open_workbook(content: bytes | bytearray | memoryview, path: Path, *, sheet: str | None) -> Workbook:
    """Read all visible sheets, or the one asked for. Raises ListRefused."""
    if not content:
        raise ListRefused("list.empty", file=path.name)
    if bytes(content[: len(_OLE)]) == _OLE:
        raise _refused(path, "encrypted" if _ENCRYPTED in bytes(content) else "format", {"format": ".xls"})
    if not is_spreadsheet(bytes(content[: len(_ZIP)])):
        raise ListRefused("list.not-a-spreadsheet", file=path.name, extension=path.suffix.lower())
    workbook = _workbook(_answer(content, path, sheet=sheet), path)
    if path.suffix.lower() not in ACCEPTED:
        raise ListRefused("list.spreadsheet-inside", file=path.name, extension=f".{workbook.kind}")
    return workbook


def _answer(content: bytes | bytearray | memoryview, path: Path, *, sheet: str | None) -> BytesIO:
    asked = json.dumps({"sheet": sheet}).encode() + b"\n"
    try:
        return BytesIO(read_apart(_PROGRAM, b"".join((asked, content)), seconds=_MOST_SECONDS))
    except TooMuch:
        raise _refused(path, "too-big") from None
    except Failed:
        raise _refused(path, "damaged") from None


def _workbook(answer: BytesIO, path: Path) -> Workbook:
    sheets: list[Sheet] = []
    for line in answer:
        told = json.loads(line)
        if "refused" in told:
            raise _refused(path, told.pop("refused"), told)
        if "size" not in told:
            return Workbook(
                kind=told["kind"], sheets=tuple(sheets), visible=tuple(told["visible"]), hidden=tuple(told["hidden"])
            )
        sheets.append(_sheet(told, answer.read(told["size"])))
    raise _refused(path, "damaged")


def _sheet(told: Mapping[str, Any], content: bytes) -> Sheet:
    return Sheet(
        name=told["name"],
        is_visible=told["is_visible"],
        content=content,
        hidden_rows=tuple(told["hidden_rows"]),
        hidden_columns=tuple(told["hidden_columns"]),
        is_filtered=told["is_filtered"],
        has_formulas=told["has_formulas"],
        merged=told["merged"],
    )


def _refused(path: Path, why: str, data: Mapping[str, str] | None = None) -> ListRefused:
    if why == "none":
        return ListRefused("list.archive", file=path.name)
    if why == "format":
        return ListRefused(_REFUSED + why, file=path.name, format=(data or {})["format"])
    return ListRefused(_REFUSED + why, file=path.name)
