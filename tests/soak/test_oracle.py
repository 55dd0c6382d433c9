"""The oracle of the soak sees each thing that must never be: a blind one would promise what nobody checked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.soak.oracle import Opening, Oracle, Shown, Told, What

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def opened(*shown: Shown, at: float, mailbox: int = 1, now: datetime = NOON) -> Opening:
    return Opening(mailbox=mailbox, began=at, ended=at + 0.1, earliest=now, latest=now, shown=shown)


def letter(name: str = "a", **more: datetime) -> Shown:
    return Shown(letter=name, expires_at=LATER, **more)


@pytest.fixture
def oracle() -> Oracle:
    """A letter to 1 and 2 that begins to become visible at 10, is visible at 20, is recalled from 30 to 40."""
    oracle = Oracle()
    oracle.tell(Told(what=What.POSSIBLE, letter="a", at=10, keys=(1, 2)))
    oracle.tell(Told(what=What.CERTAIN, letter="a", at=20, expires_at=LATER))
    oracle.tell(Told(what=What.DOUBTFUL, letter="a", at=30))
    oracle.tell(Told(what=What.GONE, letter="a", at=40))
    return oracle


@pytest.mark.parametrize(
    "opening",
    [opened(at=5), opened(at=12), opened(letter(), at=12), opened(letter(), at=25), opened(at=35), opened(at=45)],
)
def test_what_is_right_is_not_called_wrong(oracle: Oracle, opening: Opening) -> None:
    assert oracle.judge(opening) == []


@pytest.mark.parametrize(
    ("opening", "fault"),
    [
        (opened(letter(), at=5), "shows a, which it must not"),
        (opened(at=25), "does not show a, which it must"),
        (opened(letter(), at=45), "shows a, which it must not"),
        (opened(letter(), at=25, mailbox=3), "shows a, which it must not"),
        (opened(letter("b"), at=25), "shows b, which it must not"),
        (opened(letter(), letter(), at=25), "shows a 2 times"),
        (opened(letter(), at=25, now=LATER), "shows a, which it must not"),
        (opened(letter(read_at=NOON), at=25), "shows a, which is read, but nobody did that"),
    ],
    ids=["early", "lost", "recalled", "others", "unknown", "doubled", "expired", "read"],
)
def test_each_fault_is_seen(oracle: Oracle, opening: Opening, fault: str) -> None:
    assert oracle.judge(opening)[0] == fault


def test_what_one_has_seen_all_see_from_then_on(oracle: Oracle) -> None:
    assert oracle.judge(opened(letter(), at=12)) == []
    assert oracle.judge(opened(at=14, mailbox=2)) == ["does not show a, which it must"]


def test_what_is_gone_for_one_is_gone_for_all(oracle: Oracle) -> None:
    assert oracle.judge(opened(at=32)) == []
    assert oracle.judge(opened(letter(), at=34, mailbox=2)) == ["shows a, which it must not"]


def test_a_mark_that_was_kept_stays(oracle: Oracle) -> None:
    oracle.mark(1, "a", "read", certain=False)
    assert oracle.judge(opened(at=12)) == []
    oracle.mark(1, "a", "read", certain=True)
    assert oracle.judge(opened(letter(read_at=NOON), at=21)) == []
    assert oracle.judge(opened(letter(), at=22)) == ["shows a, which is not read any more"]


def test_what_is_over_is_forgotten_and_never_comes_back(oracle: Oracle) -> None:
    oracle.tidy(at=50, earliest=NOON)
    assert oracle.judge(opened(at=51)) == []
    assert oracle.judge(opened(letter(), at=52)) == ["shows a, which it must not"]
