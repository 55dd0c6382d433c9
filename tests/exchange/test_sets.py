"""What is wrong with a set as such is found before anything of it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.exchange.dropping import age
from tests.moments import move_here_to

from eboxcast.exchange.folders import open_folder
from eboxcast.exchange.sets import Gathered, Readiness, gather
from eboxcast.lib import clock

CBE = "0456789034"
SET = f"BRDC.{CBE}.20270208.00001.T"


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "INTEST"
    folder.mkdir()
    return folder


def gathered(incoming: Path) -> Sequence[Gathered]:
    move_here_to(datetime(2027, 2, 8, 9, tzinfo=clock.BRUSSELS))
    try:
        with open_folder("INTEST", within=incoming.parent) as folder:
            assert folder is not None
            return gather(folder, institution=CBE, environment="acceptance", signing=False)
    finally:
        clock.move(timedelta())


def codes(incoming: Path, *names: str, old: bool = False) -> list[int]:
    for name in names:
        (incoming / name).write_text("" if name.startswith("GO") else "content")
    age(list(incoming.iterdir()), timedelta(hours=old))
    (one,) = gathered(incoming)
    return [fault.code for fault in one.faults]


GO = f"GO.{SET}.2.2027-0001"


def test_a_whole_set_has_no_fault(incoming: Path) -> None:
    assert codes(incoming, GO, f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.2.b.csv") == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((f"FI.{SET}.2.1.a.xml",), [120]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.2.b.csv", f"FI.{SET}.2.3.c.csv"), [120]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.1.b.csv"), [123]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.x.b.csv"), [123]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.3.2.b.csv"), [124]),
        ((f"FI.{SET}.2.1.a.csv", f"FI.{SET}.2.2.A.CSV"), [131]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.2..hidden"), [131]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.2.{'b' * 81}"), [131]),
        ((f"FI.{SET}.2.1.a.xml", f"FI.{SET}.2.2.b\n.csv"), [131]),
    ],
)
def test_parts_that_do_not_fit(incoming: Path, parts: tuple[str, ...], expected: list[int]) -> None:
    assert codes(incoming, GO, *parts, old=True) == expected


def test_an_empty_part_and_a_go_file_that_is_not_empty(incoming: Path) -> None:
    (incoming / f"FI.{SET}.2.1.a.xml").touch()
    assert codes(incoming, GO, f"FI.{SET}.2.2.b.csv") == [134]
    (incoming / GO).write_text("go")
    assert codes(incoming) == [204]


def test_a_part_that_is_far_too_big(incoming: Path) -> None:
    big = incoming / f"FI.{SET}.1.1.a.csv"
    big.touch()
    with big.open("r+b") as file:
        file.truncate((128 << 20) + 1)  # a hole: it takes no space
    assert codes(incoming, f"GO.{SET}.1.2027-0001") == [203]


def test_a_new_go_file_may_come_before_its_last_parts(incoming: Path) -> None:
    (incoming / GO).touch()
    assert [one.readiness for one in gathered(incoming)] == [Readiness.WAITING]


def test_what_cancels_comes_first(incoming: Path) -> None:
    for name in (GO, f"TD.{SET}.2", f"GO.BRDC.{CBE}.20270208.00002.T.2.2027-0001"):
        (incoming / name).touch()
    assert [one.order.kind for one in gathered(incoming)] == ["TD", "GO", "GO"]
