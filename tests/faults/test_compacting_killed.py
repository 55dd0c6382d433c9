"""Compacting killed anywhere, and beside everything else: an eBox shows what it showed, in each moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections
from tests.faults.conftest import NewLetter
from tests.faults.disk import Balloon
from tests.faults.machine import Letter, Machine, Process, letter
from tests.mailboxes.conftest import AT_ONCE, NewOrder, order, publish

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Compacting
from eboxcast.mailboxes import audiences, compacting, expiring, fence, launching, opening, storing
from eboxcast.mailboxes.compacting import Rules
from eboxcast.mailboxes.models import Release

__all__ = ["order"]
A = "acceptance"
PEOPLE = range(40, 60)
PROGRAM = Path(__file__).with_name("compacting.py")
pytestmark = pytest.mark.faults


def shown() -> dict[int, list[UUID]]:
    return {mailbox: sorted(letter.run for letter in opening.open_ebox(A, mailbox)) for mailbox in PEOPLE}


def killed_at(point: Compacting | None, *, after: float = 0) -> None:
    """Compact in a process of its own that dies at a point, or after some seconds."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), A, point or "", str(after)])
    assert process.wait(timeout=60) in (0, -signal.SIGKILL)


class World:
    """What every eBox must show, told by what was done and not by the database."""

    def __init__(self, new: NewOrder) -> None:
        self.new = new
        self.draw = random.Random(7)
        self.audiences: dict[UUID, set[int]] = {}
        self.number = 0

    def publish(self) -> None:
        keys = sorted(self.draw.sample(PEOPLE, self.draw.randint(1, 12)))
        self.number += 1
        run = publish(self.new, keys, ticket=f"t{self.number}", validity_number=self.draw.choice([1, 6]))
        self.audiences[run] = set(keys)

    def recall(self) -> None:
        if self.audiences:
            run = self.draw.choice(sorted(self.audiences))
            fence.recall(A, run)
            del self.audiences[run]

    def pass_time(self) -> None:
        clock.move(clock.offset() + timedelta(days=self.draw.choice([0, 1, 9, 15]), hours=2))
        now = clock.now()
        gone = Release.objects.using(A).filter(expires_at__lte=now).values_list("run", flat=True)
        for run in gone:
            self.audiences.pop(run, None)

    def expire(self) -> None:
        for due in expiring.find_due(A, expiring.Retention()):
            expiring.purge(A, due)

    def compact(self) -> None:
        compacting.compact(A, Rules(waiting_releases=self.draw.randint(1, 4), fan_in=self.draw.randint(2, 4)))

    def compact_at_another_time(self) -> None:
        """As a steward does on a machine whose clock is wrong."""
        here = clock.offset()
        clock.move(here + timedelta(days=self.draw.choice([-40, -1, 1, 40])))
        self.compact()
        clock.move(here)

    def check(self) -> None:
        expected = {
            mailbox: sorted(run for run, keys in self.audiences.items() if mailbox in keys) for mailbox in PEOPLE
        }
        assert shown() == expected
        for run, keys in self.audiences.items():
            release = fence.get_release(A, run)
            read = audiences.read_audience(environment_connection(A), release=release.id, prime=16_381)
            assert set(read.tolist()) == keys
            assert audiences.counted(bytes(release.salt), read)[1] == bytes(release.published_digest)


@pytest.mark.parametrize("point", Compacting)
def test_killed_at_a_point_an_ebox_shows_what_it_showed(order: NewOrder, point: Compacting) -> None:
    """Twice, and then to the end: with a merge, with new rows, with tables to empty."""
    world = World(order)
    for _ in range(3):
        for _ in range(3):
            world.publish()
        for _ in range(2):
            killed_at(point)
            world.check()
    killed_at(None)
    world.check()
    assert compacting.standing(A).waiting == 0


def test_killed_while_rows_are_deleted(order: NewOrder) -> None:
    """Where a prepared broadcast holds each table."""
    world = World(order)
    prepared = [order([40, 41], ticket=f"waiting{number}") for number in range(5)]
    for wanted in prepared:
        storing.store(A, wanted)
        world.publish()
        for _ in range(2):
            killed_at(Compacting.DELETED_BEFORE_COMMIT)
            world.check()
    killed_at(None)
    assert compacting.standing(A).rows == 10
    launching.launch(A, prepared[0].run, refuse_without_ebox=False)
    world.audiences[prepared[0].run] = {40, 41}
    world.check()


def test_killed_at_random_moments(order: NewOrder) -> None:
    """Whatever it was doing."""
    world = World(order)
    for number in range(12):
        world.publish()
        killed_at(None, after=0.01 + world.draw.random() / 4)
        if number % 5 == 0:
            world.recall()
        world.check()


def test_random_lives_of_audiences(order: NewOrder) -> None:
    """Published, recalled, expired and compacted in any order."""
    world = World(order)
    steps: list[Callable[[], None]] = [world.publish] * 6 + [world.compact] * 5 + [world.pass_time] * 2
    steps += [world.expire, world.recall, world.compact_at_another_time]
    for _ in range(150):
        world.draw.choice(steps)()
        world.check()


def test_the_server_dies_in_a_merge(fragile: Machine, fragile_letter: NewLetter) -> None:
    """Nothing of it is there; the next one begins anew."""
    letters = [published(fragile, fragile_letter(f"merge{number}")) for number in range(2)]
    compact(fragile)
    letters.append(published(fragile, fragile_letter("merge2")))
    merging = Process((A,), fragile.env(halting_at(Compacting.MERGED_BEFORE_COMMIT)), program=PROGRAM).until_halted()
    fragile.kill_server(signal.SIGKILL)
    assert merging.go_on().ended().returncode == 1
    assert_as_it_was(fragile, letters)
    compact(fragile)
    assert_as_it_was(fragile, letters)


@pytest.mark.root
def test_no_room_to_compact(disk: Path, tmp_path: Path) -> None:
    """It stays as it was, and with room again it is compacted."""
    machine, balloon = Machine(disk), Balloon(disk)
    full = letter(tmp_path, "full-compaction", recipients=30_000)
    assert machine.run("message-type", "load", full.message_types).returncode == 0
    letters = [published(machine, full)]
    balloon.inflate()
    with pytest.raises(AssertionError, match="DiskFull"):
        compact(machine)
    balloon.burst()
    assert machine.ask(A, "select count(*) from block") == [(0,)]
    assert_as_it_was(machine, letters)
    compact(machine)
    assert machine.ask(A, "select count(*) > 0 from block") == [(True,)]
    assert_as_it_was(machine, letters)


def published(machine: Machine, some: Letter) -> Letter:
    assert machine.run("publish", some.directory, "--environment", A).returncode == 0
    return some


def compact(machine: Machine) -> None:
    """Compact everything, in a process of its own; fail with what it said."""
    ended = Process((A,), machine.env(), program=PROGRAM).ended()
    assert ended.returncode == 0, ended.stderr


def halting_at(point: Compacting) -> dict[str, str]:
    return {"EBOXCAST_TEST": "1", "EBOXCAST_HALT_AT": point}


def assert_as_it_was(machine: Machine, letters: Sequence[Letter]) -> None:
    """Each audience is read from where it counts, and compared with its certificate."""
    for one in letters:
        verified = machine.run("report", one.ticket, "--verify")
        assert verified.returncode == 0, verified


@contextmanager
def going_on(do: Callable[[], object]) -> Iterator[list[BaseException]]:
    """Do something again and again beside, in a thread of its own."""
    over, failed = threading.Event(), []

    def work() -> None:
        try:
            while not over.is_set():
                do()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield failed
    finally:
        over.set()
        thread.join()


def test_whoever_opens_while_all_is_rewritten_sees_everything(order: NewOrder) -> None:
    """Merged and emptied without any patience, under the eyes of readers who must always see the same."""
    runs = [publish(order, list(PEOPLE), ticket=f"t{number}") for number in range(6)]
    expected = set(runs)
    partial: list[set[UUID]] = []

    def look() -> None:
        found = {letter.run for letter in opening.open_ebox(A, 50)}
        if not found >= expected:
            partial.append(found)

    with going_on(look) as first, going_on(look) as second:
        for number in range(40):
            publish(order, [50, 51], ticket=f"later{number}")
            compacting.compact(A, AT_ONCE)
    assert [first, second, partial] == [[], [], []]
    assert len(opening.open_ebox(A, 50)) == 46
