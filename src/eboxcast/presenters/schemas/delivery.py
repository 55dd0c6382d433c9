"""The answer to a delivery of files on a page: what came of it, what is wrong and where, and what can be done."""

from __future__ import annotations

from datetime import datetime

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.broadcast import DeliveryShown
from eboxcast.presenters.schemas.check import CheckAnswer


class FaultPlace(Schema):
    """One place of a fault."""

    file_name: str
    """the file; empty where something is missing"""
    line: int | None
    """the line, counted from 1; the row of a spreadsheet"""
    place: str | None
    """the XML element or the column"""
    sheet: str | None
    """the sheet of a spreadsheet"""
    column: str | None
    """the letters of the column of a spreadsheet"""
    sentence: str | None
    """what is wrong here, where that differs from place to place"""
    row: str | None
    """the row as it was sent, with its number masked"""


class FaultGroup(Schema):
    """All faults of one code."""

    code: str
    """a stable code"""
    of_rows: bool
    """whether rows show it"""
    located: bool
    """whether it has a place in a file, not only a file"""
    count: int
    """how many there are"""
    sentence: str
    """what is wrong"""
    remedies: tuple[str, ...]
    """what to do about it"""
    needs_example: bool
    """whether what to do speaks of the annotated example"""
    places: tuple[FaultPlace, ...]
    """the first places"""
    more: int
    """how many more there are"""


class KeptFileShown(Schema):
    """A file that is kept."""

    kind: str
    """`document`, `metadata` or `recipients`"""
    name: str
    """its name"""
    size: int
    """in bytes"""


class RejectedShown(Schema):
    """A list with rejected rows."""

    number: int
    """by which it is addressed: its place among the lists, from 1"""
    name: str
    """its name"""


class FilesHandedIn(Schema):
    """One delivery on a page, and its answer."""

    handle: str
    """by which it is addressed"""
    environment: str
    """`acceptance` or `production`"""
    at: datetime
    """when"""
    by: str
    """who"""
    outcome: str | None
    """`accepted`, `again`, `to-confirm`, `faulty`, `refused`, `incomplete`, or `delivered` where the
    answer is lost; `null` while it is being checked"""
    refusal: tuple[str, ...]
    """why the procedure refuses the files, sentence by sentence"""
    check: CheckAnswer | None
    """what was found; `null` where the procedure refused"""
    fault_count: int
    """how many faults there are"""
    groups: tuple[FaultGroup, ...]
    """the faults by their code"""
    kept: tuple[KeptFileShown, ...]
    """the files that can be delivered again"""
    left_out: int
    """rows that are, or would be, left out"""
    may_leave_out: bool
    """whether leaving out the faulty rows would make the files usable"""
    may_merge: bool
    """whether counting duplicates once would"""
    may_split: bool
    """whether a list is too long and can be split"""
    may_choose_column: bool
    """whether somebody has to say which column has the numbers"""
    columns: tuple[str, ...]
    """the headings to choose from"""
    may_choose_sheet: bool
    """whether somebody has to say which sheet is the list"""
    sheets: tuple[str, ...]
    """the sheets to choose from"""
    rejected: tuple[RejectedShown, ...]
    """the lists of which the rejected rows can be downloaded"""


class CountedReason(Schema):
    """What was wrong, and how often."""

    sentence: str
    """in words; its code where nobody knows it any more"""
    count: int
    """how often"""


class FilesDeliveredBefore(Schema):
    """A delivery on record, whichever way it came."""

    delivery: DeliveryShown
    """what is on record"""
    handle: str | None
    """where its answer is kept, if it is"""
    reasons: tuple[CountedReason, ...]
    """what was wrong with them, or with the rows that were left out"""
