"""Both ways of taking the snapshot note the same, and the larger audience takes the faster one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.mailboxes import fence, launching, snapshot, storing
from eboxcast.mailboxes.models import Audience, Outcome

A = "acceptance"
PRIME = 16381
Eboxes = Callable[..., None]
Noted = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]
WAYS = {"there": snapshot.snapshot_there, "here": snapshot.snapshot_here}


@pytest.fixture
def people(eboxes: Eboxes) -> list[int]:
    """Six hundred people with eBoxes in every state or none, of whom some share a bucket; and eBoxes of others."""
    drawn = np.random.default_rng(7)
    everybody = drawn.choice(40 * PRIME, 600, replace=False) + 1
    more = everybody[:60] + 50 * PRIME
    states = drawn.integers(0, 4, len(everybody))
    eboxes(
        active=[*everybody[states == 0].tolist(), 99 * PRIME],
        ebox_only=[*everybody[states == 1].tolist(), 98 * PRIME],
        deactivated=everybody[states == 2].tolist(),
    )
    return [*everybody.tolist(), *more.tolist()]


def noted(order: NewOrder, keys: list[int], *, way: str, refuse: bool) -> Noted:
    """Return what a way leaves of outcomes and audience, in an order of their own."""
    wanted = order(keys, ticket=f"{way}-{refuse}-{len(keys)}")
    storing.store(A, wanted)
    release = fence.get_release(A, wanted.run)
    WAYS[way](environment_connection(A), release, prime=PRIME, refuse=refuse)
    outcomes = Outcome.objects.using(A).filter(release=release.id).order_by("bucket", "kind", "code")
    audience = Audience.objects.using(A).filter(release=release.id).order_by("bucket")
    return list(outcomes.values_list("bucket", "kind", "code", "keys")), list(audience.values_list("bucket", "keys"))


@pytest.mark.parametrize("refuse", [False, True])
def test_both_ways_note_the_same(order: NewOrder, people: list[int], refuse: bool) -> None:
    there = noted(order, people, way="there", refuse=refuse)
    assert {kind for _, kind, _, _ in there[0]} >= {"refused_by_policy" if refuse else "deactivated", "not_ebox_only"}
    assert noted(order, people, way="here", refuse=refuse) == there


@pytest.mark.parametrize("refuse", [False, True])
def test_both_ways_know_an_environment_without_eboxes(order: NewOrder, refuse: bool) -> None:
    there = noted(order, [1, 2, PRIME + 1], way="there", refuse=refuse)
    assert noted(order, [1, 2, PRIME + 1], way="here", refuse=refuse) == there


def test_a_large_audience_is_launched_with_the_same_account(
    order: NewOrder, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is made of what the snapshot noted, and digests compared, whichever way was taken."""
    accounts = []
    for many in (len(people) + 1, len(people)):
        monkeypatch.setattr(snapshot, "MANY", many)
        wanted = order(people, ticket=f"account-{many}")
        storing.store(A, wanted)
        launching.launch(A, wanted.run, refuse_without_ebox=True)
        release = fence.get_release(A, wanted.run)
        assert (release.published_count or 0) + (release.refused_count or 0) == len(people)
        accounts.append((release.published_count, release.refused_count, release.not_ebox_only_count))
    assert accounts[0] == accounts[1]
