"""Rows as lines of text with their cells under each other."""

from __future__ import annotations

from collections.abc import Container, Sequence


def aligned(rows: Sequence[tuple[str, ...]], *, to_the_right: Container[int] = ()) -> list[str]:
    """Return rows as lines with their cells under each other: unlike a table of Rich, never wrapped nor padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def cell(text: str, index: int) -> str:
        return text.rjust(widths[index]) if index in to_the_right else text.ljust(widths[index])

    return ["   ".join(cell(text, index) for index, text in enumerate(row)).rstrip() for row in rows]
