"""The release row: each change once, in an order that makes sense."""

from __future__ import annotations

import pytest
from tests.mailboxes.conftest import NewOrder

from eboxcast.mailboxes import fence, launching, storing
from eboxcast.mailboxes.errors import FenceClosed, ReleaseMissing

A = "acceptance"


def test_stop_and_resume(order: NewOrder) -> None:
    """A stopped release can be resumed and launched."""
    wanted = order()
    storing.store(A, wanted)
    fence.stop(A, wanted.run)
    assert fence.standing_of(fence.get_release(A, wanted.run)).word == "stopped"
    fence.resume(A, wanted.run)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert fence.standing_of(fence.get_release(A, wanted.run)).word == "visible"


def test_what_is_visible_is_neither_stopped_nor_discarded(order: NewOrder) -> None:
    """Too late: the answer says since when it is visible."""
    wanted = order()
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    for decision in (fence.stop, fence.discard, fence.resume):
        with pytest.raises(FenceClosed) as told:
            decision(A, wanted.run)
        assert str(told.value.data["state"]).startswith("visible since")


def test_what_is_not_visible_is_not_recalled(order: NewOrder) -> None:
    """There is nothing to take back."""
    wanted = order()
    storing.store(A, wanted)
    with pytest.raises(FenceClosed):
        fence.recall(A, wanted.run)


def test_discarding_is_final(order: NewOrder) -> None:
    """No resume, no launch; the identity is free for another content."""
    wanted = order()
    storing.store(A, wanted)
    fence.discard(A, wanted.run)
    with pytest.raises(FenceClosed):
        fence.resume(A, wanted.run)
    other = order(document=b"other")
    assert storing.store(A, other).run == other.run


def test_an_unknown_run_is_missing(order: NewOrder) -> None:
    """The environment says that it holds nothing of it."""
    with pytest.raises(ReleaseMissing):
        fence.get_release(A, order().run)
