"""Rows of a CSV as bytes: where each begins and ends, with exact line numbers, whatever the line ends and quotes.

Works on any encoding in which the separator, quote and line ends are single ASCII bytes (UTF-8, Windows-1252). Quotes
count as in Python's csv module: one opens only at the start of a cell, and a doubled one inside stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from eboxcast.package.errors import ListRefused

LONGEST_ROW = 1 << 20
"""A row of more bytes is no row of recipients; it bounds what is held in memory."""

_QUOTE = b'"'
_BLANKS = b' \t\r\n";,'


def rows_of(blocks: Iterable[bytes], *, separator: bytes, file: str, start: int = 1) -> Iterator[tuple[int, bytes]]:
    """Yield each row with the number of its first line, its bytes unchanged with their line end.

    ``start`` is the number of the first line in the blocks. Raises ListRefused.
    """
    row, first, since = b"", 0, 0
    for number, lines, is_simple in _batches(blocks, file=file, start=start):
        if is_simple and not row:
            yield from enumerate(lines, number)
            continue
        for at, line in enumerate(lines, number):
            if since or _QUOTE in line:
                since = _quote_open_since(line, separator, since=since, number=at)
            row, first = (row + line, first) if row else (line, at)
            if len(row) > LONGEST_ROW:
                raise _too_long(file, first, since)
            if not since:
                yield first, row
                row = b""
    if since:
        raise ListRefused("list.quote-open", file=file, line=since)


def cells_of(row: bytes, separator: bytes) -> list[bytes]:
    """Return the cells of a row, quotes taken off."""
    text = row.rstrip(b"\r\n")
    if _QUOTE not in text:
        return text.split(separator)
    cells, at = [], 0
    while at <= len(text):
        cell, at = _cell_at(text, at, separator)
        cells.append(cell)
    return cells


def is_blank(row: bytes) -> bool:
    """Tell whether a row has nothing in any cell: such rows are not counted."""
    return not row.strip(_BLANKS)


def _batches(blocks: Iterable[bytes], *, file: str, start: int) -> Iterator[tuple[int, list[bytes], bool]]:
    """Yield lines with their ends (LF, CRLF, CR), the number of the first, and whether all are short without quotes."""
    rest, number = b"", start
    for block in chain(filter(None, blocks), [b""]):
        content = rest + block
        lines = content.splitlines(keepends=True)
        # The last may go on in the next block, and a CR at its end may be half of a CRLF.
        rest = lines.pop() if block and lines else b""
        if len(rest) > LONGEST_ROW:
            raise _too_long(file, number + len(lines), 0)
        yield number, lines, len(content) <= LONGEST_ROW and _QUOTE not in content
        number += len(lines)


def _too_long(file: str, line: int, quote_open_since: int) -> ListRefused:
    if quote_open_since:
        return ListRefused("list.quote-open", file=file, line=quote_open_since)
    return ListRefused("list.line-too-long", file=file, line=line, limit=LONGEST_ROW)


def _quote_open_since(line: bytes, separator: bytes, *, since: int, number: int) -> int:
    """Return the number of the line where the quote open at this line's end was opened, 0 when none is."""
    at = 0
    while True:
        if not since:
            if line[at : at + 1] == _QUOTE:
                since, at = number, at + 1
                continue
        else:
            at = _after_closing(line, at)
            if at < 0:
                return since
            since = 0
        at = line.find(separator, at) + 1
        if not at:
            return 0


def _after_closing(text: bytes, at: int) -> int:
    """Return where it goes on after the quote that closes the open cell, -1 when nothing closes it."""
    while (close := text.find(_QUOTE, at)) >= 0:
        if text[close + 1 : close + 2] != _QUOTE:
            return close + 1
        at = close + 2
    return -1


def _cell_at(text: bytes, at: int, separator: bytes) -> tuple[bytes, int]:
    """Return the cell that starts here and where the next one starts."""
    quoted, after = b"", at
    if text[at : at + 1] == _QUOTE:
        after = _after_closing(text, at + 1)
        quoted = text[at + 1 : after - 1].replace(b'""', b'"')
    end = text.find(separator, after)
    end = len(text) if end < 0 else end
    return quoted + text[after:end], end + 1
