"""A spreadsheet as a recipient list: which sheet and column are read, what it hides, and what it did to numbers."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.package.spreadsheets import (
    HIDDEN_TABLE,
    Fill,
    Rows,
    ods_of,
    ods_row,
    sheet_of,
    table_of,
    write_xlsx,
    xlsx_of,
)

from eboxcast.package.checking import check_package
from eboxcast.package.combining import read_lists
from eboxcast.package.directory import find_files
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.model import Choice, Duplicates, EboxType, FaultyRows, Limits, Policies
from eboxcast.package.rejected import rejected_rows
from eboxcast.package.sampling import write_sample
from eboxcast.package.splitting import split_list

ONE, TWO, THREE = "85073003328", "90011500287", "00010111783"
KEYS = [85073003328, 90011500287, 10111783]
ENTERPRISE = "0456789034"


def read(path: Path, choice: Choice = Choice(), ebox_type: EboxType = EboxType.CITIZEN) -> ListReading:  # noqa: B008
    return read_list(path, ebox_type=ebox_type, limits=Limits(), choice=choice)


def places(reading: ListReading) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(fault.code, fault.sheet, fault.line, fault.column) for fault in reading.faults]


def only(reading: ListReading) -> Fault:
    (fault,) = reading.faults
    return fault


@pytest.fixture
def book(tmp_path: Path) -> Any:
    """Return what writes an XLSX of sheets."""

    def write(**sheets: Rows | Fill) -> Path:
        return write_xlsx(tmp_path / "list.xlsx", sheets)

    return write


def test_rows_of_text_are_read_like_a_csv(book: Any) -> None:
    path = book(Feuil1=[["Nom", "NISS"], ['Maes; "x"\nJan', ONE], [], ["Peeters", TWO], ["Zoë", THREE]])
    reading = read(path)
    assert reading.keys.tolist() == KEYS
    assert [reading.line_of(index) for index in range(3)] == [2, 4, 5]
    assert (reading.rows, reading.encoding, reading.separator, reading.column) == (3, "xlsx", "", "NISS")
    assert reading.digest == hashlib.sha256(path.read_bytes()).digest()
    assert reading.size == path.stat().st_size


def test_an_opendocument_is_read_as_well(tmp_path: Path) -> None:
    rows = ods_row("Nom", "NISS") + ods_row("Maes", ONE) + ods_row("Jan", float(TWO))
    path = tmp_path / "list.ods"
    path.write_bytes(ods_of(table_of("Feuille1", rows)))
    reading = read(path)
    assert (reading.keys.tolist(), reading.encoding) == (KEYS[:2], "ods")


def test_what_was_read_is_shown_masked(book: Any) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate([["Nom", "NISS"], ["Maes", ONE], ["Jan", TWO]], 4):
            sheet.write_row(number, 2, row)

    sheet = read(book(Blad1=fill)).sheet
    assert sheet is not None
    assert (sheet.name, sheet.column, sheet.first_row) == ("Blad1", "D", 6)
    assert sheet.first_values == ("85.07.**-***.28", "90.01.**-***.87")


def test_numbers_that_excel_keeps_whole_are_read_and_damaged_ones_are_named(book: Any) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        as_date = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 1, "NISS")
        sheet.write_number(1, 1, float(ONE))
        sheet.write_number(2, 1, float(THREE))
        sheet.write_number(3, 1, 8.5073003328e21)
        sheet.write_number(4, 1, 85073003328.5)
        sheet.write_datetime(5, 1, datetime(1985, 7, 30), as_date)  # noqa: DTZ001 - a cell has no zone
        sheet.write_string(6, 1, "8,5073003328E+10")
        sheet.write_formula(7, 1, "=1/0", None, "#DIV/0!")
        sheet.write_boolean(8, 1, boolean=True)

    reading = read(book(Feuil1=fill))
    assert reading.keys.tolist() == KEYS[:1]
    assert [(fault.code, fault.line, fault.column) for fault in reading.faults] == [
        ("row.leading-zero-lost", 3, "B"),
        ("row.scientific", 4, "B"),
        ("row.decimal", 5, "B"),
        ("row.date", 6, "B"),
        ("row.scientific", 7, "B"),
        ("row.cell-error", 8, "B"),
        ("row.characters", 9, "B"),
    ]
    assert reading.faults[0].data["likely"] == "00.01.**-***.83"
    assert reading.faults[4].data["likely"] == "85.07.**-***.28"


def test_a_number_format_that_displays_zeros_does_not_give_them_back(book: Any) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["NISS"])
        sheet.write_number(1, 0, float(THREE), workbook.add_format({"num_format": "0" * 11}))

    assert places(read(book(S=fill)))[-1] == ("row.leading-zero-lost", "S", 2, "A")


def test_values_of_formulas_are_read_and_told(book: Any) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["NISS"])
        sheet.write_formula(1, 0, '="850"&"73003328"', None, ONE)

    reading = read(book(S=fill))
    assert reading.keys.tolist() == KEYS[:1]
    assert reading.sheet is not None
    assert reading.sheet.has_formulas


def test_hidden_rows_columns_and_sheets_are_read_or_not_and_told(book: Any) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate([["NISS", "Nom"], [ONE, "a"], [TWO, "b"], [THREE, "c"]]):
            sheet.write_row(number, 0, row)
        sheet.autofilter(0, 0, 3, 1)
        sheet.filter_column("B", "x == b")
        for number in (1, 3, 17):
            sheet.set_row(number, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    def hidden(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["NISS", ONE])
        sheet.hide()

    reading = read(book(Feuil1=fill, Notes=[["to do"]], Oud=hidden))
    assert reading.keys.tolist() == KEYS
    sheet = reading.sheet
    assert sheet is not None
    assert sheet.is_filtered
    assert (sheet.hidden_rows, sheet.hidden_columns) == (2, ("B",))
    assert (sheet.other_sheets, sheet.hidden_sheets) == (("Notes",), ("Oud",))


def test_an_opendocument_hides_too(tmp_path: Path) -> None:
    rows = (
        '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
        + ods_row("", "NISS", "x")
        + ods_row("", ONE, "x", attributes='table:visibility="filter"')
        + ods_row("", TWO, "x", attributes='table:visibility="collapse" table:number-rows-repeated="2"')
        + ods_row("", THREE, "x")
    )
    path = tmp_path / "list.ods"
    other = table_of("Oud", ods_row("NISS"), style="hidden")
    path.write_bytes(ods_of(table_of("A & B", rows) + other, styles=HIDDEN_TABLE))
    reading = read(path)
    assert reading.keys.tolist() == [KEYS[0], KEYS[1], KEYS[1], KEYS[2]]
    sheet = reading.sheet
    assert sheet is not None
    assert sheet.is_filtered
    assert (sheet.name, sheet.hidden_rows, sheet.hidden_columns) == ("A & B", 3, ("C",))
    assert sheet.hidden_sheets == ("Oud",)


def test_merged_cells_are_told_and_their_empty_rest_is_a_fault(book: Any) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Nom", "NISS"])
        sheet.merge_range(1, 1, 2, 1, ONE)
        sheet.write_column(1, 0, ["a", "b"])

    reading = read(book(S=fill))
    assert places(reading) == [("row.empty", "S", 3, "B")]
    assert reading.sheet is not None
    assert reading.sheet.merged == 1


def test_the_sheet_with_the_heading_is_the_list(book: Any) -> None:
    path = book(Uitleg=[["Lees dit"]], Data=[["INSZ"], [ONE]], Codes=[["x", "12345"]])
    sheet = read(path).sheet
    assert sheet is not None
    assert (sheet.name, sheet.other_sheets) == ("Data", ("Uitleg", "Codes"))


def test_without_headings_the_sheet_with_identifiers_is_the_list(book: Any) -> None:
    sheet = read(book(Uitleg=[["12345678"]], Data=[[ONE], [TWO]])).sheet
    assert sheet is not None
    assert (sheet.name, sheet.first_row) == ("Data", 1)


def test_the_heading_of_the_right_kind_counts(book: Any) -> None:
    path = book(Bedrijven=[["KBO"], [ENTERPRISE]], Burgers=[["INSZ"], [ONE]])
    assert read(path).keys.tolist() == KEYS[:1]
    sheet = read(path, ebox_type=EboxType.ENTERPRISE).sheet
    assert sheet is not None
    assert sheet.name == "Bedrijven"


def test_two_sheets_that_may_be_the_list_are_both_named(book: Any) -> None:
    path = book(FR=[["NISS"], [ONE]], NL=[["INSZ"], [TWO]], X=[["y"]])
    fault = only(read(path))
    assert (fault.code, fault.data["sheets"]) == ("list.which-sheet", "FR, NL")
    assert read(path, Choice(sheet="nl")).keys.tolist() == KEYS[1:2]


def test_a_hidden_sheet_is_read_when_it_is_named_and_only_then(book: Any) -> None:
    def hidden(_: Any, sheet: Any) -> None:
        sheet.write_column(0, 0, ["NISS", TWO])
        sheet.hide()

    path = book(FR=[["NISS"], [ONE]], Oud=hidden)
    assert read(path).keys.tolist() == KEYS[:1]
    assert read(path, Choice(sheet="Oud")).keys.tolist() == KEYS[1:2]


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(book: Any) -> None:
    fault = only(read(book(FR=[["NISS"], [ONE]], NL=[["INSZ"], [TWO]]), Choice(sheet="DE")))
    assert (fault.code, dict(fault.data)) == ("list.no-such-sheet", {"wanted": "DE", "sheets": "FR, NL"})


@pytest.mark.parametrize(("wanted", "keys"), [("aanvrager", KEYS[:1]), ("C", KEYS[1:2]), ("c", KEYS[1:2])])
def test_the_column_may_be_chosen_by_heading_or_letters(book: Any, wanted: str, keys: list[int]) -> None:
    path = book(S=[["Aanvrager", "Naam", "Partner"], [ONE, "x", TWO]])
    assert only(read(path)).code == "list.no-identifier-column"
    assert read(path, Choice(column=wanted)).keys.tolist() == keys


def test_two_columns_without_headings_are_named_by_letters(book: Any) -> None:
    fault = only(read(book(S=[["x", ONE, TWO], ["y", TWO, ONE]])))
    assert (fault.code, fault.sheet, fault.data["columns"]) == ("list.two-identifier-columns", "S", "B, C")


def test_the_column_of_a_csv_may_be_chosen_by_heading_or_number(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Aanvrager;Partner\n{ONE};{TWO}\n")
    assert read(path, Choice(column="Partner")).keys.tolist() == KEYS[1:2]
    assert read(path, Choice(column="1")).keys.tolist() == KEYS[:1]
    fault = only(read(path, Choice(column="C")))
    assert (fault.code, fault.data["wanted"], fault.data["columns"]) == (
        "list.no-such-column",
        "C",
        "Aanvrager, Partner",
    )


def test_duplicates_across_a_spreadsheet_and_a_csv_have_both_places(tmp_path: Path) -> None:
    first = tmp_path / "a.csv"
    first.write_text(f"NISS\n{TWO}\n{ONE}\n")
    second = write_xlsx(tmp_path / "b.xlsx", {"S": [["", "NISS"], ["", ONE]]})
    combined, _ = read_lists(
        [first, second],
        ebox_type=EboxType.CITIZEN,
        limits=Limits(),
        policies=Policies(duplicates=Duplicates.BLOCK),
    )
    (fault,) = combined.faults
    assert (fault.file, fault.sheet, fault.line, fault.column) == ("b.xlsx", "S", 2, "B")
    assert sentence_of(fault, "en") == "The same recipient is on line 3 of a.csv."


def test_rejected_rows_come_back_as_csv_in_the_columns_of_the_sender(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate([["Nom", "NISS"], ["Maes", ONE], ["Zoë; x", "85073003329"]], 1):
            sheet.write_row(number, 1, row)

    path = write_xlsx(tmp_path / "list.xlsx", {"S": fill})
    digest = hashlib.sha256(path.read_bytes()).digest()
    rows = b"".join(rejected_rows(path, account_digest=digest, ebox_type=EboxType.CITIZEN, language="en"))
    assert rows.startswith(b"\xef\xbb\xbf")
    read_back = [row for row in csv.reader(io.StringIO(rows.decode("utf-8-sig")), delimiter=";") if any(row)]
    assert read_back == [
        ["", "Nom", "NISS", "Row", "Fault"],
        ["", "Zoë; x", "85073003329", "4", "The check digits are wrong."],
    ]


def test_a_sheet_is_split_into_csv_files_that_are_read_alike(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "list.xlsx", {"S": [["NISS", "Nom"], [ONE, "Zoë; é"], [TWO, "b"], [THREE, "c"]]})
    parts = split_list(path, tmp_path / "parts", most=2)
    assert [(part.path.name, part.rows) for part in parts] == [("list-01.csv", 2), ("list-02.csv", 1)]
    assert [read(part.path).keys.tolist() for part in parts] == [KEYS[:2], KEYS[2:]]


def test_a_text_of_a_sheet_does_not_become_a_formula_in_a_csv(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "list.xlsx", {"S": [["NISS", "Nom"], [ONE, "=1+1"], [TWO, "-5"], [THREE[:-1], "@x"]]})
    (part,) = split_list(path, tmp_path / "parts")
    assert part.path.read_text("utf-8-sig").splitlines()[1:] == [f"{ONE};'=1+1", f"{TWO};-5", f"{THREE[:-1]};'@x"]


def test_too_many_rows_are_refused_with_the_command(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "list.xlsx", {"My list": [[ONE], [TWO], [THREE]]})
    reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits(rows_per_list=2))
    assert remedy_of(only(reading), "en").endswith("list.xlsx --out DIR --max 2 --sheet 'My list'")


def test_a_package_may_mix_lists_and_keeps_the_choices(tmp_path: Path) -> None:
    sample = write_sample(tmp_path, recipients=10)
    rows = [line.split(";") for line in sample.files.lists[0].read_text("utf-8-sig").splitlines()]
    write_xlsx(sample.directory / "meer.xlsx", {"A": rows, "B": rows})
    (sample.directory / "~$meer.xlsx").write_bytes(b"written by Excel while it is open")
    names = [path.name for path in find_files(sample.directory).lists]
    assert sorted(names) == sorted([sample.files.lists[0].name, "meer.xlsx"])
    assert check_package(sample.directory).package is None
    policies = Policies(faulty_rows=FaultyRows.EXCLUDE, choice=Choice(sheet="A"))
    checked = check_package(sample.directory, policies=policies)
    assert checked.package is not None
    assert checked.package.policies.choice.sheet == "A"
    assert len(checked.package.keys) == 10


def test_cells_without_places_and_in_several_runs_are_read(tmp_path: Path) -> None:
    rows = (
        '<row><c t="inlineStr"><is><t>NISS</t></is></c></row>'
        '<row hidden="1"><c t="inlineStr"><is><r><t>850730</t></r><r><t>03328</t></r></is></c></row>'
    )
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx_of(sheet_of(rows)))
    reading = read(path)
    assert reading.keys.tolist() == KEYS[:1]
    assert reading.sheet is not None
    assert reading.sheet.hidden_rows == 1
