"""Checking a list, beside merely reading its column and beside the loop anybody would write."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
from python_calamine import CalamineWorkbook

from eboxcast.lib import clock
from eboxcast.lib.identifiers import read_niss
from eboxcast.package.combining import read_lists
from eboxcast.package.model import EboxType, Limits, Policies
from eboxcast.package.sampling import write_sample
from eboxcast.tools.bench.measuring import Bar, Bench, Row, pairs

_FAULTY = 1000
_ROUNDS = 9
_LOOP_ROUNDS = 3
_SHARE_OF_LOOP = 5
"""The loops read a fifth of the list; their seconds are multiplied by as much."""
_NISS_DIGITS = 11


def check(bench: Bench) -> Iterator[Row]:
    """Yield what checking a clean and a faulty list costs."""
    clean = write_sample(bench.folder / "check", recipients=bench.recipients).files.lists[0]
    faulty = _spoil(clean, bench.folder / "faulty.csv")
    for words, path in (("clean", clean), (f"{_FAULTY:,} faulty rows", faulty)):
        bench.tell(f"check, {words}: beside Polars reading the column")
        ours, theirs = pairs(lambda path=path: _check(path), lambda path=path: _column(path), rounds=_ROUNDS)  # type: ignore[misc]
        yield Row(
            name=f"check {words}",
            figure=ours,
            unit="s",
            baseline=theirs,
            bar=Bar(most=6, of_baseline=True),
            note="Polars merely reading the column",
        )
        yield from _beside_loops(bench, words, path)
    yield from _spreadsheet(bench, clean)


def _spreadsheet(bench: Bench, clean: Path) -> Iterator[Row]:
    """Yield what the same rows cost in a spreadsheet: it is opened by a program of its own."""
    if importlib.util.find_spec("xlsxwriter") is None:
        bench.tell("xlsxwriter is not installed: the row of the spreadsheet is left out (pip install xlsxwriter)")
        return
    path = _as_spreadsheet(clean, bench.folder / "clean.xlsx")
    bench.tell("check, a spreadsheet: beside python-calamine reading it")
    ours, theirs = pairs(lambda: _check(path), lambda: _cells(path), rounds=_LOOP_ROUNDS)
    yield Row(
        name="check clean spreadsheet",
        figure=ours,
        unit="s",
        baseline=theirs,
        bar=Bar(most=3, of_baseline=True),
        note="python-calamine merely reading the sheet",
    )


def _beside_loops(bench: Bench, words: str, path: Path) -> Iterator[Row]:
    part = _first_rows(path, bench.folder / "part.csv", bench.recipients // _SHARE_OF_LOOP)
    loops = {"csv and our own scalar check": _scalar(_is_niss)}
    if importlib.util.find_spec("stdnum"):
        from stdnum.be.nn import is_valid  # an extra of the bench, not of the program

        loops["csv and python-stdnum"] = _scalar(is_valid)
    else:
        bench.tell("python-stdnum is not installed: its row is left out (pip install python-stdnum)")
    for name, loop in loops.items():
        bench.tell(f"check, {words}: beside a loop of {name}")
        ours, theirs = pairs(lambda: _check(path), lambda loop=loop: loop(part), rounds=_LOOP_ROUNDS)  # type: ignore[misc]
        yield Row(
            name=f"check {words}, beside {name}",
            figure=ours,
            unit="s",
            baseline=theirs * _SHARE_OF_LOOP,
            bar=Bar(most=1 / 30, of_baseline=True) if "stdnum" in name else None,
            note=f"a loop over {bench.recipients // _SHARE_OF_LOOP:,} rows, times {_SHARE_OF_LOOP}",
        )


def _check(path: Path) -> None:
    read_lists([path], ebox_type=EboxType.CITIZEN, limits=Limits(), policies=Policies())


def _column(path: Path) -> None:
    pl.read_csv(path, separator=";", columns=[0], infer_schema=False)


def _cells(path: Path) -> None:
    for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        pass


def _as_spreadsheet(source: Path, out: Path) -> Path:
    import xlsxwriter  # type: ignore[import-untyped]  # an extra of the bench, not of the program

    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    with source.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=";")):
            sheet.write_row(number, 0, row)
    book.close()
    return out


def _scalar(is_good: Callable[[str], object]) -> Callable[[Path], None]:
    def loop(path: Path) -> None:
        seen = set()
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=";")
            next(rows)
            for row in rows:
                if is_good(row[0]):
                    seen.add(int(row[0]))

    return loop


def _is_niss(text: str) -> bool:
    return isinstance(read_niss(text, today=clock.today()), int)


def _spoil(source: Path, out: Path) -> Path:
    """Copy a list with wrong check digits and letters in a thousand rows; all its rows are equally long."""
    header, _, body = source.read_bytes().partition(b"\r\n")
    rows = np.frombuffer(body, dtype=np.uint8).copy().reshape(-1, body.index(b"\n") + 1)
    chosen = np.random.default_rng(1).choice(len(rows), min(_FAULTY, len(rows)), replace=False)
    digits, letters = np.array_split(chosen, 2)
    rows[digits, _NISS_DIGITS - 1] = ord("0") + (rows[digits, _NISS_DIGITS - 1] - ord("0") + 1) % 10
    rows[letters, 0] = ord("O")
    out.write_bytes(header + b"\r\n" + rows.tobytes())
    return out


def _first_rows(source: Path, out: Path, count: int) -> Path:
    lines = source.read_bytes().split(b"\r\n", count + 1)
    out.write_bytes(b"\r\n".join([*lines[: count + 1], b""]))
    return out
