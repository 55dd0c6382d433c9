"""Pictures of numbers: where the points of a line lie in a frame of fixed size, for a small SVG template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 200


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line in a frame of ``WIDTH`` by ``HEIGHT``, with what stands at its ends."""

    points: str
    """As an SVG polyline takes them."""
    area: str
    """The same, down to the ground."""
    right: int
    """The last value along the ground."""
    top: int
    """The value at the top of the frame."""


def line_of(values: Sequence[tuple[int, int]], *, top: int) -> Line:
    """Return a line through values, each with its place along the ground; ``top`` is the most there can be."""
    right = max((place for place, _ in values), default=0) or 1
    highest = max(top, *(value for _, value in values)) or 1
    begun = values if values[0][0] == 0 and values[0][1] == 0 else [(0, 0), *values]
    if begun[-1][0] < right:  # all values in one place: as far as is known, it stays so
        begun = [*begun, (right, begun[-1][1])]
    points = [f"{place / right * WIDTH:.1f},{HEIGHT - value / highest * HEIGHT:.1f}" for place, value in begun]
    line = " ".join(points)
    return Line(points=line, area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}", right=right, top=highest)
