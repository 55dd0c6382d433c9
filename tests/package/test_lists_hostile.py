"""Bad lists: each gets a clear sentence with its place and a remedy, and no national number in it."""

from __future__ import annotations

import os
import re
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from eboxcast.package.errors import ListRefused
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.lists.source import opened, read_whole
from eboxcast.package.model import EboxType, Limits

ONE, TWO = "85073003328", "90011500287"
MEGABYTE = 1 << 20

Read = Callable[..., ListReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads some content as a list."""

    def read_content(
        content: str | bytes, ebox_type: EboxType = EboxType.CITIZEN, limits: Limits | None = None
    ) -> ListReading:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_list(path, ebox_type=ebox_type, limits=limits or Limits())

    return read_content


def said(fault: Fault) -> tuple[int | None, str, str]:
    """Return line, sentence and remedy, having looked that no national number is told."""
    sentence, remedy = sentence_of(fault, "en"), remedy_of(fault, "en")
    assert not re.search(r"[0-9]{9}", sentence + remedy + repr(dict(fault.data)))
    return fault.line, sentence, remedy


def only(reading: ListReading) -> tuple[int | None, str, str]:
    """Return what the one fault of a list says."""
    assert len(reading.faults) == 1
    assert dict(reading.fault_counts) == {reading.faults[0].code: 1}
    assert reading.rows == reading.excluded + len(reading.keys)
    return said(reading.faults[0])


@pytest.mark.parametrize("content", [b"", b"\n\n\r\n", b"\xef\xbb\xbf", "".encode("utf-16"), b";;\n"])
def test_an_empty_file(read: Read, content: bytes) -> None:
    assert only(read(content)) == (None, "The file is empty.", "Export the list again from the source.")


@pytest.mark.parametrize("content", ["NISS", "NISS;Nom\n", "NISS;Nom\r\n\r\n;\r\n"])
def test_only_a_header(read: Read, content: str) -> None:
    assert only(read(content))[1] == "The file has a header but no recipients."


def test_no_identifier_column(read: Read) -> None:
    line, sentence, remedy = only(read(f"\nNom;Prénom\nMaes;{ONE}\n"))
    assert (line, sentence) == (2, "No column contains the identifiers. The first line has: Nom, Prénom.")
    assert remedy == "Name the column NISS (citizens) or CBE (enterprises) in the first line."


def test_an_unknown_heading_with_a_number_in_it_does_not_give_the_number_away(read: Read) -> None:
    assert only(read(f"Jan Maes {ONE};x\n"))[1].endswith("Jan Maes ***, x.")


@pytest.mark.parametrize(
    ("content", "columns"),
    [(f"NISS;Nom;INSZ\n{ONE};x;{TWO}\n", "NISS, INSZ"), (f"{ONE};x;{TWO}\n{TWO};x;{ONE}\n", "1, 3")],
)
def test_two_identifier_columns(read: Read, content: str, columns: str) -> None:
    assert only(read(content))[1] == f"More than one column contains identifiers: {columns}."


def test_a_column_of_the_wrong_kind(read: Read) -> None:
    line, sentence, remedy = only(read("Nom;BCE\nX;0403019261\n"))
    assert line == 1
    assert sentence == "The column BCE is for a different kind of recipient than the metadata (CITIZEN)."
    assert remedy == "Use a list for that kind of recipient, or correct EboxType in the metadata."


@pytest.mark.parametrize(
    ("ebox_type", "good", "bad", "sentence"),
    [
        (EboxType.CITIZEN, ONE, "0403019261", "This is an enterprise number, but the list is for citizens."),
        (EboxType.ENTERPRISE, "0403019261", ONE, "This is a citizen's number, but the list is for enterprises."),
    ],
)
def test_a_number_of_the_wrong_kind(read: Read, ebox_type: EboxType, good: str, bad: str, sentence: str) -> None:
    assert only(read(f"Nummer\n{good}\n{bad}\n", ebox_type))[:2] == (3, sentence)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_does_not_say_so(read: Read, encoding: str) -> None:
    _, sentence, remedy = only(read(f"NISS;Nom\n{ONE};Maes\n".encode(encoding)))
    assert sentence == "The file is in UTF-16 but has no byte order mark."
    assert remedy == "Save it as UTF-8, or as UTF-16 with a byte order mark."


@pytest.mark.parametrize("rest", [b"\x00", b"\x00\xd8A\x00"])
def test_utf_16_that_is_broken(read: Read, rest: bytes) -> None:
    content = f"\ufeffNISS\n{ONE}\n".encode("utf-16-le") + rest
    assert only(read(content))[1] == "The file has a UTF-16 byte order mark, but is not valid UTF-16."


def test_latin_1_accents_are_read(read: Read) -> None:
    reading = read(f"NISS;Prénom\n{ONE};Hélène\n".encode("latin-1"))
    assert (len(reading.keys), reading.encoding, reading.faults) == (1, "windows-1252", ())


def test_nul_bytes(read: Read) -> None:
    line, sentence, remedy = only(read(f"NISS\r\n{ONE}\r\n{TWO}\0\r\n".encode()))
    assert (line, sentence) == (3, "The file contains a NUL byte, which is not allowed in text.")
    assert remedy == "The file is damaged or is not a CSV file. Export it again from the source."


@pytest.mark.parametrize("head", ["NISS\n", f"NISS;x\n{ONE};", f'NISS;x\n{ONE};"'])
def test_a_line_too_long(read: Read, head: str) -> None:
    line, sentence, _ = only(read(head + "9" * (MEGABYTE + 1) + f"\n{TWO}\n"))
    assert line == 2
    assert sentence in {
        "The line is longer than 1048576 bytes.",
        "The quotation mark opened on this line is never closed.",
    }


def test_a_line_of_two_gigabytes_is_refused_without_being_held(tmp_path: Path) -> None:
    """The file is sparse, so that it takes no room; what matters is that a small part of it is ever in memory."""
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.write(b"NISS\n" + b"8" * 100)
        file.truncate(2 << 30)
    tracemalloc.start()
    try:
        reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits())
        assert tracemalloc.get_traced_memory()[1] < 20 * MEGABYTE
    finally:
        tracemalloc.stop()
    assert only(reading)[:2] == (2, "The line is longer than 1048576 bytes.")


def test_a_quote_never_closed_is_told_at_the_line_where_it_opens(read: Read) -> None:
    content = f'NISS;Nom\n{ONE};"two\nlines"\n{TWO};"Maes\n' + f"{ONE};x\n" * 5
    assert only(read(content))[:2] == (4, "The quotation mark opened on this line is never closed.")


def test_a_quote_never_closed_in_the_header(read: Read) -> None:
    assert only(read(f'"NISS;Nom\n{ONE};x\n'))[:2] == (1, "The quotation mark opened on this line is never closed.")


def test_a_row_too_many(read: Read) -> None:
    reading = read("NISS\n" + f"{ONE}\n" * 11, limits=Limits(rows_per_list=10))
    assert len(reading.keys) == reading.rows == 11
    _, sentence, remedy = only(reading)
    assert sentence == "The list has 11 rows; at most 10 are allowed."
    assert re.fullmatch(r"Split it into 2 lists: eboxcast split \S+/list.csv --out DIR --max 10", remedy)


def test_300_001_rows(read: Read) -> None:
    _, sentence, remedy = only(read(f"{ONE}\n" * 300_001))
    assert sentence == "The list has 300001 rows; at most 300000 are allowed."
    assert re.fullmatch(r"Split it into 2 lists: eboxcast split \S+/list.csv --out DIR --max 300000", remedy)


def test_far_too_many_rows_are_only_counted(read: Read) -> None:
    reading = read("NISS;x\n" + f"{ONE};y\n\n" * 20_000, limits=Limits(rows_per_list=10))
    assert reading.rows == 0
    assert only(reading)[1] == "The list has 20000 rows; at most 10 are allowed."


def test_a_file_of_blank_lines(read: Read) -> None:
    reading = read(f"NISS\n{ONE}\n" + "\n" * 20_000, limits=Limits(rows_per_list=10))
    assert only(reading)[1] == "The file has more than 1040 lines, most of them blank."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_too_big_for_memory_is_counted(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("NISS;x\n" + f"{ONE};{'y' * 300_000}\n" * 500, encoding=encoding)
    reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits(rows_per_list=100))
    assert only(reading)[1] == "The list has 500 rows; at most 100 are allowed."
    reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits())
    assert only(reading)[1] == "The file is too large for a recipient list: it is over 128 MB."


def test_all_rows_faulty(read: Read) -> None:
    reading = read("NISS\n85073003329\nx\n")
    assert (reading.rows, reading.excluded, len(reading.keys)) == (2, 2, 0)
    assert said(reading.faults[0])[1] == "All 2 rows are faulty, so there is nothing left to publish."
    assert [fault.code for fault in reading.faults[1:]] == ["row.check-digits", "row.characters"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (
            "10111783",
            (
                "A spreadsheet removed the zeros at the start of the number. The correct value is "
                "probably 00.01.**-***.83."
            ),
        ),
        ("8.5073E+10", "A spreadsheet changed the number to a form like 8.5E+10."),
        (
            "8.5073003328E+10",
            ("A spreadsheet changed the number to a form like 8.5E+10. The correct value is probably 85.07.**-***.28."),
        ),
        (
            "85073003328.0",
            ("A spreadsheet changed the number to a decimal number. The correct value is probably 85.07.**-***.28."),
        ),
        (
            "85O73003328",
            ("The number contains a letter that looks like a digit. The correct value is probably 85.07.**-***.28."),
        ),
        ("8507300332", "The number has 10 digits instead of 11."),
        ("850730033281", "The number has 12 digits instead of 11."),
        ("85073003329", "The check digits are wrong."),
        ("85130100397", "The month in the number is not valid."),
        ("00000000000", "The number contains only zeros."),
        ("", "The identifier is missing."),
        ("inconnu", "The identifier contains characters that are not digits."),
    ],
)
def test_damaged_numbers_are_told_with_their_line_and_never_repaired(read: Read, cell: str, sentence: str) -> None:
    reading = read(f"Nom;NISS\nA;{ONE}\nB;{cell}\n")
    assert len(reading.keys) == 1
    assert only(reading)[:2] == (3, sentence)
    assert reading.faults[0].place == "NISS"


def test_a_lost_zero_of_an_enterprise_number(read: Read) -> None:
    reading = read("KBO\n0403019261\n456789034\n", EboxType.ENTERPRISE)
    assert only(reading)[1] == (
        "A spreadsheet removed the zeros at the start of the number. The correct value is probably 0456.***.*34."
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    reading = read_list(tmp_path / "list.csv", ebox_type=EboxType.CITIZEN, limits=Limits())
    _, sentence, remedy = only(reading)
    assert sentence == "The file cannot be read: No such file or directory."
    assert remedy == "Check that the file exists and that you have permission to read it."


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "list.csv")
    reading = read_list(tmp_path / "list.csv", ebox_type=EboxType.CITIZEN, limits=Limits())
    assert only(reading)[1] == "The file cannot be read: not a regular file."


@pytest.mark.parametrize("event", ["grows", "shrinks", "vanishes", "is replaced"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, event: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"NISS\n{ONE}\n")
    happen: dict[str, Callable[[], object]] = {
        "grows": lambda: path.write_text(f"NISS\n{ONE}\n{TWO}\n"),
        "shrinks": lambda: os.truncate(path, 8),
        "vanishes": path.unlink,
        "is replaced": lambda: path.rename(path.with_name("old")) and path.write_text("NISS\n"),
    }
    with opened(path) as file, pytest.raises(ListRefused) as refused:
        read_whole(_Interrupted(file, happen[event]), path)  # type: ignore[arg-type]
    assert said(refused.value.fault)[1] == "The file changed while it was being read."


class _Interrupted:
    """A file to which something happens between its first byte and its last."""

    def __init__(self, file: object, happen: Callable[[], object]) -> None:
        self._file, self._happen = file, happen

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def readinto(self, view: memoryview) -> int:
        self._happen()
        count: int = self._file.readinto(view)  # type: ignore[attr-defined]
        return count


def test_several_lists_are_read_at_the_same_time_without_mixing_them(tmp_path: Path) -> None:
    paths = []
    for number in range(8):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text("NISS\n" + f"{ONE if number % 2 else TWO}\n" * 1000)
    with ThreadPoolExecutor(4) as threads:
        readings = list(threads.map(lambda path: read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits()), paths))
    assert [np.unique(reading.keys).tolist() for reading in readings] == [[int(TWO)], [int(ONE)]] * 4
