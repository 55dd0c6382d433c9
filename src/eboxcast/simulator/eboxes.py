"""What the simulated provider knows of its people: who has opened an eBox, who is refused, who wants no paper.

Either by a file, or by shares: which recipient falls in a share follows from the number alone, so it is the same in
every run and every process.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eboxcast.lib.buckets import Keys
from eboxcast.simulator.errors import SimulatorFileWrong
from eboxcast.simulator.recipients import NOBODY, key_of_digits

STATES = ("active", "never", "deactivated", "refused")
EBOX_ONLY_SHARE = 0.1
_ACTIVE, _REFUSED, _EBOX_ONLY, _ONE_FAULT = 1, 2, 3, 4


@dataclass(frozen=True, kw_only=True)
class Eboxes:
    """The people. Without a file everybody is known; with one, who is not in it never opened an eBox."""

    active_share: float = 1.0
    refuse_share: float = 0.0
    known: dict[int, tuple[str, bool]] | None = field(default=None, repr=False)

    def refused(self, keys: Keys) -> NDArray[np.bool_]:
        """Tell for each recipient whether the provider refuses it for good."""
        if self.known is None:
            return in_share(keys, self.refuse_share, salt=_REFUSED)
        return np.array([self._state(key) == "refused" for key in keys.tolist()], dtype=np.bool_)

    def is_active(self, key: int) -> bool:
        """Tell whether the recipient has opened his eBox."""
        if self.known is None:
            return bool(in_share(np.array([key], np.int64), self.active_share, salt=_ACTIVE)[0])
        return self._state(key) == "active"

    def wants_no_paper(self, key: int) -> bool:
        """Tell whether the recipient asked for the eBox only."""
        if self.known is None:
            return bool(in_share(np.array([key], np.int64), EBOX_ONLY_SHARE, salt=_EBOX_ONLY)[0])
        return self.known.get(key, ("never", False))[1]

    def _state(self, key: int) -> str:
        return (self.known or {}).get(key, ("never", False))[0]


def in_share(keys: Keys, share: float, *, salt: int = _ONE_FAULT) -> NDArray[np.bool_]:
    """Tell for each recipient whether it falls in a share: by the number alone, evenly, differently for each salt."""
    if share in (0.0, 1.0):
        return np.full(len(keys), share == 1.0)
    mixed = (keys.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(29)
    within: NDArray[np.bool_] = mixed < np.uint64(int(share * 2.0**64))
    return within


def read_eboxes(path: Path) -> dict[int, tuple[str, bool]]:
    """Return the state of each recipient in a file of eBoxes. Raises SimulatorFileWrong naming the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return dict(_rows(path, csv.DictReader(file, delimiter=";")))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise SimulatorFileWrong(path=str(path), place=type(cause).__name__) from None


def _rows(path: Path, rows: csv.DictReader[str]) -> Iterator[tuple[int, tuple[str, bool]]]:
    for row in rows:
        key = key_of_digits(row.get("identifier") or "")
        state = row.get("state")
        ebox_only = row.get("ebox_only")
        if key == NOBODY or state not in STATES or ebox_only not in ("yes", "no"):
            raise SimulatorFileWrong(path=str(path), place=f"line {rows.line_num}")
        yield key, (state, ebox_only == "yes")
