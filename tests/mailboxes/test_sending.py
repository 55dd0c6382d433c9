"""What is known of each recipient of a remote run, before and after each call."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.digests import digest_of_keys
from eboxcast.mailboxes import fence, outcomes, sending, storing
from eboxcast.mailboxes.audiences import read_outcome
from eboxcast.mailboxes.errors import FenceClosed, StoredDiffers
from eboxcast.mailboxes.models import NamedCall, Outcome, OutcomeKind, Release
from eboxcast.mailboxes.outcomes import Call, Range, Results
from eboxcast.mailboxes.values import NewRelease

P = "production"
EVERYWHERE = {"first": 0, "last": 16380}


@pytest.fixture
def begun(order: NewOrder) -> tuple[NewRelease, Release]:
    """A release of five recipients whose sending has begun."""
    wanted = order([1, 2, 3, 16381 + 1, 16381 + 2])
    storing.store(P, wanted)
    return wanted, sending.begin_sending(P, wanted.run)


def begun_range(where: Range) -> Call:
    """Note a call with everybody in a range, of whom nothing is known."""
    call = outcomes.begin_range(P, where, call="1.1.0", count=5)
    assert call is not None
    return call


def test_ranges_hold_whole_buckets_and_everybody_once(order: NewOrder) -> None:
    """About so many recipients each, in the order of the buckets, without gap or overlap."""
    wanted = order(range(1, 200, 3))
    storing.store(P, wanted)
    release = fence.get_release(P, wanted.run)
    ranges = sending.ranges_of(P, release.id, recipients=10)
    assert sum(count for _, count in ranges) == len(wanted.keys)
    assert all(count <= 10 for _, count in ranges)
    found = [key for where, _ in ranges for key in outcomes.progress_of(P, where).left]
    assert sorted(found) == wanted.keys.tolist()


def test_a_recipient_in_flight_is_not_left(begun: tuple[NewRelease, Release]) -> None:
    """Nobody else sends to him until it is known what came of the call."""
    _, release = begun
    outcomes.begin_call(P, release.id, [1, 2], call="1.1.1")
    progress = outcomes.progress_of(P, Range(release=release.id, **EVERYWHERE))
    assert progress.left == [3, 16382, 16383]
    assert progress.under_way == {"1.1.1": [1, 2]}


def test_the_end_of_a_call_notes_each_outcome(begun: tuple[NewRelease, Release]) -> None:
    """Sent, refused with its code, unknown; who is in none of them is left again."""
    _, release = begun
    keys = [1, 2, 3, 16382]
    outcomes.begin_call(P, release.id, keys, call="1.1.1")
    results = Results(sent=[1], message_ids=["m-1"], refused={2: "not-told"}, unknown=[3], no_digital_user=[1])
    assert outcomes.end_call(P, release.id, Call(code="1.1.1", keys=keys), results)
    assert outcomes.progress_of(P, Range(release=release.id, **EVERYWHERE)).left == [16382, 16383]
    assert sending.counts_of(P, release.run) == {
        OutcomeKind.SENT: 1,
        OutcomeKind.REFUSED_BY_TARGET: 1,
        OutcomeKind.UNKNOWN: 1,
        OutcomeKind.NEVER_ACTIVATED: 1,
    }


def test_a_call_that_was_taken_over_notes_nothing(begun: tuple[NewRelease, Release]) -> None:
    """The worker that slept too long is told no."""
    _, release = begun
    outcomes.begin_call(P, release.id, [1], call="1.1.1")
    assert outcomes.end_call(P, release.id, Call(code="1.1.1", keys=[1]), Results(unknown=[1]))
    assert not outcomes.end_call(P, release.id, Call(code="1.1.1", keys=[1]), Results(sent=[1]))
    assert sending.counts_of(P, release.run) == {OutcomeKind.UNKNOWN: 1}


def test_the_account_closes_when_nothing_is_open(begun: tuple[NewRelease, Release]) -> None:
    """Not before everybody has an outcome, not while one is unknown; then with both digests."""
    wanted, release = begun
    keys = wanted.keys.tolist()
    outcomes.begin_call(P, release.id, keys, call="1")
    assert not sending.close_account(P, wanted.run, tells_no_digital_user=False)
    results = Results(sent=keys[:3], refused={keys[3]: "not-told"}, unknown=keys[4:])
    outcomes.end_call(P, release.id, Call(code="1", keys=keys), results)
    assert not sending.close_account(P, wanted.run, tells_no_digital_user=False)
    assert sending.settle_unknown(P, wanted.run, as_=OutcomeKind.SENT) == 1
    assert sending.close_account(P, wanted.run, tells_no_digital_user=False)
    closed = fence.get_release(P, wanted.run)
    assert (closed.published_count, closed.refused_count, closed.never_activated_count) == (4, 1, None)
    sent = [key for key in keys if key != keys[3]]
    assert bytes(closed.published_digest or b"") == digest_of_keys(bytes(closed.salt), np.array(sent))


def test_an_account_can_be_closed_in_part(begun: tuple[NewRelease, Release]) -> None:
    """Sent + unknown + not attempted are the recipients."""
    wanted, release = begun
    outcomes.begin_call(P, release.id, [1, 2], call="1")
    outcomes.end_call(P, release.id, Call(code="1", keys=[1, 2]), Results(sent=[1], unknown=[2]))
    assert sending.close_account(P, wanted.run, tells_no_digital_user=False, in_part=True)
    closed = fence.get_release(P, wanted.run)
    assert (closed.published_count, closed.unknown_count, closed.not_attempted_count) == (1, 1, 3)


def test_unknown_recipients_can_be_sent_to_again(begun: tuple[NewRelease, Release]) -> None:
    """They are left again."""
    wanted, release = begun
    outcomes.begin_call(P, release.id, [1], call="1")
    outcomes.end_call(P, release.id, Call(code="1", keys=[1]), Results(unknown=[1]))
    sending.settle_unknown(P, wanted.run, as_=None)
    assert 1 in outcomes.progress_of(P, Range(release=release.id, **EVERYWHERE)).left


def test_a_run_that_began_to_send_can_be_stopped_but_not_discarded(begun: tuple[NewRelease, Release]) -> None:
    """Somebody may have it already."""
    wanted, _ = begun
    with pytest.raises(FenceClosed):
        fence.discard(P, wanted.run)
    fence.stop(P, wanted.run)
    with pytest.raises(FenceClosed):
        sending.begin_sending(P, wanted.run)
    fence.resume(P, wanted.run)
    assert sending.begin_sending(P, wanted.run).visible_at


def test_a_whole_range_is_noted_and_told_at_once(begun: tuple[NewRelease, Release]) -> None:
    """Everybody in it is in flight under the call's code."""
    wanted, release = begun
    where = Range(release=release.id, **EVERYWHERE)
    assert sorted(begun_range(where).keys) == wanted.keys.tolist()
    progress = outcomes.progress_of(P, where)
    assert (progress.left, {code: sorted(keys) for code, keys in progress.under_way.items()}) == (
        [],
        {"1.1.0": wanted.keys.tolist()},
    )


def test_a_range_of_which_anything_is_known_is_not_noted_as_a_whole(begun: tuple[NewRelease, Release]) -> None:
    """Somebody may have it already: then it is said one by one who is left."""
    _, release = begun
    outcomes.begin_call(P, release.id, [2], call="1.1.0")
    outcomes.end_call(P, release.id, Call(code="1.1.0", keys=[2]), Results(sent=[2]))
    assert outcomes.begin_range(P, Range(release=release.id, **EVERYWHERE), call="1.2.0", count=5) is None
    assert sending.counts_of(P, release.run) == {OutcomeKind.SENT: 1}


def test_who_is_refused_among_many_who_are_not_is_told_apart(begun: tuple[NewRelease, Release]) -> None:
    """Without ids only the exceptions are named; who is in no result is left."""
    _, release = begun
    where = Range(release=release.id, **EVERYWHERE)
    results = Results(sent=[1, 2, 3], refused={16382: "not-told"})
    assert outcomes.end_call(P, release.id, begun_range(where), results)
    progress = outcomes.progress_of(P, where)
    assert progress.left == [16383]
    assert progress.counts == {OutcomeKind.SENT: 3, OutcomeKind.REFUSED_BY_TARGET: 1}


def test_a_range_that_was_sent_is_one_row_beside_those_refused(begun: tuple[NewRelease, Release]) -> None:
    """Nobody who has the message is named; the account, and who asks later, reads them from the audience."""
    wanted, release = begun
    where = Range(release=release.id, **EVERYWHERE)
    call, results = begun_range(where), Results(sent=[1, 3, 16382, 16383], refused={2: "not-told"})
    assert outcomes.end_call(P, release.id, call, results)
    assert not outcomes.end_call(P, release.id, call, results)
    assert [row.keys for row in Outcome.objects.using(P).all()] == [[2]]
    assert outcomes.counts_in(P, where) == {OutcomeKind.SENT: 4, OutcomeKind.REFUSED_BY_TARGET: 1}
    assert sending.close_account(P, wanted.run, tells_no_digital_user=False)
    sent = read_outcome(environment_connection(P), release=release.id, prime=16381, kind=OutcomeKind.SENT)
    assert sent.tolist() == [1, 3, 16382, 16383]


def test_who_is_unknown_in_a_range_is_taken_back_from_it(begun: tuple[NewRelease, Release]) -> None:
    """So a range with one of those ends by name: nobody takes him for sent to when he is to be sent to again."""
    wanted, release = begun
    where = Range(release=release.id, **EVERYWHERE)
    outcomes.end_call(P, release.id, begun_range(where), Results(sent=[1, 2, 3, 16382], unknown=[16383]))
    sending.settle_unknown(P, wanted.run, as_=None)
    assert outcomes.progress_of(P, where).left == [16383]


def test_a_call_with_a_wider_range_is_settled_whole(begun: tuple[NewRelease, Release]) -> None:
    """A run that was cut anew after a restore has other ranges than its calls."""
    wanted, release = begun
    begun_range(Range(release=release.id, **EVERYWHERE))
    (call,) = outcomes.progress_of(P, Range(release=release.id, first=0, last=1)).calls()
    assert sorted(call.keys) == wanted.keys.tolist()
    assert outcomes.end_call(P, release.id, call, Results(sent=[1]))
    assert outcomes.progress_of(P, Range(release=release.id, first=2, last=2)).left == [2, 16383]


def test_who_was_sent_to_by_range_is_not_doubted(begun: tuple[NewRelease, Release]) -> None:
    """Of the others nothing is known after a restore."""
    wanted, release = begun
    first, rest = (Range(release=release.id, first=first, last=last) for first, last in ((0, 1), (2, 16380)))
    call = outcomes.begin_range(P, first, call="1.1.0", count=2)
    assert call is not None
    outcomes.end_call(P, release.id, call, Results(sent=call.keys))
    sending.note_doubted(P, wanted.run, [first, rest], since=clock.now(), askable=False)
    assert sending.counts_of(P, wanted.run) == {OutcomeKind.SENT: 2, OutcomeKind.UNKNOWN: 3}


def test_the_next_call_is_noted_with_the_end_of_the_last(begun: tuple[NewRelease, Release]) -> None:
    """In one statement; and not at all when the last was taken over."""
    _, release = begun
    where = Range(release=release.id, **EVERYWHERE)
    first, then = Call(code="1.1.0", keys=[1]), Call(code="1.1.1", keys=[2, 16383])
    outcomes.begin_call(P, release.id, first.keys, call=first.code)
    assert outcomes.end_call(P, release.id, first, Results(sent=[1], message_ids=["m-1"]), then=then)
    assert outcomes.progress_of(P, where).under_way == {"1.1.1": [2, 16383]}
    assert not outcomes.end_call(P, release.id, first, Results(sent=[1]), then=Call(code="1.1.2", keys=[3]))
    assert outcomes.progress_of(P, where).left == [3, 16382]


def test_recipients_who_are_named_are_one_row_beside_those_refused(begun: tuple[NewRelease, Release]) -> None:
    """Wherever their buckets are; a part of the buckets finds its own of them."""
    _, release = begun
    call = Call(code="1.1.0", keys=[1, 2, 16383])
    outcomes.begin_call(P, release.id, call.keys, call=call.code)
    results = Results(sent=[1, 16383], message_ids=["m-1", "m-2"], refused={2: "not-told"})
    assert outcomes.end_call(P, release.id, call, results)
    (row,) = NamedCall.objects.using(P).all()
    assert dict(zip(row.keys, row.provider_ids, strict=True)) == {1: "m-1", 16383: "m-2"}
    assert [row.keys for row in Outcome.objects.using(P).all()] == [[2]]
    first = Range(release=release.id, first=0, last=1)
    assert outcomes.counts_in(P, first) == {OutcomeKind.SENT: 1}
    connection = environment_connection(P)
    sent = read_outcome(connection, release=release.id, first_bucket=2, prime=16381, kind=OutcomeKind.SENT)
    assert sent.tolist() == [16383]


def test_a_call_that_nobody_got_leaves_no_row(begun: tuple[NewRelease, Release]) -> None:
    """The next one is noted all the same."""
    _, release = begun
    first, then = Call(code="1.1.0", keys=[1]), Call(code="1.1.1", keys=[2])
    outcomes.begin_call(P, release.id, first.keys, call=first.code)
    assert outcomes.end_call(P, release.id, first, Results(refused={1: "not-told"}), then=then)
    assert [row.code for row in NamedCall.objects.using(P).all()] == ["1.1.1"]


def test_a_call_under_way_is_taken_along_by_an_upgrade(begun: tuple[NewRelease, Release]) -> None:
    """It had a row for each bucket; who asks finds it, and who made it is too late."""
    _, release = begun
    for bucket, keys in ((1, [1, 16382]), (2, [2])):
        Outcome.objects.using(P).create(
            bucket=bucket, release=release.id, kind=OutcomeKind.IN_FLIGHT, code="1.1.0", keys=keys
        )
    migration = import_module("eboxcast.mailboxes.migrations.0009_note_named_calls")
    with environment_connection(P).cursor() as cursor:
        cursor.execute(migration.UNDER_WAY)
    (call,) = outcomes.progress_of(P, Range(release=release.id, **EVERYWHERE)).calls()
    assert call == Call(code="1.1.0", keys=[1, 2, 16382])
    assert not Outcome.objects.using(P).exists()
    assert outcomes.end_call(P, release.id, call, Results(sent=call.keys))


def test_an_account_is_compared_slice_by_slice(order: NewOrder) -> None:
    """The buckets are compared in slices of some 50,000 recipients; the digest is over all keys in ascending order."""
    wanted = order(range(1, 120_001))
    storing.store(P, wanted)
    release = sending.begin_sending(P, wanted.run)
    keys = wanted.keys.tolist()
    outcomes.note(environment_connection(P), release.id, OutcomeKind.SENT, "", keys)
    assert sending.close_account(P, wanted.run, tells_no_digital_user=False)
    account = fence.get_release(P, wanted.run)
    assert bytes(account.published_digest or b"") == digest_of_keys(bytes(account.salt), wanted.keys)


@pytest.mark.parametrize("twice_or_strange", [2, 4])
def test_an_account_with_a_stranger_or_somebody_twice_is_not_closed(
    begun: tuple[NewRelease, Release], twice_or_strange: int
) -> None:
    """What was sent is of the audience, each once, or nothing is said about it."""
    wanted, release = begun
    outcomes.note(environment_connection(P), release.id, OutcomeKind.SENT, "", [1, 2, 3, twice_or_strange, 16383])
    with pytest.raises(StoredDiffers):
        sending.close_account(P, wanted.run, tells_no_digital_user=False)
