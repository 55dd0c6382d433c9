"""The answer of `check`: are the three files right, and what is wrong with them?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from eboxcast.lib.schemas import Schema


class PoliciesUsed(Schema):
    """The choices of the sender."""

    duplicates: str
    """`merge` or `block`"""
    faulty_rows: str
    """`block` or `exclude`"""
    sheet: str | None
    """the sheet chosen with `--sheet`"""
    column: str | None
    """the column chosen with `--column`"""


class CheckedDocument(Schema):
    """The document."""

    file_name: str
    """the name of the file, as recipients see it"""
    media_type: str
    """the media type"""
    size: int
    """in bytes"""
    sha256: str
    """the SHA-256 of the file, in hexadecimal"""
    page_count: int | None
    """the pages of a PDF, otherwise `null`"""


class CheckedMetadata(Schema):
    """The metadata."""

    file_name: str
    """the name of the file"""
    ticket: str
    """the Ticket"""
    sequence: int | None
    """the Sequence"""
    application: str
    """the code of the application"""
    institution: str
    """the number of the institution: ten digits"""
    message_type: str
    """the code of the message type"""
    ebox_type: str
    """`CITIZEN` or `ENTERPRISE`"""
    language: str
    """`fr`, `nl` or `de`"""
    title: str
    """the title of the message"""
    sha256: str
    """the SHA-256 of the file"""
    content_sha256: str
    """the SHA-256 of the values without the Sequence: the same for the same message, however its file is laid out"""


class CheckedSheet(Schema):
    """The part of a spreadsheet that is read as the list. Its sender must confirm it."""

    name: str
    """the name of the sheet"""
    column: str
    """the letters of the column with the identifiers"""
    first_row: int
    """the row where the recipients begin"""
    first_values: tuple[str, ...]
    """the first identifiers, masked"""
    hidden_rows: int
    """rows that the sheet hides; they are read like the others"""
    hidden_columns: tuple[str, ...]
    """the letters of the columns that the sheet hides"""
    filtered: bool
    """whether a filter is active"""
    formulas: bool
    """whether there are formulas: their last calculated values are read"""
    merged: int
    """merged ranges of cells: only the first cell of each has a value"""
    other_sheets: tuple[str, ...]
    """the visible sheets that are not read"""
    hidden_sheets: tuple[str, ...]
    """the hidden sheets that are not read"""
    notes: tuple[str, ...]
    """what to look at before confirming, in the language requested"""


class CheckedList(Schema):
    """The account of a recipient list. Always: `rows` = `excluded` + `merged` + `recipients`."""

    file_name: str
    """the name of the file"""
    sha256: str | None
    """the SHA-256 of the file; `null` when it could not be read to its end"""
    size: int
    """in bytes"""
    rows: int
    """rows, without the header and blank lines"""
    excluded: int
    """faulty rows"""
    merged: int
    """the same recipient again, in this list or an earlier one"""
    recipients: int
    """recipients"""
    faults: Mapping[str, int]
    """how many rows of each code"""
    encoding: str
    """the encoding of the file; `xlsx` or `ods` for a spreadsheet"""
    separator: str
    """the sign between two columns; empty for a spreadsheet"""
    column: str | None
    """the header of the identifiers; `null` where there is no header"""
    sheet: CheckedSheet | None
    """what is read of a spreadsheet; `null` for a CSV file"""


class Totals(Schema):
    """The account of all lists together; it adds up in the same way."""

    rows: int
    """rows, without headers and blank lines"""
    excluded: int
    """faulty rows"""
    merged: int
    """the same recipients again"""
    recipients: int
    """recipients"""


class FoundFault(Schema):
    """A fault."""

    code: str
    """a stable code; [input-files.md](input-files.md) has them all"""
    level: str
    """`list-row`, `list`, `metadata`, `document`, `package` or `sender`"""
    file_name: str
    """the file, or the directory when something is missing in it"""
    line: int | None
    """the line, counted from 1; the row of a spreadsheet"""
    place: str | None
    """the XML element or the column"""
    sheet: str | None
    """the sheet of a spreadsheet"""
    column: str | None
    """the letters of the column of a spreadsheet"""
    data: Mapping[str, str | int]
    """the values in the sentence"""
    sentence: str
    """what is wrong, in the language requested"""
    remedy: str
    """what to do about it, in the language requested"""


class CheckAnswer(Schema):
    """The answer about a package."""

    format: Literal["eboxcast.check/1"] = "eboxcast.check/1"
    """the form of this answer"""
    ok: bool
    """whether the package can be published as it is, under the policies"""
    policies: PoliciesUsed
    """the choices of the sender"""
    document: CheckedDocument | None
    """the document, or `null` if it is not valid"""
    metadata: CheckedMetadata | None
    """the metadata, or `null` if it is not valid"""
    lists: tuple[CheckedList, ...]
    """the account of each recipient list, in the order of file names"""
    totals: Totals
    """the account of all lists together"""
    fault_counts: Mapping[str, int]
    """how many faults there are of each code: all of them"""
    faults: tuple[FoundFault, ...]
    """the faults, those of rows up to 1,000 of each code"""
