"""The figures of a bench, as values and as a table."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from eboxcast.tools.bench.measuring import Bar, Row

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
    console = Console(highlight=False, soft_wrap=True)
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
