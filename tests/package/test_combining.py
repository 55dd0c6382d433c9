"""Several lists become one audience, each recipient once, and each list keeps its account."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.package.combining import Combined, combine, read_lists
from eboxcast.package.faults import sentence_of
from eboxcast.package.lists import ListReading
from eboxcast.package.lists.judging import KeyLines
from eboxcast.package.model import Duplicates, EboxType, FaultyRows, Limits, Policies

ONE, TWO, THREE = "85073003328", "90011500287", "72123199757"
FAULTY = "85073003329"
BLOCK = Policies(duplicates=Duplicates.BLOCK)
EXCLUDE = Policies(faulty_rows=FaultyRows.EXCLUDE)

CombineFiles = Callable[..., Combined]


@pytest.fixture
def combined(tmp_path: Path) -> CombineFiles:
    """Return what combines lists given as name and rows."""

    def combine_files(policies: Policies = BLOCK, cap: int = 1000, **lists: list[str]) -> Combined:
        paths = [tmp_path / f"{name}.csv" for name in lists]
        for path, rows in zip(paths, lists.values(), strict=True):
            path.write_text("".join(row + "\n" for row in ["NISS", *rows]))
        return read_lists(paths, ebox_type=EboxType.CITIZEN, limits=Limits(), policies=policies, cap=cap)[0]

    return combine_files


def accounts_of(combined: Combined) -> list[tuple[int, int, int, int]]:
    return [(each.rows, each.excluded, each.merged, each.recipients) for each in combined.accounts]


def test_a_person_belongs_to_the_first_list_in_the_order_of_file_names(combined: CombineFiles) -> None:
    both = combined(Policies(), b=[ONE, TWO], a=[TWO, THREE])
    assert both.keys.tolist() == [int(THREE), int(ONE), int(TWO)]
    assert both.list_of_key.tolist() == [0, 1, 0]
    assert both.list_of_key.dtype == np.uint16
    assert [account.file_name for account in both.accounts] == ["a.csv", "b.csv"]
    assert accounts_of(both) == [(2, 0, 0, 2), (2, 0, 1, 1)]


def test_merged_duplicates_are_told_for_information_and_block_nothing(combined: CombineFiles) -> None:
    both = combined(Policies(), a=[ONE, ONE], b=[ONE])
    assert not both.blocked
    assert (both.faults, dict(both.fault_counts)) == ((), {})
    assert [(fault.file, fault.line) for fault in both.merged] == [("a.csv", 3), ("b.csv", 2)]


def test_blocked_duplicates_name_both_places(combined: CombineFiles) -> None:
    both = combined(BLOCK, a=[TWO, ONE], b=[THREE, ONE, ONE])
    assert both.blocked
    assert dict(both.fault_counts) == {"list.duplicate": 2}
    assert [(fault.file, fault.line) for fault in both.faults] == [("b.csv", 3), ("b.csv", 4)]
    assert sentence_of(both.faults[0], "en") == "The same recipient is on line 3 of a.csv."


def test_excluding_faulty_rows_does_not_excuse_blocked_duplicates(combined: CombineFiles) -> None:
    policies = Policies(duplicates=Duplicates.BLOCK, faulty_rows=FaultyRows.EXCLUDE)
    assert combined(policies, a=[ONE, ONE]).blocked
    assert not combined(policies, a=[ONE, FAULTY]).blocked


def test_a_list_of_one_person_only_has_one_recipient(combined: CombineFiles) -> None:
    alone = combined(Policies(), a=[ONE] * 5)
    assert not alone.blocked
    assert accounts_of(alone) == [(5, 0, 4, 1)]


def test_a_list_without_anyone_new_stays_with_no_recipients(combined: CombineFiles) -> None:
    both = combined(Policies(), a=[ONE], b=[ONE])
    assert not both.blocked
    assert accounts_of(both) == [(1, 0, 0, 1), (1, 0, 1, 0)]


def test_faulty_rows_block_or_are_excluded_and_the_account_adds_up(combined: CombineFiles) -> None:
    assert combined(Policies(), a=[ONE, FAULTY]).blocked
    excluded = combined(EXCLUDE, a=[ONE, FAULTY, ONE])
    assert not excluded.blocked
    assert accounts_of(excluded) == [(3, 1, 1, 1)]
    assert dict(excluded.accounts[0].faults) == {"row.check-digits": 1}


def test_a_list_with_only_faulty_rows_blocks_even_where_they_are_excluded(combined: CombineFiles) -> None:
    both = combined(EXCLUDE, a=[ONE], b=[FAULTY])
    assert both.blocked
    assert dict(both.fault_counts) == {"row.check-digits": 1, "list.all-faulty": 1}


def test_the_cap_cuts_the_faults_of_rows_but_never_those_of_lists(combined: CombineFiles) -> None:
    both = combined(Policies(), 3, a=[ONE, *[FAULTY] * 9], b=[])
    assert [fault.code for fault in both.faults] == ["row.check-digits"] * 3 + ["list.no-rows"]
    assert both.fault_counts["row.check-digits"] == 9


def test_progress_counts_the_lists(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.csv" for number in range(3)]
    for path in paths:
        path.write_text(f"NISS\n{ONE}\n")
    told: list[tuple[int, int]] = []
    read_lists(
        paths,
        ebox_type=EboxType.CITIZEN,
        limits=Limits(),
        policies=Policies(),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_lists_make_an_empty_audience() -> None:
    nobody = combine([], policies=Policies())
    assert (len(nobody.keys), nobody.accounts) == (0, ())
    assert not nobody.blocked


def reading_of(name: str, keys: list[int]) -> ListReading:
    return ListReading(
        file_name=name,
        digest=b"",
        size=0,
        rows=len(keys),
        keys=np.array(keys, np.int64),
        lines=KeyLines(np.array([1])),
        excluded=0,
        faults=(),
        fault_counts={},
        encoding="utf-8",
        separator=";",
        column="NISS",
    )


@given(st.lists(st.lists(st.integers(1, 12), max_size=15), max_size=4), st.integers(0, 30))
def test_combining_does_what_going_through_the_rows_one_by_one_does(lists: list[list[int]], cap: int) -> None:
    readings = [reading_of(f"{number}.csv", keys) for number, keys in enumerate(lists)]
    seen: dict[int, tuple[int, int]] = {}
    again = []
    for number, keys in enumerate(lists):
        for line, key in enumerate(keys, start=2):
            if key in seen:
                again.append((f"{number}.csv", line, f"{seen[key][0]}.csv", seen[key][1]))
            else:
                seen[key] = (number, line)
    both = combine(readings, policies=BLOCK, cap=cap)
    assert both.keys.tolist() == sorted(seen)
    assert both.list_of_key.tolist() == [seen[key][0] for key in sorted(seen)]
    told = [(each.file, each.line, each.data["first_file"], each.data["first_line"]) for each in both.faults]
    assert told == again[:cap]
    assert both.fault_counts.get("list.duplicate", 0) == len(again)
    assert all(each.rows == each.excluded + each.merged + each.recipients for each in both.accounts)
