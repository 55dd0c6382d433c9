"""Rows and cells are cut as Python's csv module cuts them, from blocks of any size, and no byte is lost."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.package.errors import ListRefused
from eboxcast.package.lists.rows import LONGEST_ROW, cells_of, rows_of

texts = st.text(alphabet='a";,\n\r', max_size=30)


@given(texts, st.lists(st.integers(0, 30), max_size=4))
def test_rows_and_cells_are_those_of_the_csv_module(text: str, cuts: list[int]) -> None:
    blocks = [text[start:end].encode() for start, end in pairwise([0, *sorted(cuts), len(text) + 30])]
    expected = list(csv.reader(text.splitlines(keepends=True), delimiter=";"))
    try:
        rows = list(rows_of(blocks, separator=b";", file="list.csv"))
    except ListRefused:
        assert list(rows_of([f'{text}"'.encode()], separator=b";", file="list.csv")), "one quote more closes it"
        return
    assert [[cell.decode() for cell in cells_of(row, b";")] for _, row in rows] == [row or [""] for row in expected]
    assert b"".join(row for _, row in rows) == text.encode()
    lengths = [len(row.splitlines()) for _, row in rows]
    assert [line for line, _ in rows] == [1 + sum(lengths[:index]) for index in range(len(rows))]


@pytest.mark.parametrize("size", [70_000, LONGEST_ROW, LONGEST_ROW * 2])
def test_a_row_too_long_is_refused_however_it_arrives(size: int) -> None:
    content = b"a\n" + b"x" * 1000 + b"\n" + (b"y" * (LONGEST_ROW + 1))
    blocks = (content[at : at + size] for at in range(0, len(content), size))
    with pytest.raises(ListRefused) as refused:
        list(rows_of(blocks, separator=b";", file="list.csv"))
    assert (refused.value.fault.code, refused.value.fault.line) == ("list.line-too-long", 3)
