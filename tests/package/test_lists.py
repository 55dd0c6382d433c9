"""How recipient lists of all makes are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from eboxcast.package.lists import ListReading, read_list
from eboxcast.package.model import EboxType, Limits

ONE, TWO, THREE = "85073003328", "90011500287", "00010111783"
KEYS = [85073003328, 90011500287, 10111783]

Read = Callable[..., ListReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads some content as a list."""

    def read_content(content: str | bytes, encoding: str = "utf-8", *, exact: bool = False) -> ListReading:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits(), force_exact=exact)

    return read_content


def lines_of(reading: ListReading) -> list[int]:
    return [reading.line_of(index) for index in range(len(reading.keys))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_every_usual_way_of_writing_a_list_is_read(
    read: Read, end: str, separator: str, quote: str, encoding: str
) -> None:
    rows = [["Prénom", "NISS"], ["Hélène", ONE], ["Zoë", TWO], ["Jan", THREE]]
    text = "".join(separator.join(quote + cell + quote for cell in row) + end for row in rows)
    reading = read(text, encoding)
    assert reading.keys.tolist() == KEYS
    assert lines_of(reading) == [2, 3, 4]
    assert (reading.rows, reading.separator, reading.column) == (3, separator, "NISS")
    assert reading.encoding == encoding.removesuffix("-sig")
    assert not reading.faults


def test_digest_and_size_are_those_of_the_bytes_on_disk(read: Read) -> None:
    content = f"NISS\r{ONE}\r".encode("utf-16")
    reading = read(content)
    assert reading.digest == hashlib.sha256(content).digest()
    assert reading.size == len(content)


@pytest.mark.parametrize(
    "heading",
    [
        "NISS",
        "niss",
        "INSZ",
        "Inss",
        "SSIN",
        "RRN",
        "RN",
        "N° national",
        "Numéro NISS",
        "Nummer",
        "Rijksregisternummer",
    ],
)
def test_the_column_may_have_any_of_its_names(read: Read, heading: str) -> None:
    reading = read(f"Naam;{heading}\nMaes;{ONE}\n")
    assert reading.keys.tolist() == KEYS[:1]
    assert reading.column == heading


@pytest.mark.parametrize("heading", ["CBE", "kbo", "BCE", "Ondernemingsnummer", "Numéro d'entreprise", "N° BCE", "ZDU"])
def test_the_column_of_enterprises_may_have_any_of_its_names(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Nom,{heading}\nX,0403.019.261\nY,0428759497\n")
    reading = read_list(path, ebox_type=EboxType.ENTERPRISE, limits=Limits())
    assert reading.keys.tolist() == [10**12 + 403019261, 10**12 + 428759497]


def test_a_list_of_employers_people_is_read_by_the_column_of_its_kind(read: Read) -> None:
    reading = read(f"KBO;NISS\n0403019261;{ONE}\n")
    assert (reading.keys.tolist(), reading.column) == (KEYS[:1], "NISS")


@pytest.mark.parametrize("text", [f"{ONE}\n{TWO}\n", f"Maes;{ONE}\nPeeters;{TWO}\n", f"1,{ONE}\n2,{TWO}"])
def test_a_header_is_not_needed(read: Read, text: str) -> None:
    reading = read(text)
    assert reading.keys.tolist() == KEYS[:2]
    assert lines_of(reading) == [1, 2]
    assert reading.column is None


@pytest.mark.parametrize("exact", [False, True])
def test_blank_lines_are_not_rows_but_keep_line_numbers_exact(read: Read, exact: bool) -> None:
    reading = read(f"\n\nNISS;Nom\n\n{ONE};x\n;\n   \n{TWO};y\n{THREE};z\n\n", exact=exact)
    assert reading.rows == 3
    assert lines_of(reading) == [5, 8, 9]


def test_line_ends_inside_quotes_keep_line_numbers_exact(read: Read) -> None:
    reading = read(f'NISS;Adresse\n{ONE};"Rue 1\n1000 Bruxelles"\n{TWO};x\n850730033;y\n')
    assert lines_of(reading) == [2, 4]
    assert [fault.line for fault in reading.faults] == [5]


def test_rows_may_be_longer_or_shorter_than_the_header_if_the_identifier_is_there(read: Read) -> None:
    reading = read(f"Nom;NISS;Langue\nA;{ONE}\nB;{TWO};FR;x;y\nC\n")
    assert reading.keys.tolist() == KEYS[:2]
    assert [(fault.code, fault.line, dict(fault.data)) for fault in reading.faults] == [
        ("row.column-missing", 4, {"found": 1, "column": 2})
    ]


def test_a_declared_separator_is_believed(read: Read) -> None:
    reading = read(f"sep=,\nNISS,Nom; prénom; titre\n{ONE},x\n")
    assert (reading.keys.tolist(), reading.separator, lines_of(reading)) == (KEYS[:1], ",", [3])


def test_more_separators_inside_the_names_do_not_mislead(read: Read) -> None:
    reading = read(f"NISS;Nom, prénom, titre, rue, commune\n{ONE};Maes, Jan, Dr, x, y\n")
    assert (reading.keys.tolist(), reading.separator) == (KEYS[:1], ";")


def test_formatted_and_spaced_identifiers_are_read(read: Read) -> None:
    reading = read(f"NISS;x\n85.07.30-033.28;x\n 900115 002 87 ;x\n\u00a0{THREE};x\n")
    assert reading.keys.tolist() == KEYS


def test_duplicates_are_kept_in_the_order_of_the_rows(read: Read) -> None:
    assert read(f"NISS\n{TWO}\n{ONE}\n{TWO}\n").keys.tolist() == [KEYS[1], KEYS[0], KEYS[1]]


def test_all_faults_are_counted_and_only_as_many_listed_as_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"NISS\n{ONE}\n" + "85073003329\n" * 30 + "x\n" * 5)
    reading = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits(), cap=10)
    assert dict(reading.fault_counts) == {"row.check-digits": 30, "row.characters": 5}
    assert len(reading.faults) == 10
    assert (reading.rows, reading.excluded, len(reading.keys)) == (36, 35, 1)
