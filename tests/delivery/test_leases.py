"""Until when a batch is ours, and what a process that was frozen finds when it wakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from tests.actors import master
from tests.delivery.conftest import NewPackage

from eboxcast.delivery.models import Batch, Run, State
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Claim
from eboxcast.delivery.remote.leases import Hold, TakenOver, now
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.mailboxes import fence

P = "production"


@pytest.fixture
def claim(package: NewPackage) -> Claim:
    """The first batch of a run under way."""
    run = actions.prepare(package(20), environment=P, actor=master("ines"))
    release = fence.get_release(P, run.id).id
    batches.cut(run, release, recipients=10, opens=False)
    Run.objects.filter(id=run.id).update(state=State.RUNNING)
    found = batches.claim(run.id, release=release, worker="w1")
    assert isinstance(found, Claim)
    return found


def after(share: float) -> float:
    """Return when the claim was asked for, of whose lease this share is over."""
    return now() - share * settings.EBOXCAST_LEASE_SECONDS


def test_a_call_needs_half_a_lease(claim: Claim) -> None:
    """Who is frozen just after the look has that long until anybody else may claim it."""
    Hold(claim, asked_at=after(0.4)).check()
    with pytest.raises(TakenOver):
        Hold(claim, asked_at=after(0.6)).check()


def test_a_lease_that_runs_low_is_extended(claim: Claim) -> None:
    """In the database too, or nobody would know."""
    Batch.objects.filter(id=claim.batch).update(lease_until=clock.now())
    hold = Hold(claim, asked_at=after(0.6))
    hold.keep()
    hold.check()
    assert Batch.objects.get(id=claim.batch).lease_until > clock.now()


def test_a_batch_that_was_taken_over_cannot_be_kept(claim: Claim) -> None:
    """Not even when its lease, by our own clock, is fresh."""
    Batch.objects.filter(id=claim.batch).update(lease_until=clock.now() - timedelta(seconds=1))
    assert isinstance(batches.claim(claim.run, release=claim.where.release, worker="w2"), Claim)
    hold = Hold(claim, asked_at=now())
    with pytest.raises(TakenOver):
        hold.extend()
    with pytest.raises(TakenOver):
        hold.check()
