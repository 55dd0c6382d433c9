"""What one row of a list is worth, a recipient key, a fault, or nothing at all; and what all rows add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import CBE_DIGITS, NISS_DIGITS, Refused, read_cbe, read_niss
from eboxcast.package.faults import Fault
from eboxcast.package.lists.dialect import letters_of
from eboxcast.package.lists.rows import cells_of, is_blank
from eboxcast.package.model import EboxType

ROW = "row."


@dataclass(frozen=True, kw_only=True)
class ColumnMissing:
    """The row ends before the identifier column."""

    found: int


Judgement = int | Refused | ColumnMissing | None
"""The recipient key, why there is none, or None for a blank row."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Judges the rows of one list."""

    file: str
    ebox_type: EboxType
    encoding: str
    separator: bytes
    index: int
    column: str | None
    today: date
    sheet: str | None = None
    """The sheet, where the list is a spreadsheet."""

    @property
    def letters(self) -> str | None:
        """The letters of the column, where the list is a spreadsheet."""
        return letters_of(self.index) if self.sheet is not None else None

    @property
    def digits(self) -> int:
        """How many digits a good identifier has."""
        return NISS_DIGITS if self.ebox_type is EboxType.CITIZEN else CBE_DIGITS

    def judge(self, row: bytes) -> Judgement:
        """Return what a row holds."""
        cells = cells_of(row, self.separator)
        if self.index >= len(cells):
            return None if is_blank(row) else ColumnMissing(found=len(cells))
        read = read_niss if self.ebox_type is EboxType.CITIZEN else read_cbe
        judgement = read(cells[self.index].decode(self.encoding, "replace"), today=self.today)
        if isinstance(judgement, Refused) and is_blank(row):
            return None
        return judgement

    def fault(self, why: Refused | ColumnMissing, line: int) -> Fault:
        """Return the fault of a row, at its line."""
        return Fault(
            code=code_of(why),
            file=self.file,
            line=line,
            place=self.column,
            sheet=self.sheet,
            column=self.letters,
            data=self._data(why),
        )

    def _data(self, why: Refused | ColumnMissing) -> dict[str, str | int]:
        if isinstance(why, ColumnMissing):
            return {"found": why.found, "column": self.index + 1}
        if why.likely:
            return {"likely": why.likely}
        return {"found": why.found, "expected": self.digits} if why.found else {}


def code_of(why: Refused | ColumnMissing) -> str:
    """Return the code of a row's fault."""
    return ROW + ("column-missing" if isinstance(why, ColumnMissing) else why.reason)


@dataclass
class Tally:
    """Counts all faulty rows, and makes faults of the first ``cap`` of them."""

    cap: int
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def excluded(self) -> int:
        """How many rows are faulty."""
        return self.counts.total()

    def add(self, judge: Judge, why: Refused | ColumnMissing, line: int) -> None:
        """Count a faulty row."""
        self.counts[code_of(why)] += 1
        if len(self.faults) < self.cap:
            self.faults.append(judge.fault(why, line))


@dataclass(frozen=True)
class KeyLines:
    """The line of each key, kept as the few lines that have none: ascending, up to the last line with a key."""

    gaps: Keys

    @classmethod
    def from_lines(cls, lines: Keys) -> KeyLines:
        """Return it for keys whose lines are known one by one."""
        free = np.ones(int(lines[-1]) + 1 if len(lines) else 1, np.bool_)
        free[lines] = False
        return cls(np.flatnonzero(free)[1:])

    def of(self, index: int) -> int:
        """Return the line of the index-th key."""
        keys_before = self.gaps - np.arange(1, len(self.gaps) + 1)
        return index + 1 + int(np.searchsorted(keys_before, index, side="right"))
