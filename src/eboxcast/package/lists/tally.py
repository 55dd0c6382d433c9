"""What reading a list adds up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from eboxcast.lib.buckets import Keys
from eboxcast.lib.identifiers import Refused
from eboxcast.package.lists.judging import ColumnMissing, Judge, code_of
from eboxcast.package.model import Fault


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
