"""What is foreseen of people's eBoxes, both ways, is what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from eboxcast.mailboxes import preview
from eboxcast.mailboxes.preview import States, states_now

KEYS = np.array([1, 2, 3, 4, 5, 6, 7, 16_382, 16_383], dtype=np.int64)


@pytest.mark.parametrize("many", [1, 1000])
@pytest.mark.parametrize("at_once", [2, 1000])
def test_both_ways_count_the_same(
    eboxes: Callable[..., None], monkeypatch: pytest.MonkeyPatch, many: int, at_once: int
) -> None:
    """With people beside them in the same buckets, whatever the size of a statement."""
    eboxes(active=[1, 2, 16_384], ebox_only=[3, 16_382], deactivated=[4])
    monkeypatch.setattr(preview, "MANY", many)
    monkeypatch.setattr(preview, "_AT_ONCE", at_once)
    assert states_now("acceptance", KEYS) == States(never_activated=4, deactivated=1, not_ebox_only=2)


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("many", [1, 1000])
def test_without_any_ebox_nobody_has_activated_one(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(preview, "MANY", many)
    assert states_now("acceptance", KEYS) == States(never_activated=len(KEYS), deactivated=0, not_ebox_only=0)
