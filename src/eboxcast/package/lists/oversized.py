"""Lists that are too big to be read: only counted, with constant memory, to say into how many parts they go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain, islice
from pathlib import Path

from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.dialect import Sample, Writing, sample_of
from eboxcast.package.lists.encoding import UTF_8, to_ascii_based
from eboxcast.package.lists.rows import is_blank, rows_of
from eboxcast.package.lists.source import BLOCK, MOST_BYTES

SAMPLE_BLOCKS = (1 << 21) // BLOCK


def parts_for(rows: int, limit: int) -> int:
    """Return how many lists that many rows need."""
    return -(-rows // limit)


def too_many_rows(path: Path, *, rows: int, limit: int, sheet: str | None = None) -> ListRefused:
    """Return the refusal that says how to split a list."""
    parts = parts_for(rows, limit)
    return ListRefused(
        "list.too-many-rows", file=path.name, sheet=sheet, rows=rows, limit=limit, parts=parts, path=str(path)
    )


def refusal_of_big_file(blocks: Iterable[bytes], path: Path, *, limit: int, today: date) -> ListRefused:
    """Return why a file that does not fit in memory is no list."""
    _, _, content = to_ascii_based(blocks, path.name)
    head = list(islice(content, SAMPLE_BLOCKS))
    sample = sample_of(lambda: head, Writing(file=path.name, encoding=UTF_8, today=today))
    rows = count_rows(chain(head, content), sample, path.name)
    if rows > limit:
        return too_many_rows(path, rows=rows, limit=limit)
    return ListRefused("list.too-big", file=path.name, limit=MOST_BYTES >> 20)


def refusal_of_many_lines(blocks: Iterable[bytes], sample: Sample, path: Path, *, limit: int, most: int) -> ListRefused:
    """Return why a file with very many lines is no list: too many rows, or nearly all of them blank."""
    rows = count_rows(blocks, sample, path.name)
    if rows > limit:
        return too_many_rows(path, rows=rows, limit=limit)
    return ListRefused("list.too-many-lines", file=path.name, limit=most)


def count_rows(blocks: Iterable[bytes], sample: Sample, file: str) -> int:
    """Return how many rows of data there are."""
    separator = sample.separator
    rows = sum(not is_blank(row) for _, row in rows_of(blocks, separator=separator, file=file))
    return rows - sample.has_header
