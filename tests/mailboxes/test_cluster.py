"""Machines of a cluster die at any moment: the promises are those of one server (`make citus`)."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

import numpy as np
import psycopg
import pytest
from django.db import connections
from tests import cluster
from tests.conftest import connect_sweepers
from tests.faults.machine import wait_until
from tests.faults.test_compacting_killed import killed_at
from tests.locks import beside
from tests.mailboxes.conftest import NewOrder, publish

from eboxcast.database import boot
from eboxcast.database.distribution import is_spread
from eboxcast.database.doctor import nodes
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.findings import State, examine
from eboxcast.database.migrating import distribute_environment
from eboxcast.database.models import Installation
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Compacting
from eboxcast.lib.errors import EboxcastError
from eboxcast.mailboxes import compacting, expiring, fence, launching, storing
from eboxcast.mailboxes.audiences import read_audience
from eboxcast.mailboxes.compacting import Rules
from eboxcast.mailboxes.errors import AudienceIncomplete
from eboxcast.mailboxes.models import Block, Reading
from eboxcast.mailboxes.opening import open_ebox
from eboxcast.mailboxes.values import NewRelease
from eboxcast.tools.bench import large
from eboxcast.tools.bench.measuring import Bench, in_one_line

pytestmark = pytest.mark.skipif(not cluster.wanted(), reason="needs a cluster of Citus: make citus")

A = "acceptance"
DATABASE = "eboxcast_acceptance"
LONGEST_SECONDS = 0.4
Sweepers = list[psycopg.Connection[tuple[object, ...]]]
Kill = Callable[[], None]


def kill_coordinator() -> None:
    cluster.kill_server(boot.places())


def everything_runs_again() -> None:
    """Start whatever was killed: as an operator, or the service manager of the machine, would."""
    connections.close_all()
    boot.start()
    for worker in cluster.workers():
        worker.start()


@pytest.fixture
def killing(installation: None, sweepers: Sweepers) -> Iterator[None]:
    """Leave the cluster as it was found, whatever was killed."""
    yield
    everything_runs_again()
    set_ahead(timedelta())
    connections.close_all()
    for sweeper in sweepers:
        sweeper.close()
    sweepers[:] = connect_sweepers()


def with_ebox(wanted: NewRelease) -> np.ndarray:
    """Return whose eBoxes are active: the others are refused at the launch."""
    return wanted.keys[wanted.keys % 4 != 0]


def look(wanted: NewRelease, *, step: str, over: Event) -> list[str]:
    """Open a few eBoxes again and again, and return what they showed that they may not show."""
    keys, wrong, last = with_ebox(wanted).tolist(), [], step == "recall"
    while not over.is_set():
        for key in keys[:: max(1, len(keys) // 8)]:
            try:
                count = sum(letter.run == wanted.run for letter in open_ebox(A, key))
            except EboxcastError:
                connections.close_all()  # its machine is away
                continue
            wrong += ["doubled"] * (count > 1) + ["early or late"] * (step in ("store", "expire") and count > 0)
            back = last < count if step == "recall" else last > count
            wrong += ["shown to one and not to another"] * back
            last = count > 0
    return wrong


@contextmanager
def watched(wanted: NewRelease, *, step: str) -> Iterator[list[str]]:
    """Have somebody look while a step is done, and yield what they found wrong, once it is."""
    wrong: list[str] = []
    over = Event()
    with beside(lambda: look(wanted, step=step, over=over)) as looking:
        try:
            yield wrong
        finally:
            over.set()
        wrong += looking.result()


def until_done(step: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """Do a step as often as it takes: what an operator does who is told to run the same command again."""

    def once() -> bool:
        try:
            if not is_done():
                step()
            return is_done()
        except EboxcastError:
            connections.close_all()
            return False

    wait_until(once)


def killed_meanwhile(step: Callable[[], object], kills: list[Kill], draw: random.Random) -> None:
    """Begin a step, kill machines a moment later, and start them again."""
    with beside(step) as begun:
        for kill in kills:
            wait([begun], timeout=draw.uniform(0, LONGEST_SECONDS))
            kill()
        wait([begun], timeout=LONGEST_SECONDS)
        everything_runs_again()
        failure = begun.exception()
        assert failure is None or isinstance(failure, EboxcastError), failure
    connections.close_all()


def assert_survives(order: NewOrder, *, kills: int, seed: int, recipients: int) -> None:
    """Beside what lives and dies there is one release that nobody touches, and that all blocks are merged with."""
    draw = random.Random(seed)
    old = draw.sample(range(1, 10**9), recipients)
    kept = publish(order, old, ticket="kept", validity_number=99, validity_unit="year")
    for number in range(kills):
        victims: list[Kill] = [kill_coordinator, *(worker.kill for worker in cluster.workers())]
        wanted = order(draw.sample(range(1, 10**9), recipients), ticket=f"t{number}", validity_number=1)
        activate(with_ebox(wanted))
        struck = STEPS[number % len(STEPS)]
        for name, step, is_done in steps_of(wanted, with_ebox(wanted)):
            if name == "recall" != struck:
                continue  # so that most expire while they are shown
            if name == "expire":
                set_ahead(clock.offset() + timedelta(days=32))
            with watched(wanted, step=name) as wrong:
                if name == struck:
                    killed_meanwhile(step, draw.sample(victims, 2), draw)
                until_done(step, is_done)
            assert wrong == []
            refused = np.setdiff1d(wanted.keys, with_ebox(wanted))
            assert wanted.run not in {letter.run for key in refused[:8].tolist() for letter in open_ebox(A, key)}
        assert {letter.run for key in old[:8] for letter in open_ebox(A, key)} == {kept}
        assert len(audience_of(kept)) == recipients
        assert Reading.objects.using(A).count() == 0


def set_ahead(offset: timedelta) -> None:
    """Move the clock also for whoever connects anew, as after each kill."""
    Installation.objects.update(clock_offset=offset)
    clock.move(offset)


def activate(keys: np.ndarray) -> None:
    with environment_connection(A).cursor() as cursor:
        cursor.execute(
            "insert into ebox (bucket, mailbox, activated_at, ebox_only)"
            " select mod(key, %s), key, '2026-01-01'::timestamptz, false from unnest(%s::bigint[]) as key"
            " on conflict do nothing",
            [bucket_prime(A), keys.tolist()],
        )


STEPS = ("store", "launch", "compact", "clear", "recall", "expire")
SOON = Rules(waiting_releases=1, fan_in=2)


def audience_of(run: UUID) -> np.ndarray:
    release = fence.get_release(A, run)
    return read_audience(environment_connection(A), release=release.id, prime=bucket_prime(A))


def steps_of(wanted: NewRelease, accepted: np.ndarray) -> list[tuple[str, Callable[[], object], Callable[[], bool]]]:
    """Return what is done with a release, each step with how to see that it is done, and whole."""
    refused = len(wanted.keys) - len(accepted)

    def release() -> fence.Release:
        return fence.get_release(A, wanted.run)

    def is_whole() -> bool:
        expected = wanted.keys if release().visible_at is None else accepted
        return np.array_equal(audience_of(wanted.run), expected)

    def is_launched() -> bool:
        return release().visible_at is not None and is_whole() and refused_of(release()) == refused

    def compact() -> None:
        """Two hours later: then nobody reads any more what did not count when they began, and its table is emptied."""
        clock.move(clock.offset() + timedelta(hours=2))
        compacting.compact(A, SOON)

    def expire() -> None:
        for due in expiring.find_due(A, expiring.Retention()):
            if due.run == wanted.run:
                expiring.purge(A, due)

    def is_stored() -> bool:
        return fence.find_release(A, wanted.run) is not None and is_whole()

    def is_expired() -> bool:
        purged = release().audience_purged_at is not None
        return purged and not len(audience_of(wanted.run)) and not refused_of(release())

    return [
        ("store", lambda: storing.store(A, wanted), is_stored),
        ("launch", lambda: launching.launch(A, wanted.run, refuse_without_ebox=refused > 0), is_launched),
        ("compact", compact, lambda: release().compacted_at is not None and is_whole()),
        ("clear", compact, lambda: release().generation is None and is_whole()),
        ("recall", lambda: fence.recall(A, wanted.run), lambda: release().recalled_at is not None),
        ("expire", expire, is_expired),
    ]


def refused_of(release: fence.Release) -> int:
    """Return how many were taken out of an audience because they had no eBox."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(cardinality(keys)), 0) from outcome where release = %s and kind = 'refused_by_policy'",
            [release.id],
        )
        (count,) = cursor.fetchone()
        return int(count)


@pytest.mark.usefixtures("killing")
def test_machines_are_killed_at_random(order: NewOrder) -> None:
    assert_survives(order, kills=6, seed=1, recipients=2_000)


@pytest.mark.faults
@pytest.mark.usefixtures("killing")
@pytest.mark.parametrize("seed", [2, 3])
def test_machines_are_killed_fifty_times(order: NewOrder, seed: int) -> None:
    assert_survives(order, kills=25, seed=seed, recipients=20_000)


@pytest.mark.usefixtures("killing")
def test_what_needs_one_machine_works_without_another(order: NewOrder) -> None:
    """Some eBoxes open while a machine is away, and what it holds is neither lost nor shown in part."""
    keys = list(range(1, 41))
    run = publish(order, keys)
    worker, _ = cluster.workers()
    worker.kill()
    opened = [key for key in keys if opens(key)]
    assert 0 < len(opened) < len(keys)
    with pytest.raises(EboxcastError):
        publish(order, keys, ticket="t2")
    connections.close_all()
    assert [finding.state for finding in examine((nodes,))] == [State.FAILED, State.OK] * 2
    fence.recall(A, run)
    worker.start()
    assert [finding.state for finding in examine((nodes,))] == [State.OK] * 4
    assert any("snapshot" in finding.sentence for finding in examine((nodes,)))
    assert [key for key in keys if open_ebox(A, key)] == []


def opens(key: int) -> bool:
    try:
        return len(open_ebox(A, key)) == 1
    except EboxcastError:
        connections.close_all()
        return False


def test_an_audience_that_is_not_whole_is_not_launched(order: NewOrder) -> None:
    """As where a machine died in the commit of storing, and has not caught up yet."""
    wanted = order()
    storing.store(A, wanted)
    with environment_connection(A).cursor() as cursor:
        cursor.execute("delete from audience where bucket = 2")
    with pytest.raises(AudienceIncomplete):
        launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert open_ebox(A, 1) == []


def test_distributing_once_more_changes_nothing(order: NewOrder) -> None:
    """As each migration does, for the tables that are new."""
    publish(order, [42])
    assert compacting.compact(A, SOON).releases == 1
    assert distribute_environment(A) == []


@pytest.fixture
def one_server(installation: None) -> Iterator[Callable[[], None]]:
    """An environment on one server, as before it was distributed; yield how to distribute it."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute(
            "select logicalrelid::text from pg_dist_partition join pg_class on oid = logicalrelid"
            " where not relispartition"
        )
        for (table,) in cursor.fetchall():
            cursor.execute("select undistribute_table(%s)", [table])
    is_spread.cache_clear()
    assert not is_spread(A)

    def distribute() -> None:
        distribute_environment(A)
        is_spread.cache_clear()  # as in the processes that are started again
        assert is_spread(A)

    yield distribute
    distribute()


def test_what_was_compacted_on_one_server_is_distributed(order: NewOrder, one_server: Callable[[], None]) -> None:
    """A country that outgrew its machine has years of blocks; they go on living on many."""
    keys = list(range(1, 301))
    runs = {publish(order, keys, ticket=ticket) for ticket in ("t1", "t2")}
    assert compacting.compact(A, SOON).releases == 2
    waiting = publish(order, keys, ticket="t3")
    one_server()
    assert len(machines_of_blocks()) == 2
    assert all({letter.run for letter in open_ebox(A, key)} == runs | {waiting} for key in keys[::10])
    assert all(audience_of(run).tolist() == keys for run in runs)
    assert compacting.compact(A, SOON).releases == 1
    assert compacting.compact(A, SOON).merged == 2
    assert all({letter.run for letter in open_ebox(A, key)} == runs | {waiting} for key in keys[::10])
    assert all(audience_of(run).tolist() == keys for run in runs | {waiting})


def test_eboxes_move_to_a_machine_that_joins(order: NewOrder) -> None:
    """They open all the time, and what is published meanwhile is whole."""
    keys = list(range(1, 301))
    runs = {publish(order, keys, ticket=ticket) for ticket in ("t1", "t2")}
    assert compacting.compact(A, SOON).releases == 2
    visible = order(keys, ticket="t3")
    storing.store(A, visible)
    launching.launch(A, visible.run, refuse_without_ebox=False)
    runs.add(visible.run)
    with cluster.one_more(boot.places(), DATABASE) as joined:
        with watched(visible, step="move") as wrong, beside(lambda: publish(order, keys, ticket="t4")) as publishing:
            move_eboxes()
            runs.add(publishing.result())
        assert wrong == []
        assert joined.port in ports_of_eboxes()
        assert all({letter.run for letter in open_ebox(A, key)} == runs for key in keys[::10])
    assert joined.port not in ports_of_eboxes()
    assert all({letter.run for letter in open_ebox(A, key)} == runs for key in keys[::10])
    assert all(audience_of(run).tolist() == keys for run in runs)


@pytest.mark.usefixtures("killing")
@pytest.mark.parametrize("seed", [5, 6])
def test_a_standby_takes_the_place_of_a_machine_that_is_gone(order: NewOrder, seed: int) -> None:
    """What was committed is there; what was just being stored is done, or can be repeated, and nobody sees it early."""
    keys = list(range(1, 20_001))
    runs = {publish(order, keys, ticket=ticket) for ticket in ("t1", "t2")}
    assert compacting.compact(A, SOON).releases == 2
    wanted = order(keys, ticket="t3")
    gone = cluster.workers()[0]
    standby = cluster.standby_of(gone)
    with watched(wanted, step="store") as wrong, beside(lambda: storing.store(A, wanted)) as begun:
        wait([begun], timeout=random.Random(seed).uniform(0, LONGEST_SECONDS))
        gone.kill()
        cluster.take_over(standby, of=gone, places=boot.places())
        wait([begun])
        (_, store, is_stored), (_, launch, is_launched), *_ = steps_of(wanted, wanted.keys)
        until_done(store, is_stored)
    assert wrong == []
    until_done(launch, is_launched)
    runs.add(wanted.run)
    assert standby.port in ports_of_eboxes()
    assert all({letter.run for letter in open_ebox(A, key)} == runs for key in keys[::400])
    assert all(audience_of(run).tolist() == keys for run in runs)


def move_eboxes() -> None:
    with connect_for_setup(boot.places(), DATABASE) as coordinator:
        coordinator.execute("select citus_rebalance_start(shard_transfer_mode => 'block_writes')")
        coordinator.execute("select citus_rebalance_wait()")


def ports_of_eboxes() -> set[int]:
    with environment_connection(A).cursor() as cursor:
        cursor.execute("select distinct nodeport from citus_shards where table_name = 'audience'::regclass")
        return {port for (port,) in cursor.fetchall()}


def machines_of_blocks() -> set[int]:
    """Return the ports of the machines that hold blocks."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute(
            "select nodeport from run_command_on_shards('block', 'select exists (select from %s)') as s"
            " join citus_shards on citus_shards.shardid = s.shardid where result = 't'"
        )
        return {port for (port,) in cursor.fetchall()}


def test_blocks_that_never_came_to_count_are_not_read(order: NewOrder) -> None:
    """Whoever wrote them died; the next pass begins again, and their table is emptied."""
    runs = {publish(order, [42, 43], ticket=ticket) for ticket in ("t1", "t2")}
    killed_at(Compacting.BLOCKS_STORED)
    assert Block.objects.using(A).exists()
    assert compacting.standing(A).compactions == 0
    assert {letter.run for letter in open_ebox(A, 42)} == runs
    assert compacting.compact(A, SOON).releases == 2
    assert {letter.run for letter in open_ebox(A, 42)} == runs
    assert set(Block.objects.using(A).values_list("generation", flat=True)) == {0, 1}
    clock.move(timedelta(hours=2))
    assert compacting.compact(A, SOON).cleared == 2
    assert {letter.run for letter in open_ebox(A, 43)} == runs


@pytest.mark.faults
def test_a_whole_country_is_published(installation: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve million recipients, or CITUS_RECIPIENTS. All machines are this one: the figures say that it fits."""
    size = large.Size(country=int(os.environ.get("CITUS_RECIPIENTS", "12000000")))
    bench = Bench(recipients=size.country // size.lists, folder=tmp_path, tell=lambda sentence: None)
    measured = list(large.country(bench, size))
    with capsys.disabled():
        for row in measured:
            sys.stdout.write(f"\n{in_one_line(row)}")
    newest = fence.Release.objects.using("production").latest("id")
    asked = {"release": newest.id, "last_bucket": bucket_prime("production") - 1}
    with environment_connection("production").cursor() as cursor:
        cursor.execute(compacting.QUERIES["count_audience"], asked)
        assert cursor.fetchone() == (newest.recipients_count,)
    assert newest.recipients_count == size.country
