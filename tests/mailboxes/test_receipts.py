"""Receipts from an environment: made once, from rows as from blocks, until the audience is deleted."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.mailboxes.conftest import AT_ONCE, NewOrder, if_rows, publish

from eboxcast.lib import clock
from eboxcast.lib.receipts import Proof, Roots
from eboxcast.mailboxes import compacting, expiring, fence, storing
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.expiring import Retention
from eboxcast.mailboxes.models import Audience, ReceiptTree, Release
from eboxcast.mailboxes.receipts import AbsenceTellsOfOthers, NoReceipts, find_roots, make_tree, prove, prove_absence

A = "acceptance"


def roots_of(run: UUID) -> Roots:
    release = fence.get_release(A, run)
    make_tree(A, release)
    roots = find_roots(A, release)
    assert roots is not None
    return roots


def proof(run: UUID, key: int) -> Proof:
    release = fence.get_release(A, run)
    return prove(A, release, key) or prove_absence(A, release, key)


def test_who_received_it_and_who_did_not_can_be_proved(order: NewOrder) -> None:
    run = publish(order, range(1, 301))
    roots = roots_of(run)
    received, absent = proof(run, 7), proof(run, 70_000)
    assert received.received
    assert received.holds_for(7, roots)
    assert not absent.received
    assert absent.holds_for(70_000, roots)


def test_it_is_made_once(order: NewOrder) -> None:
    run = publish(order, [1, 2, 3])
    assert roots_of(run) == roots_of(run)
    assert ReceiptTree.objects.using(A).count() == 1


def test_blocks_give_the_same_proofs_as_rows(order: NewOrder) -> None:
    run = publish(order, range(1, 301))
    roots = roots_of(run)
    before = proof(run, 7)
    compacting.compact(A, AT_ONCE)
    compacting.compact(A, AT_ONCE)
    assert proof(run, 7) == before
    assert before.holds_for(7, roots)


def test_a_proof_that_would_tell_of_somebody_else_is_not_made(order: NewOrder) -> None:
    run = publish(order, [1, 2, 3])
    shape = roots_of(run).shape
    with pytest.raises(AbsenceTellsOfOthers):
        proof(run, 3 + shape.cells)
    assert proof(run, 4).holds_for(4, roots_of(run))


def test_nothing_is_proved_before_it_is_visible(order: NewOrder) -> None:
    wanted = order()
    storing.store(A, wanted)
    release = fence.get_release(A, wanted.run)
    make_tree(A, release)
    assert find_roots(A, release) is None
    with pytest.raises(NoReceipts):
        prove(A, release, 1)


def test_the_secret_goes_with_the_audience_and_the_roots_stay(order: NewOrder) -> None:
    """A receipt that was given out holds for ever; no other can be made."""
    run = publish(order, [1, 2, 3])
    roots_of(run)
    before = proof(run, 1)
    clock.move(timedelta(days=200))
    for due in expiring.find_due(A, Retention()):
        expiring.purge(A, due)
    tree = ReceiptTree.objects.using(A).get()
    assert tree.secret is None
    assert tree.shelf_hashes is None
    assert before.holds_for(1, roots_of(run))
    with pytest.raises(NoReceipts):
        proof(run, 1)


def test_a_tree_that_comes_after_the_audience_is_deleted_is_not_kept(order: NewOrder) -> None:
    """As a process that was held up while it was made."""
    run = publish(order, [1, 2, 3])
    release = fence.get_release(A, run)
    Release.objects.using(A).update(audience_purged_at=clock.now())
    make_tree(A, release)
    assert not ReceiptTree.objects.using(A).exists()


@if_rows
def test_an_audience_that_was_changed_makes_no_receipts(order: NewOrder) -> None:
    run = publish(order, [1, 2, 3])
    release = fence.get_release(A, run)
    make_tree(A, release)
    Audience.objects.using(A).filter(release=release.id, keys=[2]).delete()
    with pytest.raises(StoredDiffers):
        proof(run, 1)
    ReceiptTree.objects.using(A).all().delete()
    with pytest.raises(StoredDiffers):
        make_tree(A, release)
