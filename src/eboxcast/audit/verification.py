"""What verifying the audit found, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from eboxcast.audit.selectors import Head

MOST_FAULTS = 100
"""As many are told one by one; all are counted."""


class Wrong(StrEnum):
    """What is wrong at a place of the chain."""

    BEGINNING = "beginning"
    """The seals before the first one are gone, and no entry tells that they were due."""
    DROPPED_EARLY = "dropped-early"
    """A year was dropped before its term."""
    SEALS_MISSING = "seals-missing"
    LINK = "link"
    """A seal does not carry the digest of the one before."""
    SEAL_ALTERED = "seal-altered"
    ENTRY_ALTERED = "entry-altered"
    ENTRY_MISSING = "entry-missing"
    SEALED_TWICE = "sealed-twice"
    ANCHOR_DIFFERS = "anchor-differs"
    """A head that was handed out had another digest at this number."""
    TRUNCATED = "truncated"
    """A head was handed out that is newer than the chain."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and at which seal."""

    wrong: Wrong
    number: int
    entry: int | None = None


@dataclass(kw_only=True)
class Verification:
    """What was found. ``proved_to`` and ``kept_to`` are numbers of seals; 0 where no anchor agrees."""

    seals: int = 0
    entries: int = 0
    """Whose digest was computed again."""
    gone: int = 0
    """Entries of a year that was dropped at its term, whose seal stands in a later one."""
    unsealed: int = 0
    first: int = 0
    """The oldest seal that is kept."""
    head: Head | None = None
    proved_to: int = 0
    """By anchors that were given from outside."""
    kept_to: int = 0
    """By the anchors in the database itself, which whoever altered the chain may have altered too."""
    too_old: int = 0
    """Anchors given from outside of which the seals were dropped."""
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.fault_count

    def found(self, wrong: Wrong, number: int, entry: int | None = None) -> None:
        """Add something that is wrong."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(wrong, number, entry))
