"""Spreadsheets that are none, are damaged, or would take all memory and time: each is refused with what to do."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import monotonic

import pytest
from tests.package.spreadsheets import MAIN, archive_of, ods_of, ods_row, sheet_of, table_of, write_xlsx, xlsx_of

from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.lists import read_list
from eboxcast.package.model import EboxType, Limits
from eboxcast.package.sheets.archive import MOST_UNPACKED

ONE = "85073003328"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
Judge = Callable[[str, bytes], Fault]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Return what gives the one fault of a file."""

    def fault_of(name: str, content: bytes) -> Fault:
        path = tmp_path / name
        path.write_bytes(content)
        reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits())
        (fault,) = reading.faults
        assert "NUL" not in sentence_of(fault, "en")
        assert remedy_of(fault, "en")
        return fault

    return fault_of


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    return write_xlsx(tmp_path / "good.xlsx", {"S": [["NISS"], [ONE]]}).read_bytes()


def one_cell(text: str) -> str:
    return sheet_of(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')


def test_a_spreadsheet_with_the_name_of_a_csv_says_what_it_is(judge: Judge, good: bytes) -> None:
    fault = judge("list.csv", good)
    assert fault.code == "list.spreadsheet-inside"
    assert sentence_of(fault, "en") == "This is a spreadsheet, but its name does not end in .xlsx."
    assert judge("list.txt", ods_of(table_of("A", ods_row("NISS")))).data["extension"] == ".ods"


@pytest.mark.parametrize("name", ["list.csv", "list.xls", "list.xlsx"])
def test_the_old_format_is_refused_by_its_name(judge: Judge, name: str) -> None:
    fault = judge(name, OLE)
    assert (fault.code, fault.data["format"]) == ("list.spreadsheet-format", ".xls")


def test_formats_with_macros_or_in_binary_are_refused(judge: Judge) -> None:
    macros = xlsx_of(one_cell("NISS"), more={"xl/vbaProject.bin": OLE})
    assert judge("list.xlsx", macros).data["format"] == ".xlsm"
    assert judge("list.xlsm", macros).data["format"] == ".xlsm"
    assert judge("list.xlsb", archive_of({"xl/workbook.bin": b""})).data["format"] == ".xlsb"


def test_encrypted_files_say_so(judge: Judge) -> None:
    assert judge("list.xlsx", OLE + "EncryptedPackage".encode("utf-16-le")).code == "list.spreadsheet-encrypted"
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    assert judge("list.ods", ods_of("", manifest=manifest)).code == "list.spreadsheet-encrypted"


@pytest.mark.parametrize("content", [f"NISS\n{ONE}\n".encode(), b"<html><table><tr><td>1</td></tr></table></html>"])
def test_a_text_with_the_name_of_a_spreadsheet_says_so(judge: Judge, content: bytes) -> None:
    assert judge("list.xlsx", content).code == "list.not-a-spreadsheet"


def test_other_archives_are_no_lists(judge: Judge) -> None:
    assert judge("list.csv", archive_of({"list.csv": b"NISS\n"})).code == "list.archive"
    assert judge("list.xlsx", archive_of({"word/document.xml": b"<x/>"})).code == "list.archive"
    assert (
        judge("list.ods", archive_of({"mimetype": b"application/vnd.oasis.opendocument.text"})).code == "list.archive"
    )


def test_an_empty_file_is_empty(judge: Judge) -> None:
    assert judge("list.xlsx", b"").code == "list.empty"
    assert judge("list.xlsx", xlsx_of(sheet_of(""))).code == "list.no-sheet"
    assert judge("list.ods", ods_of(table_of("A", ""))).code == "list.no-sheet"


@pytest.mark.parametrize("keep", [10, 200, -30])
def test_a_file_that_was_cut_is_damaged(judge: Judge, good: bytes, keep: int) -> None:
    assert judge("list.xlsx", good[:keep]).code == "list.spreadsheet-damaged"


def test_bytes_that_were_changed_are_noticed_or_do_no_harm(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "list.xlsx"
    for at in range(0, len(good), max(1, len(good) // 12)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x5A]) + good[at + 1 :])
        reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits())
        assert reading.faults or reading.rows == 1


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_of('<row r="x"><c r="@@"><v>1</v></c></row>'),
        sheet_of("<row><c><v>1</v>"),
        '<!DOCTYPE x [<!ENTITY a "b">]>' + one_cell("&a;"),
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + one_cell("&a;"),
    ],
    ids=["places", "cut", "entity", "external entity"],
)
def test_a_sheet_that_is_no_good_xml_is_damaged(judge: Judge, sheet: str) -> None:
    assert judge("list.xlsx", xlsx_of(sheet)).code == "list.spreadsheet-damaged"


def test_a_workbook_with_a_dtd_is_damaged(judge: Judge) -> None:
    workbook = b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">]><workbook/>'
    assert (
        judge("list.xlsx", xlsx_of(one_cell("x"), more={"xl/workbook.xml": workbook})).code
        == "list.spreadsheet-damaged"
    )


SPARSE = sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
ENDLESS = sheet_of('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>')
REPEATED = sheet_of("".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 100_001)))
LONG = f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>'


@pytest.mark.parametrize(
    "content",
    [xlsx_of(SPARSE), xlsx_of(ENDLESS), xlsx_of(REPEATED, strings=LONG)],
    ids=["two cells far apart", "a row beyond the end", "a long text a hundred thousand times"],
)
def test_what_would_take_all_memory_or_time_is_too_big(judge: Judge, content: bytes) -> None:
    started = monotonic()
    assert judge("list.xlsx", content).code == "list.spreadsheet-too-big"
    assert monotonic() - started < 60


def test_an_opendocument_that_repeats_a_full_row_for_ever_is_refused(judge: Judge) -> None:
    cells = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cells}</table:table-row>'
    bomb = ods_of(f'<table:table table:name="A">{row}</table:table>')
    assert judge("list.ods", bomb).code in {"list.spreadsheet-damaged", "list.spreadsheet-too-big"}


def test_an_archive_that_unpacks_to_more_than_fits_is_refused_unread(judge: Judge) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in range(5):
            with archive.open(f"xl/{part}.xml", "w") as file:
                for _ in range((MOST_UNPACKED >> 24) // 4):
                    file.write(bytes(1 << 24))
    assert judge("list.xlsx", content.getvalue()).code == "list.spreadsheet-too-big"


def test_no_program_is_left_behind(judge: Judge) -> None:
    judge("list.xlsx", xlsx_of(SPARSE))
    ours = ("ps", "-o", "args=", "--ppid", str(os.getpid()))
    listed = subprocess.run(ours, capture_output=True, text=True, check=True).stdout
    assert "ps -o args=" in listed
    assert "eboxcast.package.sheets.program" not in listed
