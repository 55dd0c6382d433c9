"""Rejected rows come back as the sender wrote them, with their line and what is wrong."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from pathlib import Path

import pytest

from eboxcast.package.combining import read_lists
from eboxcast.package.errors import ListChanged, ListRefused
from eboxcast.package.faults import Fault, sentence_of
from eboxcast.package.lists import read_list
from eboxcast.package.model import Duplicates, EboxType, Limits, Policies
from eboxcast.package.rejected import rejected_rows, rows_as_sent

ONE, TWO, FAULTY = "85073003328", "90011500287", "85073003329"
WRONG = '"The check digits are wrong."'


def rejected(path: Path, content: bytes, duplicates: tuple[Fault, ...] = ()) -> bytes:
    path.write_bytes(content)
    rows = rejected_rows(
        path,
        account_digest=hashlib.sha256(content).digest(),
        ebox_type=EboxType.CITIZEN,
        language="en",
        duplicates=duplicates,
    )
    return b"".join(rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def test_the_sender_gets_his_own_columns_and_two_more(path: Path) -> None:
    content = f"Nom;NISS;Langue\r\nMaes;{ONE};NL\r\n  Lefèvre ;{FAULTY};fr \r\n".encode()
    expected = f"Nom;NISS;Langue;Line;Fault\r\n  Lefèvre ;{FAULTY};fr ;3;{WRONG}\r\n"
    assert rejected(path, content) == expected.encode()


def test_a_formula_comes_back_as_a_text_and_the_file_can_be_delivered_again(path: Path) -> None:
    content = f'=Nom;NISS;x\n=1+1;{FAULTY};-5\n@x;+1|\'!A0;"=1;2"\n'.encode()
    expected = f"'=Nom;NISS;x;Line;Fault\n'=1+1;{FAULTY};-5;2;{WRONG}\n'@x;'+1|'!A0;\"'=1;2\";3;"
    made = rejected(path, content)
    assert made.decode().startswith(expected)
    path.write_bytes(made.replace(FAULTY.encode(), ONE.encode()))
    again = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits())
    assert (again.keys.tolist(), again.excluded) == ([int(ONE)], 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_the_encoding_is_that_of_the_list(path: Path, encoding: str) -> None:
    content = f"NISS,Prénom\n{ONE},Hélène\n{FAULTY},Zoë\n".encode(encoding)
    expected = f"NISS,Prénom,Line,Fault\n{FAULTY},Zoë,3,{WRONG}\n"
    assert rejected(path, content) == expected.encode(encoding)


def test_big_endian_stays_big_endian(path: Path) -> None:
    content = codecs.BOM_UTF16_BE + f"{ONE}\n{FAULTY}\n".encode("utf-16-be")
    assert rejected(path, content) == codecs.BOM_UTF16_BE + f"{FAULTY};2;{WRONG}\n".encode("utf-16-be")


def test_what_stood_before_the_header_stays(path: Path) -> None:
    content = f"sep=;\n\nNISS;x\n{ONE};y\n{FAULTY};z\n".encode()
    assert rejected(path, content) == f"sep=;\n\nNISS;x;Line;Fault\n{FAULTY};z;5;{WRONG}\n".encode()


def test_short_rows_are_filled_so_that_the_fault_stands_under_its_heading(path: Path) -> None:
    content = f"NISS;Nom;Langue\n{ONE}\n{FAULTY}\n".encode()
    assert rejected(path, content).splitlines()[1] == f"{FAULTY};;;3;{WRONG}".encode()


def test_rows_with_line_ends_in_quotes_come_back_whole(path: Path) -> None:
    content = f'NISS;Adresse\n{FAULTY};"Rue ""1""\n1000 Bruxelles"\n{ONE};x\n{FAULTY};y'.encode()
    assert rejected(path, content) == (
        f'NISS;Adresse;Line;Fault\n{FAULTY};"Rue ""1""\n1000 Bruxelles";2;{WRONG}\n{FAULTY};y;5;{WRONG}\r\n'.encode()
    )


def test_all_faulty_rows_come_back_however_many(path: Path) -> None:
    content = ("NISS;x\n" + f"{ONE};y\n{FAULTY};z\n" * 3000).encode()
    rows = list(csv.reader(io.StringIO(rejected(path, content).decode()), delimiter=";"))
    assert [row[2] for row in rows[1:]] == [str(line) for line in range(3, 6002, 2)]


@pytest.mark.parametrize("name", ["Maes", '"Ma\nes"'])
def test_where_duplicates_block_they_come_back_too(path: Path, name: str) -> None:
    content = f"NISS;Nom\n{ONE};{name}\n{FAULTY};x\n{ONE};y\n{TWO};z\n".encode()
    path.write_bytes(content)
    blocked = Policies(duplicates=Duplicates.BLOCK)
    both, _ = read_lists([path], ebox_type=EboxType.CITIZEN, limits=Limits(), policies=blocked)
    sentences = [sentence_of(fault, "en") for fault in both.faults]
    rows = list(csv.reader(io.StringIO(rejected(path, content, both.faults[1:]).decode()), delimiter=";"))
    assert [row[1] for row in rows] == ["Nom", "x", "y"]
    assert [row[3] for row in rows[1:]] == sentences


def test_a_list_without_faulty_rows_gives_its_header_only(path: Path) -> None:
    assert rejected(path, f"NISS\n{ONE}\n".encode()) == b"NISS;Line;Fault\n"


def test_a_list_that_is_not_the_checked_one_is_refused(path: Path) -> None:
    path.write_text(f"NISS\n{FAULTY}\n")
    digest = read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits()).digest
    path.write_text(f"NISS\n{ONE}\n")
    with pytest.raises(ListChanged):
        rejected_rows(path, account_digest=digest, ebox_type=EboxType.CITIZEN, language="en")


def test_a_list_that_is_gone_is_refused(path: Path) -> None:
    with pytest.raises(ListRefused):
        rejected_rows(path, account_digest=b"", ebox_type=EboxType.CITIZEN, language="en")


def test_rows_are_shown_as_they_were_sent_with_their_numbers_masked(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(
        "Naam;INSZ;Partner\r\nÉlise;8507300332;85073003328\r\n;85.07.30-033.29;\r\nJan;85O73003328;x\r\n".encode(
            "cp1252"
        )
    )
    shown = rows_as_sent(path, {2, 3, 4}, ebox_type=EboxType.CITIZEN)
    assert shown == {2: "Élise; 8507******; ***********", 3: "; 85.0*.**-***.**; ", 4: "Jan; 85O7*******; x"}
