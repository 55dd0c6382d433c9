"""Audiences as sorted blocks: everything is as it was with rows, in each moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
import psycopg
import pytest
from tests.locks import locked
from tests.mailboxes.conftest import AT_ONCE, NewOrder, if_rows, plans_of_opening, publish

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.mailboxes import audiences, blocks, compacting, expiring, facts, fence, launching, opening, storing
from eboxcast.mailboxes.blocks import Pairs
from eboxcast.mailboxes.compacting import Compacted, Rules, Standing
from eboxcast.mailboxes.models import Audience, Block, CompactedRelease, Compaction, Mailing, Release

pytestmark = if_rows

A = "acceptance"
PRIME = 16_381
PATIENT = Rules(waiting_releases=1)
HOUR = timedelta(hours=1)
Sweepers = list[psycopg.Connection[tuple[object, ...]]]


def shown(mailbox: int) -> list[UUID]:
    return [letter.run for letter in opening.open_ebox(A, mailbox)]


def published(order: NewOrder, audiences: Sequence[Sequence[int]]) -> list[UUID]:
    return [publish(order, keys, ticket=f"t{place}") for place, keys in enumerate(audiences)]


def keys_of(run: UUID) -> list[int]:
    release = fence.get_release(A, run)
    return audiences.read_audience(environment_connection(A), release=release.id, prime=PRIME).tolist()


def expire_all() -> None:
    """Forget whatever is due in seven months."""
    clock.move(timedelta(days=220))
    for due in expiring.find_due(A, expiring.Retention()):
        expiring.purge(A, due)


@pytest.mark.parametrize("per_person", [1, 3, 300])
def test_blocks_say_who_received_what(installation: None, per_person: int) -> None:
    """Of some buckets, whatever the order of the pairs; a stranger finds nothing."""
    draw = np.random.default_rng(per_person)
    people = np.sort(draw.choice(10**7, 40, replace=False)) * PRIME + draw.integers(0, 3, 40)
    keys = np.repeat(people, per_person)
    numbers = np.concatenate([draw.choice(70_000, per_person, replace=False) for _ in people])
    mixed = draw.permutation(len(keys))
    pairs = Pairs(buckets=keys[mixed] % PRIME, keys=keys[mixed], numbers=numbers[mixed])
    connection = environment_connection(A)
    wanted = {"generation": 5, "compactions": [9], "first": 0, "last": PRIME - 1}
    with connection.cursor() as cursor:
        cursor.execute("begin")
        packed = blocks.as_rows(pairs, prime=PRIME, compaction=9, generation=5)
        compacting.copy_in(connection, compacting.QUERIES["store_blocks"], packed)
        back = blocks.opened(compacting.copy_out(connection, compacting.QUERIES["read_blocks"], wanted), prime=PRIME)
        rows = list(Block.objects.using(A).order_by("bucket", "first").values_list("bucket", "first", "content"))
        cursor.execute("rollback")
    assert sorted(zip(back.pairs.keys, back.pairs.numbers, strict=True)) == sorted(zip(keys, numbers, strict=True))
    assert set(back.compactions.tolist()) == {9}
    for key in (*people[:3].tolist(), *people[-2:].tolist(), int(people[0]) + PRIME):
        (first, content) = [(first, bytes(it)) for bucket, first, it in rows if bucket == key % PRIME and first <= key][
            -1
        ]
        found = blocks.numbers_in(content, first=first, key=key, prime=PRIME)
        assert list(found) == sorted(numbers[keys == key].tolist())


def test_an_ebox_shows_the_same_from_its_blocks(order: NewOrder) -> None:
    """Before, while the rows are still there, and once they are gone."""
    runs = published(order, [[42, 43], [42 + PRIME, 43], [42]])
    before = [shown(mailbox) for mailbox in (42, 43, 42 + PRIME, 44)]
    assert compacting.compact(A, PATIENT) == Compacted(releases=3, pairs=5)
    assert Audience.objects.using(A).exists()
    assert [shown(mailbox) for mailbox in (42, 43, 42 + PRIME, 44)] == before
    clock.move(2 * HOUR)
    assert compacting.compact(A, PATIENT) == Compacted(cleared=1)
    assert not Audience.objects.using(A).exists()
    assert [shown(mailbox) for mailbox in (42, 43, 42 + PRIME, 44)] == before
    assert [keys_of(run) for run in runs] == [[42, 43], [43, 42 + PRIME], [42]]
    assert compacting.standing(A) == Standing(compactions=1, releases=3, waiting=0, rows=0, oldest_at=None)


def test_what_is_published_later_comes_beside(order: NewOrder) -> None:
    """From rows in the next table, and then from blocks of their own, until these are merged."""
    runs = published(order, [[42], [42, 43]])
    compacting.compact(A, PATIENT)
    runs.append(publish(order, [42, 44], ticket="later"))
    assert set(Audience.objects.using(A).filter(keys__contains=[44]).values_list("generation", flat=True)) == {1}
    assert shown(42) == runs[::-1]
    compacting.compact(A, PATIENT)
    assert shown(42) == runs[::-1]
    assert compacting.compact(A, Rules(fan_in=2)).merged == 2
    assert shown(42) == runs[::-1]
    assert compacting.standing(A).compactions == 1
    clock.move(2 * HOUR)
    assert compacting.compact(A, PATIENT).cleared == 3
    assert shown(42) == runs[::-1]
    assert keys_of(runs[1]) == [42, 43]
    assert Block.objects.using(A).values_list("generation", flat=True).distinct().get() == 2


def test_a_recall_shows_at_once(order: NewOrder) -> None:
    """As it does with rows: before and after it was merged."""
    runs = published(order, [[42], [42], [42]])
    compacting.compact(A, PATIENT)
    assert len(shown(42)) == 3
    fence.recall(A, runs[1])
    assert shown(42) == [runs[2], runs[0]]
    publish(order, [1], ticket="later")
    compacting.compact(A, AT_ONCE)
    assert compacting.compact(A, AT_ONCE).merged == 2
    assert shown(42) == [runs[2], runs[0]]


def test_a_recall_lasts_although_another_machine_has_deleted_it_already(order: NewOrder) -> None:
    """Its clock is ahead, and what the numbers mean is still kept here."""
    run = publish(order, [42])
    compacting.compact(A, PATIENT)
    assert shown(42) == [run]
    fence.recall(A, run)
    expire_all()
    clock.move(timedelta())
    assert shown(42) == []


def test_what_is_deleted_loses_its_name_at_once_and_its_bytes_later(order: NewOrder) -> None:
    """Without a name nobody can tell what the numbers were; the next pass leaves them out."""
    published(order, [[42], [43]])
    compacting.compact(A, PATIENT)
    expire_all()
    assert shown(42) == []
    assert not CompactedRelease.objects.using(A).exists()
    assert Block.objects.using(A).exists()
    compacting.compact(A, PATIENT)
    clock.move(timedelta(days=220) + 2 * HOUR)
    compacting.compact(A, PATIENT)
    assert not Block.objects.using(A).exists()
    assert not Compaction.objects.using(A).exists()
    assert set(Release.objects.using(A).values_list("generation", flat=True)) == {None}


def test_blocks_in_which_little_was_deleted_are_written_again_after_a_month(order: NewOrder) -> None:
    """The others stay, and what they hold."""
    published(order, [[41], [42], [43]])
    kept = publish(order, [42, 44, 45, 46], ticket="longer", validity_number=12)
    compacting.compact(A, PATIENT)
    expire_all()
    compacting.compact(A, Rules(deleted_share=0.9))
    (made,) = Compaction.objects.using(A).filter(ended_at=None)
    assert made.pairs == 4
    assert shown(42) == [kept]
    assert keys_of(kept) == [42, 44, 45, 46]


def test_the_last_level_is_written_again_only_after_three_months(order: NewOrder) -> None:
    """Nearly all data are there, and each time all of them are written."""
    published(order, [[41], [42]])
    kept = publish(order, [42, 44, 45, 46], ticket="longer", validity_number=12)
    clock.move(timedelta(days=170))
    compacting.compact(A, PATIENT)
    assert compacting.compact(A, Rules(fan_in=1)).merged == 3
    for days, merged in ((220, 0), (265, 1)):
        clock.move(timedelta(days=days))
        for due in expiring.find_due(A, expiring.Retention()):
            expiring.purge(A, due)
        assert compacting.compact(A, PATIENT).merged == merged
        assert shown(42) == [kept]
    assert Compaction.objects.using(A).get(ended_at=None).pairs == 4


def test_what_somebody_is_changing_waits_for_the_next_pass(order: NewOrder, sweepers: Sweepers) -> None:
    """A launch, a recall or an expiry is never held up."""
    runs = published(order, [[42], [42]])
    with locked(sweepers[1], f"select from release where run = '{runs[0]}' for update"):
        assert compacting.compact(A, PATIENT).releases == 1
    assert shown(42) == runs[::-1]
    assert compacting.compact(A, PATIENT).releases == 1
    assert shown(42) == runs[::-1]


def test_mailing_holds_a_broadcast_up_for_no_more_than_a_while(order: NewOrder) -> None:
    """Not at all once it is recalled, and not for ever where mailing was turned off half way."""
    runs = published(order, [[42], [42, 43]])
    for run in runs:
        Mailing.objects.using(A).create(release=fence.get_release(A, run).id, bucket=5)
    assert not compacting.compact(A, PATIENT)
    fence.recall(A, runs[0])
    assert compacting.compact(A, PATIENT).releases == 1
    clock.move(timedelta(days=8))
    assert compacting.compact(A, PATIENT).releases == 1
    assert keys_of(runs[1]) == [42, 43]


def test_nobody_compacts_beside_another(order: NewOrder, sweepers: Sweepers) -> None:
    """Whoever comes second has nothing to do."""
    publish(order, [42])
    with locked(sweepers[1], f"select pg_advisory_xact_lock({compacting._LOCK})"):
        assert not compacting.compact(A, PATIENT)
    assert compacting.compact(A, PATIENT).releases == 1


def test_a_table_is_not_emptied_under_a_reader(order: NewOrder, sweepers: Sweepers) -> None:
    """It gives up soon, and does it next time."""
    publish(order, [42])
    compacting.compact(A, PATIENT)
    clock.move(2 * HOUR)
    with locked(sweepers[1], "lock table audience_0 in access share mode"):
        assert not compacting.compact(A, PATIENT)
    assert compacting.compact(A, PATIENT) == Compacted(cleared=1)


def test_a_table_stays_while_one_release_counts_by_it(order: NewOrder) -> None:
    """Such as one that is prepared and not launched."""
    waiting = order([42, 43], ticket="waiting")
    storing.store(A, waiting)
    publish(order, [42])
    compacting.compact(A, PATIENT)
    clock.move(2 * HOUR)
    assert not compacting.compact(A, PATIENT)
    assert keys_of(waiting.run) == [42, 43]
    fence.discard(A, waiting.run)
    clock.move(timedelta(days=10))
    for due in expiring.find_due(A, expiring.Retention()):
        expiring.purge(A, due)
    assert compacting.compact(A, PATIENT) == Compacted(cleared=1)


def test_rows_go_one_by_one_where_a_prepared_broadcast_is_in_each_table(order: NewOrder) -> None:
    """What waits keeps its rows, and nothing else does, however long that goes on."""
    prepared, runs = [], []
    for day in range(8):
        clock.move(timedelta(days=day))
        prepared.append(order([42, 43], ticket=f"waiting{day}"))
        storing.store(A, prepared[-1])
        runs.append(publish(order, [42], ticket=f"t{day}"))
        assert compacting.compact(A, PATIENT).releases == 1
        clock.move(timedelta(days=day, hours=2))
        compacting.compact(A, PATIENT)
        assert shown(42) == runs[::-1]
    in_rows = set(Audience.objects.using(A).values_list("release", flat=True))
    assert in_rows == set(Release.objects.using(A).filter(visible_at=None).values_list("id", flat=True))
    assert compacting.standing(A).rows == 16
    launching.launch(A, prepared[0].run, refuse_without_ebox=False)
    assert shown(43) == [prepared[0].run]
    assert keys_of(prepared[1].run) == [42, 43]


def test_rows_are_not_deleted_under_an_expiry(order: NewOrder, sweepers: Sweepers) -> None:
    """It holds the release, and would wait for the rows: the next pass has its turn."""
    for number in range(4):
        storing.store(A, order([1], ticket=f"waiting{number}"))
        run = publish(order, [42], ticket=f"t{number}")
        compacting.compact(A, PATIENT)
    clock.move(2 * HOUR)
    with locked(sweepers[1], f"select from release where run = '{run}' for update"):
        assert compacting.compact(A, PATIENT).deleted == 3
        assert keys_of(run) == [42]
    assert compacting.compact(A, PATIENT).deleted == 1


def test_what_is_not_all_there_stays_as_it_is(order: NewOrder) -> None:
    """Whoever tampered with the rows of an audience is not covered up by compacting them."""
    run = publish(order, [42, 43])
    with environment_connection(A).cursor() as cursor:
        cursor.execute("delete from audience where bucket = 43")
    assert not compacting.compact(A, PATIENT)
    assert keys_of(run) == [42]
    assert not Compaction.objects.using(A).filter(ended_at=None).exists()


def test_a_great_many_recipients_take_several_transactions(order: NewOrder) -> None:
    """Each with some of the releases; one that is too large alone has one of its own."""
    runs = published(order, [[42, 43], [42], [42, 43, 44, 45], [42]])
    some = Rules(waiting_releases=1, recipients_at_once=3)
    assert [compacting.compact(A, some).pairs for _ in range(4)] == [3, 4, 1, 0]
    assert shown(42) == runs[::-1]


def test_a_few_broadcasts_are_left_alone(order: NewOrder) -> None:
    """There is nothing to gain."""
    published(order, [[42], [43]])
    assert not compacting.compact(A)
    found = compacting.standing(A)
    assert (found.compactions, found.releases, found.waiting, found.rows) == (0, 0, 2, 2)


def test_what_numbers_mean_is_read_once(order: NewOrder) -> None:
    """A process keeps it, of so many compactions as there are at a time."""
    publish(order, [42])
    compacting.compact(A, PATIENT)
    mark = Compaction.objects.using(A).get().mark
    assert len(shown(42)) == 1
    assert list(facts._named[mark]) == [0]
    facts._named.pop(mark)
    with pytest.raises(facts.CompactionGone):
        facts.facts_in(environment_connection(A), UUID(int=1), [0], now=clock.now())
    assert len(shown(42)) == 1


@pytest.mark.one_server
def test_a_plan_that_was_made_without_any_block_is_made_anew(order: NewOrder) -> None:
    """It would read all of them, as there were none."""
    publish(order, range(1, 3000))
    with environment_connection(A).cursor() as cursor:
        cursor.execute("vacuum block")
    assert any("Seq Scan on block_0" in plan for plan in plans_of_opening())
    compacting.compact(A, PATIENT)
    assert not any("Seq Scan on block_0" in plan for plan in plans_of_opening())
