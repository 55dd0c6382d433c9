"""Where the lines of a regular list begin, and where in each the identifier stands.

A list is regular when every line is a row: each CR belongs to a CRLF (a file with CR alone has been normalised), no
line is overlong, and each quote stands at the edge of a cell, opening and closing it on the same line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eboxcast.package.lists.encoding import Text
from eboxcast.package.lists.rows import LONGEST_ROW

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

NEWLINE, RETURN, QUOTE = 10, 13, 34
_AT_ONCE = 1 << 18
"""Bytes searched at a time: they and their mask stay in the processor's cache."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """``lines`` are the offsets of the lines and of the end; ``cells`` those of the identifiers."""

    lines: Offsets
    cells: Offsets
    has_quotes: bool


def layout_of(text: Text, *, offset: int, separator: int, index: int) -> Layout | None:
    """Return where the identifiers stand from an offset on, or None when the list is not regular."""
    if text.content[text.size - 1] != NEWLINE:
        text.content[text.size] = NEWLINE  # the last line ends as others do; this is padding, no part of the file
    data = np.frombuffer(text.content, np.uint8)
    newlines = _positions(data[: text.size + 1], NEWLINE, offset)
    if count_of(data, RETURN, offset) != np.count_nonzero(data[newlines - 1] == RETURN):
        return None
    lines = np.concatenate(([offset], newlines + 1))
    if text.size > LONGEST_ROW and np.diff(lines).max(initial=0) > LONGEST_ROW:
        return None
    has_quotes = text.content.find(b'"', offset) >= 0
    quotes = _positions(data[: text.size], QUOTE, offset) if has_quotes else np.empty(0, np.int64)
    if not _quotes_are_regular(data, quotes, newlines, separator=separator, offset=offset):
        return None
    cells = _cells(data[: text.size + 1], lines, newlines, quotes, separator=separator, index=index)
    return Layout(lines=lines, cells=cells, has_quotes=has_quotes)


def count_of(data: Bytes, byte: int, offset: int = 0) -> int:
    """Return how often a byte occurs from an offset on."""
    return sum(int(np.count_nonzero(data[at : at + _AT_ONCE] == byte)) for at in range(offset, len(data), _AT_ONCE))


def _positions(data: Bytes, byte: int, offset: int) -> Offsets:
    """Return where a byte occurs from an offset on."""
    mask = np.zeros(_AT_ONCE, np.bool_)
    found = [
        _set_bits(mask, data[start : start + _AT_ONCE] == byte) + start for start in range(offset, len(data), _AT_ONCE)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _set_bits(buffer: NDArray[np.bool_], mask: NDArray[np.bool_]) -> Offsets:
    """Return where a mask is true: by words of eight where at most one byte of each is, which is twice as fast."""
    buffer[: len(mask)] = mask
    buffer[len(mask) :] = False
    words = buffer.view(np.uint64)
    places = np.flatnonzero(words)
    hits = words[places]
    if (hits & (hits - 1)).any():
        return np.flatnonzero(mask)
    # A word with byte n set to 1 is 256**n: the product brings the n-th byte of the constant to the top.
    within = (hits * np.uint64(0x0001020304050607)) >> np.uint64(56)
    return places * 8 + within.astype(np.int64)


def _quotes_are_regular(data: Bytes, quotes: Offsets, newlines: Offsets, *, separator: int, offset: int) -> bool:
    """Tell whether quotes pair up at the edges of cells, with no line end inside.

    The first quote opens if it starts a cell; the next closes if a cell ends behind it; and so on to the last.
    """
    if len(quotes) % 2 or (np.searchsorted(quotes, newlines) & 1).any():
        return False
    before, after = data[quotes[0::2] - 1], data[quotes[1::2] + 1]
    opening = (before == separator) | (before == NEWLINE) | (quotes[0::2] == offset)
    closing = (after == separator) | (after == NEWLINE) | (after == RETURN)
    return bool(opening.all() and closing.all())


def _cells(data: Bytes, lines: Offsets, newlines: Offsets, quotes: Offsets, *, separator: int, index: int) -> Offsets:
    """Return where the identifier begins in each line; at its end where the line is too short."""
    if index == 0:
        return lines[:-1]
    separators = _positions(data, separator, int(lines[0]))
    if len(quotes):
        separators = separators[(np.searchsorted(quotes, separators) & 1) == 0]
    # The index-th separator from the line's start on, if it still stands before the line's end.
    nth = np.searchsorted(separators, lines[:-1]) + index - 1
    before = separators.take(nth, mode="clip") if len(separators) else newlines
    enough = (nth < len(separators)) & (before < newlines)
    return np.where(enough, before + 1, newlines)
