"""Becoming visible: a snapshot, an account that adds up, and the fence row last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.digests import digest_of_keys
from eboxcast.mailboxes import audiences, fence, launching, storing
from eboxcast.mailboxes.errors import FenceClosed, WindowOver
from eboxcast.mailboxes.models import Outcome, Release

A = "acceptance"
Eboxes = Callable[..., None]


def outcomes(release: Release) -> dict[tuple[str, str], list[int]]:
    """Return the recipients of a release by kind and code."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in Outcome.objects.using(A).filter(release=release.id):
        found.setdefault((row.kind, row.code), []).extend(row.keys)
    return {kind: sorted(keys) for kind, keys in found.items()}


def test_who_has_no_active_ebox_is_noted_and_published_to(order: NewOrder, eboxes: Eboxes) -> None:
    """By the policy "publish" everybody gets it; the snapshot says who never activated, or wants paper too."""
    eboxes(active=[1], ebox_only=[2], deactivated=[3])
    wanted = order([1, 2, 3, 4])
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    release = fence.get_release(A, wanted.run)
    assert outcomes(release) == {
        ("never_activated", ""): [4],
        ("deactivated", ""): [3],
        ("not_ebox_only", ""): [1],
    }
    assert (release.published_count, release.refused_count) == (4, 0)
    assert (release.never_activated_count, release.deactivated_count, release.not_ebox_only_count) == (1, 1, 1)


def test_refused_recipients_leave_the_audience(order: NewOrder, eboxes: Eboxes) -> None:
    """By the policy "refuse" they are moved: the audience is exactly who can see it, and both digests say so."""
    eboxes(active=[1, 2 * 16381 + 1], deactivated=[3])
    wanted = order([1, 3, 4, 16381 + 1, 2 * 16381 + 1])
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=True)
    release = fence.get_release(A, wanted.run)
    seeing = audiences.read_audience(environment_connection(A), release=release.id, prime=16381)
    assert seeing.tolist() == [1, 2 * 16381 + 1]
    assert outcomes(release)["refused_by_policy", "NEVER_ACTIVATED"] == [4, 16381 + 1]
    assert outcomes(release)["refused_by_policy", "DEACTIVATED"] == [3]
    assert (release.published_count, release.refused_count) == (2, 3)
    assert bytes(release.published_digest or b"") == digest_of_keys(bytes(release.salt), seeing)


def test_expiry_is_the_validity_after_the_moment(order: NewOrder) -> None:
    """Six months in Brussels, not so many days."""
    wanted = order()
    storing.store(A, wanted)
    launched = launching.launch(A, wanted.run, refuse_without_ebox=False)
    expires_at = fence.get_release(A, wanted.run).expires_at
    assert expires_at is not None
    assert timedelta(days=180) < expires_at - launched.visible_at < timedelta(days=185)


@pytest.mark.parametrize("decision", [fence.stop, fence.discard])
def test_a_decision_that_came_first_wins(order: NewOrder, decision: Callable[[str, object], object]) -> None:
    """Stopped or discarded: nothing becomes visible, nothing of the snapshot stays."""
    wanted = order()
    storing.store(A, wanted)
    decision(A, wanted.run)
    with pytest.raises(FenceClosed):
        launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert not Outcome.objects.using(A).exists()


def test_it_becomes_visible_once(order: NewOrder) -> None:
    """The second launch is told since when, and changes nothing."""
    wanted = order()
    storing.store(A, wanted)
    first = launching.launch(A, wanted.run, refuse_without_ebox=False)
    with pytest.raises(FenceClosed, match="visible since"):
        launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert fence.get_release(A, wanted.run).visible_at == first.visible_at


def ends(**later: float) -> datetime:
    """Return the end of a window by the clock of the installation."""
    return clock.now() + timedelta(**later)


def test_inside_its_window_it_becomes_visible(order: NewOrder) -> None:
    wanted = order()
    storing.store(A, wanted)
    launched = launching.launch(A, wanted.run, refuse_without_ebox=False, not_after=ends(hours=1))
    assert fence.get_release(A, wanted.run).visible_at == launched.visible_at


@pytest.mark.parametrize("moved", [timedelta(), timedelta(days=90)], ids=["time of the world", "clock moved on"])
def test_after_its_window_nothing_becomes_visible(order: NewOrder, moved: timedelta) -> None:
    """The statement that opens the fence looks at the time itself; nothing of the snapshot stays."""
    wanted = order()
    storing.store(A, wanted)
    clock.move(moved)
    with pytest.raises(WindowOver):
        launching.launch(A, wanted.run, refuse_without_ebox=False, not_after=ends(seconds=-1))
    assert fence.get_release(A, wanted.run).visible_at is None
    assert not Outcome.objects.using(A).exists()
    launching.launch(A, wanted.run, refuse_without_ebox=False, not_after=ends(hours=1))


def test_a_clock_moved_back_keeps_a_window_open(order: NewOrder) -> None:
    """The time of the world says it is over, that of the installation does not."""
    wanted = order()
    storing.store(A, wanted)
    clock.move(timedelta(days=-90))
    launching.launch(A, wanted.run, refuse_without_ebox=False, not_after=ends(hours=1))
    assert fence.get_release(A, wanted.run).visible_at is not None


def test_the_window_may_end_between_the_fence_and_the_commit(order: NewOrder) -> None:
    """A session that has not committed by then is ended by the server; what is usual for it holds again after it."""
    wanted = order()
    storing.store(A, wanted)
    connection = environment_connection(A)
    with transaction.atomic(using=A):
        launching.launch(A, wanted.run, refuse_without_ebox=False, not_after=ends(seconds=9))
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('idle_in_transaction_session_timeout')::interval")
            assert timedelta() < cursor.fetchone()[0] < timedelta(seconds=9)
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('idle_in_transaction_session_timeout')::interval")
        assert cursor.fetchone()[0] > timedelta(seconds=9)
