"""Figures, their bars, and how they are taken: alternated pairs, and the median of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter

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
