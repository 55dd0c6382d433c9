"""Both ways of taking the snapshot note the same, and the larger audience takes the faster one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.mailboxes import fence, storing
from eboxcast.mailboxes.models import Audience, Outcome, Release
from eboxcast.mailboxes.snapshot import MANY, snapshot_here, snapshot_there, take_snapshot

A = "acceptance"
PRIME = 16381
Eboxes = Callable[..., None]
Noted = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


def of_many(connection: BaseDatabaseWrapper, release: Release, *, prime: int, refuse: bool) -> None:
    """Take the snapshot of a release that says it has very many recipients."""
    release.recipients_count = MANY
    take_snapshot(connection, release, prime=prime, refuse=refuse)


WAYS = {"there": snapshot_there, "here": snapshot_here, "few": take_snapshot, "many": of_many}


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


@pytest.mark.parametrize("refuse", [False, True])
def test_the_way_of_many_is_taken_by_what_is_recorded_and_notes_the_same(
    order: NewOrder, people: list[int], refuse: bool
) -> None:
    assert noted(order, people, way="many", refuse=refuse) == noted(order, people, way="few", refuse=refuse)
