"""What is foreseen of people's eBoxes, both ways, is what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from eboxcast.database.environments import environment_connection
from eboxcast.mailboxes.preview import States, states_now
from eboxcast.mailboxes.snapshot import counts_here

KEYS = np.array([1, 2, 3, 4, 5, 6, 7, 16_382, 16_383], dtype=np.int64)
NOBODYS = np.arange(1_000_000, 1_120_000, dtype=np.int64)


def test_both_ways_count_the_same(eboxes: Callable[..., None]) -> None:
    """With people beside them in the same buckets: the database, or here where there are many."""
    eboxes(active=[1, 2, 16_384], ebox_only=[3, 16_382], deactivated=[4])
    assert states_now("acceptance", KEYS) == States(never_activated=4, deactivated=1, not_ebox_only=2)
    assert counts_here(environment_connection("acceptance"), KEYS).tolist() == [4, 1, 2]


def test_more_than_a_statement_asks_for_are_counted_too(eboxes: Callable[..., None]) -> None:
    eboxes(active=[1, 2, 16_384], ebox_only=[3, 16_382], deactivated=[4])
    counted = states_now("acceptance", np.concatenate((KEYS, NOBODYS)))
    assert counted == States(never_activated=4 + len(NOBODYS), deactivated=1, not_ebox_only=2)


@pytest.mark.usefixtures("installation")
def test_without_any_ebox_nobody_has_activated_one() -> None:
    nobody = States(never_activated=len(KEYS), deactivated=0, not_ebox_only=0)
    assert states_now("acceptance", KEYS) == nobody
    assert counts_here(environment_connection("acceptance"), KEYS).tolist() == [len(KEYS), 0, 0]
