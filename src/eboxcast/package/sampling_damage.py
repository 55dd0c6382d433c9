"""A recipient list as people really send them: what spreadsheets, typing and merging do to good numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from eboxcast.package.sampling_texts import INSTITUTION

Row = list[str]


def _zeros_lost(row: Row) -> list[Row]:
    return [[row[0].lstrip("0"), *row[1:]]]


def _scientific(row: Row) -> list[Row]:
    return [[f"{int(row[0]):.4E}", *row[1:]]]


def _wrong_check_digits(row: Row) -> list[Row]:
    return [[row[0][:-2] + f"{int(row[0][-2:]) % 97 + 1:02d}", *row[1:]]]


def _letter_for_zero(row: Row) -> list[Row]:
    return [["O" + row[0][1:], *row[1:]]]


def _wrong_kind(row: Row) -> list[Row]:
    return [[INSTITUTION, *row[1:]]]


def _empty(row: Row) -> list[Row]:
    return [["", *row[1:]]]


def _twice(row: Row) -> list[Row]:
    return [row, row]


DAMAGES: tuple[Callable[[Row], list[Row]], ...] = (
    _zeros_lost,
    _scientific,
    _wrong_check_digits,
    _letter_for_zero,
    _wrong_kind,
    _empty,
    _twice,
)


def damage(source: Path, *, out: Path, seed: int = 1, each: int = 2) -> Path:
    """Copy a sample list, with ``each`` rows of every kind of damage at random places; return the copy."""
    header, *lines = source.read_text(encoding="utf-8").splitlines()
    draw = np.random.default_rng(seed)
    # Only a number that starts with a zero can lose it.
    candidates = [place for place, line in enumerate(lines) if line.startswith("0")]
    chosen = draw.choice(candidates, min(len(candidates), each * len(DAMAGES)), replace=False)
    damaged = {int(place): DAMAGES[number % len(DAMAGES)] for number, place in enumerate(chosen)}
    rows = [row for place, line in enumerate(lines) for row in _damaged(line, damaged.get(place))]
    out.write_text("\r\n".join([header, *rows]) + "\r\n", encoding="utf-8", newline="")
    return out


def _damaged(line: str, how: Callable[[Row], list[Row]] | None) -> list[str]:
    if how is None:
        return [line]
    return [";".join(row) for row in how(line.split(";"))]
