"""What the same identity, content and recipients mean (design §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.lib.digests import digest_of_keys
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import next_actions
from eboxcast.mailboxes import audiences, fence, launching, storing
from eboxcast.mailboxes.errors import (
    EverybodyHasIt,
    OtherContentInHand,
    OtherContentVisible,
    OtherRecipientsInHand,
    OtherRecipientsVisible,
    StoredDiffers,
    WasRecalled,
)
from eboxcast.mailboxes.models import Audience, Message, Release
from eboxcast.mailboxes.values import NewRelease

A = "acceptance"
P = "production"


def published(environment: str, order: NewRelease) -> UUID:
    """Store and launch."""
    storing.store(environment, order)
    launching.launch(environment, order.run, refuse_without_ebox=False)
    return order.run


def test_a_release_is_stored_complete_and_invisible(order: NewOrder) -> None:
    """All keys are there, the digest is over the salt and the keys, nothing is visible."""
    wanted = order([5, 7, 10**12 + 403019261])
    storing.store(A, wanted)
    release = fence.get_release(A, wanted.run)
    assert release.visible_at is None
    assert release.recipients_count == 3
    assert bytes(release.audience_digest) == digest_of_keys(bytes(release.salt), wanted.keys)
    stored = Audience.objects.using(A).filter(release=release.id)
    assert sorted(key for row in stored for key in row.keys) == wanted.keys.tolist()


def test_storing_the_same_run_again_changes_nothing(order: NewOrder) -> None:
    """A process that takes over an interrupted preparation finds it done."""
    wanted = order()
    assert storing.store(A, wanted) == storing.store(A, wanted)
    assert Release.objects.using(A).count() == 1


def test_the_same_package_names_the_run_that_has_it(order: NewOrder) -> None:
    """Prepared or visible, the first run stands."""
    first, second, third = order(), order(), order()
    storing.store(A, first)
    assert storing.store(A, second).run == first.run
    launching.launch(A, first.run, refuse_without_ebox=False)
    assert storing.store(A, third).run == first.run


def test_other_recipients_of_something_visible_need_to_be_asked_for(order: NewOrder) -> None:
    """The refusal says how."""
    published(A, order([1, 2]))
    with pytest.raises(OtherRecipientsVisible) as refusal:
        storing.store(A, order([2, 3]))
    assert next_actions(refusal.value) == (NextAction(action="run.prepare", parameters={"add": "yes"}),)


def test_adding_leaves_out_who_has_it(order: NewOrder) -> None:
    """A new release of the same message, for the rest; the account counts the others as already."""
    published(A, order([1, 2]))
    more = order([2, 3, 4], adds=True)
    storing.store(A, more)
    release = fence.get_release(A, more.run)
    assert audiences.read_audience(storing.environment_connection(A), release=release.id, prime=16381).tolist() == [
        3,
        4,
    ]
    assert release.package.already == (1,)
    assert Message.objects.using(A).count() == 1


def test_adding_nobody_is_refused(order: NewOrder) -> None:
    """All of them have it."""
    published(A, order([1, 2, 3]))
    with pytest.raises(EverybodyHasIt):
        storing.store(A, order([1, 2], adds=True))


def test_the_same_adding_again_is_the_same_run(order: NewOrder) -> None:
    """The digest over the whole package recognises it, though part of it had it already."""
    published(A, order([1, 2]))
    more = published(A, order([2, 3], adds=True))
    assert storing.store(A, order([2, 3], adds=True)).run == more


def test_what_is_only_prepared_is_superseded_by_itself(order: NewOrder) -> None:
    """Other recipients or other content: the newer preparation takes the place of the older."""
    first, second, third = order([1, 2]), order([1, 2, 3]), order([1, 2, 3], document=b"other")
    for wanted in (first, second, third):
        stored = storing.store(P, wanted)
    assert stored.superseded == (second.run,)
    assert fence.get_release(P, first.run).superseded_by == second.run
    assert fence.get_release(P, third.run).abandoned_at is None


def test_other_content_is_refused_once_visible_in_production(order: NewOrder) -> None:
    """Even after a recall: somebody may have read it."""
    run = published(P, order())
    fence.recall(P, run)
    with pytest.raises(OtherContentVisible):
        storing.store(P, order(document=b"other"))


def test_other_content_in_acceptance_begins_the_next_round(order: NewOrder) -> None:
    """The round before stays visible until the very moment the next one is."""
    first, second = order([1]), order([1], document=b"other")
    published(A, first)
    storing.store(A, second)
    assert fence.get_release(A, first.run).recalled_at is None
    launched = launching.launch(A, second.run, refuse_without_ebox=False)
    before = fence.get_release(A, first.run)
    assert launched.recalled == (first.run,)
    assert before.recalled_at == launched.visible_at
    assert before.superseded_by == second.run


def test_a_discarded_next_round_gives_the_identity_back(order: NewOrder) -> None:
    """The round that is still visible is known by its identity again."""
    first, second = order([1]), order([1], document=b"other")
    published(A, first)
    storing.store(A, second)
    fence.discard(A, second.run)
    assert storing.store(A, order([1])).run == first.run


@pytest.mark.parametrize(("document", "error"), [(b"letter", OtherRecipientsInHand), (b"other", OtherContentInHand)])
def test_a_stopped_run_is_not_superseded(order: NewOrder, document: bytes, error: type[Exception]) -> None:
    """Somebody stopped it for a reason; he discards it, nobody else does by accident."""
    first = order([1])
    storing.store(A, first)
    fence.stop(A, first.run)
    with pytest.raises(error):
        storing.store(A, order([1, 2], document=document))


def test_a_run_in_hand_is_not_superseded(order: NewOrder) -> None:
    """The control database knows that somebody is launching it."""
    first = order([1])
    storing.store(A, first)
    with pytest.raises(OtherContentInHand):
        storing.store(A, replace(order([1], document=b"other"), in_hand={first.run: "running"}))


def test_what_was_recalled_comes_back_only_when_asked_for(order: NewOrder) -> None:
    """Recalled, then the same again: refused, naming --add; with it, a new release for everybody."""
    fence.recall(P, published(P, order()))
    with pytest.raises(WasRecalled):
        storing.store(P, order())
    again = order(adds=True)
    storing.store(P, again)
    assert fence.get_release(P, again.run).recipients_count == 3


@pytest.fixture
def losing_a_key(installation: None) -> Iterator[None]:
    """Let the database lose a key of each row that is stored."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute(
            "create function lose() returns trigger language plpgsql as"
            " 'begin new.keys := new.keys[2:]; return new; end'"
        )
        cursor.execute("create trigger lose before insert on audience for each row execute function lose()")
    yield
    with environment_connection(A).cursor() as cursor:
        cursor.execute("drop function lose cascade")


@pytest.mark.usefixtures("losing_a_key")
@pytest.mark.one_server
def test_a_difference_after_storing_rolls_everything_back(order: NewOrder) -> None:
    """What is read back is compared: a database that loses a key stores nothing at all."""
    with pytest.raises(StoredDiffers):
        storing.store(A, order())
    assert not Release.objects.using(A).exists()
    assert not Message.objects.using(A).exists()
