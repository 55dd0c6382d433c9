"""The answer of `check`: are the three files right, and what is wrong with them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PoliciesUsed:
    """The sender's choices."""

    duplicates: str
    """`merge` or `block`"""
    faulty_rows: str
    """`block` or `exclude`"""


@dataclass(frozen=True, kw_only=True)
class CheckedDocument:
    """The document."""

    file_name: str
    """as recipients see it"""
    media_type: str
    size: int
    """in bytes"""
    sha256: str
    """in hexadecimal"""
    page_count: int | None
    """of a PDF, otherwise `null`"""


@dataclass(frozen=True, kw_only=True)
class CheckedMetadata:
    """The metadata."""

    file_name: str
    ticket: str
    sequence: int | None
    application: str
    institution: str
    """ten digits"""
    message_type: str
    ebox_type: str
    """`CITIZEN` or `ENTERPRISE`"""
    language: str
    """`fr`, `nl` or `de`"""
    title: str
    sha256: str
    """of the file"""
    content_sha256: str
    """of the values without the sequence: the same message has the same one, however its file is laid out"""


@dataclass(frozen=True, kw_only=True)
class CheckedList:
    """The account of a recipient list. Always: `rows` = `excluded` + `merged` + `recipients`."""

    file_name: str
    sha256: str | None
    """`null` when the file could not be read to its end"""
    size: int
    """in bytes"""
    rows: int
    """neither header nor blank lines"""
    excluded: int
    """faulty rows"""
    merged: int
    """the same recipient again, in this list or an earlier one"""
    recipients: int
    faults: Mapping[str, int]
    """how many rows of each code"""
    encoding: str
    separator: str
    column: str | None
    """the header of the identifiers; `null` where there is no header"""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The account of all lists together."""

    rows: int
    excluded: int
    merged: int
    recipients: int


@dataclass(frozen=True, kw_only=True)
class FoundFault:
    """Something that is wrong."""

    code: str
    """a stable code; [input-files.md](input-files.md) has them all"""
    level: str
    """`list-row`, `list`, `metadata`, `document`, `package` or `sender`"""
    file_name: str
    """the file, or the directory when something is missing in it"""
    line: int | None
    """the line, counted from 1"""
    place: str | None
    """the XML element or the column"""
    data: Mapping[str, str | int]
    """what the sentence is made of"""
    sentence: str
    """what is wrong, in the language asked for"""
    remedy: str
    """what to do about it, in the language asked for"""


@dataclass(frozen=True, kw_only=True)
class CheckAnswer:
    """What checking a package found."""

    format: Literal["eboxcast.check/1"] = "eboxcast.check/1"
    ok: bool
    """whether the package can be published as it is, under the policies"""
    policies: PoliciesUsed
    document: CheckedDocument | None
    """`null` when it is not good"""
    metadata: CheckedMetadata | None
    """`null` when it is not good"""
    lists: tuple[CheckedList, ...]
    """the account of each recipient list, in the order of file names"""
    totals: Totals
    """the account of all lists together"""
    fault_counts: Mapping[str, int]
    """how many faults there are of each code: all of them"""
    faults: tuple[FoundFault, ...]
    """the faults, those of rows up to 1,000 of each code"""
