"""A spreadsheet, opened by the program beside ours: its sheets as CSV, and what it hides."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from eboxcast.package.errors import ListRefused

SEPARATOR = b";"
ACCEPTED = (".xlsx", ".ods")
NAMES = (*ACCEPTED, ".xlsm", ".xlsb", ".xls")
"""How the names of spreadsheets end, those that we do not read too."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_SECONDS = 120
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
    # Isolated: neither the working directory nor a variable decides what it imports.
    words = [sys.executable, "-I", "-m", "eboxcast.package.sheets.program"]
    asked = json.dumps({"sheet": sheet}).encode() + b"\n"
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={"LC_ALL": "C"}
    ) as program:
        try:
            answer, _ = program.communicate(b"".join((asked, content)), timeout=_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            raise _refused(path, "too-big") from None
    if program.returncode:
        # It ended by a signal where the memory or the time did not suffice.
        raise _refused(path, "too-big" if program.returncode < 0 else "damaged")
    return BytesIO(answer)


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
