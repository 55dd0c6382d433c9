"""Personal data go when their time has come; counts and salted digests stay."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.mailboxes.conftest import NewOrder

from eboxcast.lib import clock
from eboxcast.mailboxes import expiring, fence, launching, opening, storing
from eboxcast.mailboxes.expiring import Retention
from eboxcast.mailboxes.models import Audience, File, Outcome, Reading, Release

A = "acceptance"


@pytest.fixture
def later():
    """Let so many days pass since the beginning."""
    return lambda days: clock.move(timedelta(days=days))


def published(order: NewOrder) -> UUID:
    """Store, launch, and let one recipient read it."""
    wanted = order([1, 2, 3])
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    opening.mark_read(A, opening.open_ebox(A, 1)[0])
    return wanted.run


def purge_all() -> list[expiring.Purged]:
    """Purge whatever is due."""
    return [expiring.purge(A, due) for due in expiring.find_due(A, Retention())]


def test_nothing_is_due_at_once(order: NewOrder) -> None:
    """A fresh publication keeps everything."""
    published(order)
    assert list(expiring.find_due(A, Retention())) == []


def test_outcomes_go_thirty_days_after_the_report(order: NewOrder, later) -> None:
    """The paper list goes; the audience stays until the document expires."""
    run = published(order)
    later(31)
    assert [purged.outcomes for purged in purge_all()] == [3]
    assert not Outcome.objects.using(A).exists()
    assert Audience.objects.using(A).exists()
    assert fence.get_release(A, run).never_activated_count == 3


def test_the_audience_goes_when_the_document_expires(order: NewOrder, later) -> None:
    """Who received and who read it is forgotten, and the document itself; counts and digests stay."""
    run = published(order)
    later(200)
    (purged,) = purge_all()
    assert (purged.recipients, purged.readings) == (3, 1)
    assert not Audience.objects.using(A).exists()
    assert not Reading.objects.using(A).exists()
    assert File.objects.using(A).get().content is None
    release = fence.get_release(A, run)
    assert release.published_count == 3
    assert release.audience_digest


def test_purging_again_changes_nothing(order: NewOrder, later) -> None:
    """What is gone is not due any more."""
    published(order)
    later(200)
    purge_all()
    assert purge_all() == []


def test_a_discarded_audience_goes_after_a_week(order: NewOrder, later) -> None:
    """Seven days to change one's mind about a look at it, then it is forgotten."""
    wanted = order()
    storing.store(A, wanted)
    fence.discard(A, wanted.run)
    later(6)
    assert purge_all() == []
    later(8)
    assert [purged.recipients for purged in purge_all()] == [3]


def test_what_nobody_launches_is_warned_of_then_given_up(order: NewOrder, later) -> None:
    """Warned a week before the thirty days are over."""
    wanted = order()
    storing.store(A, wanted)
    stored_at = Release.objects.using(A).get().stored_at
    later(24)
    (warned,) = expiring.find_due(A, Retention())
    assert not warned.discard
    assert warned.unlaunched_until == stored_at + timedelta(days=30)
    later(31)
    assert [due.discard for due in expiring.find_due(A, Retention())] == [True]


def test_a_document_another_message_still_uses_stays(order: NewOrder, later) -> None:
    """The same bytes serve two messages; only when both have ended do they go."""
    published(order)
    later(100)
    wanted = order([9], ticket="other")
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    later(200)
    purge_all()
    assert opening.read_document(A, opening.open_ebox(A, 9)[0]) == b"letter"
