"""The values that checking a package yields and that other packages work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.package.faults import Fault

MOST_ROWS = 300_000


class EboxType(StrEnum):
    """Whose eBoxes a message is for."""

    CITIZEN = "CITIZEN"
    ENTERPRISE = "ENTERPRISE"


class Duplicates(StrEnum):
    """What happens to a recipient named twice."""

    MERGE = "merge"
    BLOCK = "block"


class FaultyRows(StrEnum):
    """What happens when a list has faulty rows."""

    BLOCK = "block"
    EXCLUDE = "exclude"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which sheet and which column of the lists are read, where the sender says so; otherwise they are found."""

    sheet: str | None = None
    """The name of a sheet, in every spreadsheet of the package."""
    column: str | None = None
    """A heading; or the letters of a column of a spreadsheet, the number of one of a CSV."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The sender's explicit choices about a package; recorded with the run."""

    duplicates: Duplicates = Duplicates.MERGE
    faulty_rows: FaultyRows = FaultyRows.BLOCK
    choice: Choice = Choice()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a message type allows; the defaults are those of design §6."""

    document_bytes: int = 10 * 1024 * 1024
    media_types: frozenset[str] = frozenset({"application/pdf", "text/plain"})
    languages: frozenset[str] = frozenset({"fr", "nl", "de"})
    rows_per_list: int = MOST_ROWS


@dataclass(frozen=True, kw_only=True)
class PackageFiles:
    """Which files make up a package, before anything is read."""

    metadata: Path
    document: Path
    lists: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """The document, opened and found good. ``path`` is re-read when it is stored and its digest compared."""

    path: Path
    file_name: str
    media_type: str
    size: int
    digest: bytes
    page_count: int | None


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What the metadata file says. ``language`` is lower case, ``institution`` ten digits."""

    file_name: str
    ticket: str
    sequence: int | None
    application: str
    institution: str
    message_type: str
    ebox_type: EboxType
    language: str
    title: str
    download_file_name: str
    media_type: str | None
    document_digest: bytes | None
    metas: Mapping[str, tuple[str, ...]]
    file_digest: bytes
    content_digest: bytes
    """SHA-256 of the values without the Sequence: the same message in another round has the same (design §3)."""


@dataclass(frozen=True, kw_only=True)
class SheetAccount:
    """Which part of a spreadsheet was read as the list, and what its sender may not see in it."""

    name: str
    column: str
    """The letters of the identifier column."""
    first_row: int
    """The row of the sheet in which the recipients begin."""
    first_values: tuple[str, ...]
    """The first identifiers, masked."""
    hidden_rows: int
    """Rows that the sheet hides, for example by a filter. They are read like the others."""
    hidden_columns: tuple[str, ...]
    is_filtered: bool
    has_formulas: bool
    """Whether cells are computed: their last computed values are read."""
    merged: int
    """How many ranges of cells are merged: only the first cell of each has a value."""
    other_sheets: tuple[str, ...]
    """The sheets that were not read: those that are visible, and those that are not."""
    hidden_sheets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ListAccount:
    """The account of one list: rows = excluded + merged + recipients."""

    file_name: str
    digest: bytes
    size: int
    rows: int
    excluded: int
    merged: int
    recipients: int
    faults: Mapping[str, int]
    """How many faulty rows of each code."""
    encoding: str
    separator: str
    column: str | None
    """The header of the identifier column, None where the file has no header."""
    sheet: SheetAccount | None = None
    """Of a spreadsheet, what was read; the encoding is then its kind, and there is no separator."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package that may be published: its accounts add up and its keys are ascending and unique.

    ``list_of_key`` tells for each key the list it belongs to (index in ``lists``), as uint16.
    """

    files: PackageFiles
    document: Document
    metadata: Metadata
    lists: tuple[ListAccount, ...]
    policies: Policies
    keys: Keys
    list_of_key: NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The answer to "are the three files right?": all faults at once, and the package when nothing is against it."""

    package: Package | None
    faults: tuple[Fault, ...]
    """Listed up to a cap, in the order of files and lines."""
    fault_counts: Mapping[str, int]
    """All of them, by code."""
    document: Document | None
    metadata: Metadata | None
    lists: tuple[ListAccount, ...]
    policies: Policies
