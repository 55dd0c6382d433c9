"""Names are read as the guide says, and all that is wrong with one is said at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.moments import move_here_to

from eboxcast.exchange.names import Named, faults_of, read_name
from eboxcast.lib import clock

CBE = "0456789034"


@pytest.fixture(autouse=True)
def _in_february() -> Iterator[None]:
    move_here_to(datetime(2027, 2, 8, 9, tzinfo=clock.BRUSSELS))
    yield
    clock.move(timedelta())


def named(name: str) -> Named:
    read = read_name(name)
    assert read is not None
    return read


def test_a_part_keeps_its_own_name_whatever_dots_it_has() -> None:
    part = named(f"FI.BRDC.{CBE}.20270208.00001.T.3.2.letter.v2.fr.pdf")
    assert (part.parts, part.part, part.rest) == (3, "2", "letter.v2.fr.pdf")
    assert str(part.reference) == f"BRDC.{CBE}.20270208.00001.T"


def test_a_go_file_names_its_broadcast() -> None:
    assert named(f"GO.BRDC.{CBE}.20270208.00001.R.3.2027-0001").rest == "2027-0001"


@pytest.mark.parametrize(
    "name",
    [
        "letter.pdf",
        f"FI.BRDC.{CBE}.20270208.00001.T.3.2.list.csv.filepart",
        "GO",
        "FX.BRDC.1",
        "GO.DMFA.123456.20270208.00001.R.1",
        "fi.BRDC.1",
        "",
    ],
)
def test_other_names_are_not_ours(name: str) -> None:
    assert read_name(name) is None


def codes(name: str, environment: str = "acceptance") -> list[int]:
    return [fault.code for fault in faults_of(named(name), institution=CBE, environment=environment)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"GO.BRDC.{CBE}.20270208.00001.T.3.2027-0001", []),
        (f"TD.BRDC.{CBE}.20270208.00001.T.3", []),
        (f"GO.BRDC.{CBE}.20270208.00001.T.3", [107]),
        ("GO.BRDC.", [107]),
        ("GO.BRDC.0403019261.20270208.00001.T.3.2027-0001", [108]),
        (f"GO.BRDC.{CBE}.2027028.00001.T.3.2027-0001", [109]),
        (f"GO.BRDC.{CBE}.２０２７０２０８.00001.T.3.2027-0001", [109]),
        (f"GO.BRDC.{CBE}.20270230.00001.T.3.2027-0001", [110]),
        (f"GO.BRDC.{CBE}.20270209.00001.T.3.2027-0001", [111]),
        (f"GO.BRDC.{CBE}.20270108.00001.T.3.2027-0001", [126]),
        (f"GO.BRDC.{CBE}.20270208.0001.T.3.2027-0001", [112]),
        (f"GO.BRDC.{CBE}.20270208.0000A.T.3.2027-0001", [113]),
        (f"GO.BRDC.{CBE}.20270208.00000.T.3.2027-0001", [127]),
        (f"GO.BRDC.{CBE}.20270208.00001.S.3.2027-0001", [117]),
        (f"GO.BRDC.{CBE}.20270208.00001.R.3.2027-0001", [118]),
        (f"GO.BRDC.{CBE}.20270208.00001.T.0.2027-0001", [114]),
        (f"GO.BRDC.{CBE}.20270208.00001.T.100.2027-0001", [114]),
        ("GO.BRDC.1.2.3.X.Y.2027-0001", [108, 109, 112, 117, 114]),
    ],
)
def test_all_that_is_wrong_is_said_at_once(name: str, expected: list[int]) -> None:
    assert codes(name) == expected


def test_acceptance_does_not_belong_into_the_folder_for_production() -> None:
    assert codes(f"GO.BRDC.{CBE}.20270208.00001.T.3.2027-0001", "production") == [119]


def test_a_national_number_in_a_name_is_not_repeated() -> None:
    assert "85073003328" not in named("GO.BRDC.85073003328").shared
