"""Figures, their bars, and how they are taken: alternated pairs, and the median of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

Work = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The most or the least a figure may be: itself, or as a multiple of its baseline."""

    most: float = inf
    least: float = 0
    of_baseline: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure, and what it is held against."""

    name: str
    figure: float
    unit: str
    baseline: float | None = None
    bar: Bar | None = None
    note: str = ""
    """What the baseline is, and on how many recipients where not on all."""

    @property
    def ratio(self) -> float | None:
        """Return the figure in baselines."""
        return self.figure / self.baseline if self.baseline else None

    @property
    def holds(self) -> bool | None:
        """Return whether the bar holds, where there is one."""
        measured = self.ratio if self.bar and self.bar.of_baseline else self.figure
        return None if self.bar is None or measured is None else self.bar.least <= measured <= self.bar.most


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What every benchmark gets to know."""

    recipients: int
    folder: Path
    """For files; gone when the bench ends."""
    tell: Callable[[str], None]
    stored: int = 0
    """Beside how many stored recipients pages are opened, at least."""


def timed(work: Work) -> float:
    """Return how many seconds some work takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def pairs(ours: Work, theirs: Work, *, rounds: int) -> tuple[float, float]:
    """Return the median seconds of both, done in turn so that a busy moment of the machine hits both alike."""
    both = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    return median(mine for mine, _ in both), median(other for _, other in both)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


_DIGITS = 3
_SAYS = {True: "yes", False: "NO", None: ""}


def as_values(row: Row) -> dict[str, object]:
    """Return a row as JSON has it (docs/reference/performance.md)."""
    return {
        "name": row.name,
        "figure": _rounded(row.figure),
        "unit": row.unit,
        "baseline": None if row.baseline is None else _rounded(row.baseline),
        "ratio": None if row.ratio is None else _rounded(row.ratio),
        "bar": _bar(row.bar, row.unit) or None,
        "holds": row.holds,
        "note": row.note,
    }


def in_one_line(row: Row) -> str:
    """Return a row as it is told while the bench goes on."""
    beside = f", beside {_shown(row.baseline)} {row.unit}" if row.baseline is not None else ""
    return f"{row.name}: {_shown(row.figure)} {row.unit}{beside}"


def show(rows: list[Row]) -> None:
    """Print the table, and beneath it what the baselines are."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measured")
    for column in ("figure", "baseline", "ratio"):
        table.add_column(column, justify="right")
    for column in ("bar", "holds"):
        table.add_column(column)
    for row in rows:
        table.add_row(
            row.name,
            f"{_shown(row.figure)} {row.unit}",
            f"{_shown(row.baseline)} {row.unit}" if row.baseline is not None else "",
            _shown(row.ratio) if row.ratio is not None else "",
            _bar(row.bar, row.unit),
            _SAYS[row.holds],
        )
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    console.print(table)
    console.print()
    for row in rows:
        if row.note:
            console.print(f"{row.name}: {row.note}.", markup=False)


def _bar(bar: Bar | None, unit: str) -> str:
    if bar is None:
        return ""
    bound = f"≥ {_shown(bar.least)}" if bar.least else f"≤ {_shown(bar.most)}"
    return f"{bound} × baseline" if bar.of_baseline else f"{bound} {unit}"


def _rounded(value: float) -> float:
    """Keep what a measurement is worth: three digits, or whole numbers above."""
    if not value:
        return 0.0
    return round(value, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))


def _shown(value: float) -> str:
    return f"{_rounded(value):,.{max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0}f}"
