"""Killed while it does something for a broadcast: the next process, or the steward, goes on from there."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from tests.actors import master
from tests.delivery.procedure import EVERYBODY, Story, begin_story, go_to, launch
from tests.faults.machine import Machine, Process, mostly_long

from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.database.installation import advance_clock
from eboxcast.delivery.errors import OutsideWindow
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Point

ACTING = Path(__file__).with_name("acting.py")
PREPARING = tuple(Point)[: tuple(Point).index(Point.LAUNCH_INTENDED)]
LAUNCHING = tuple(Point)[tuple(Point).index(Point.LAUNCH_INTENDED) :]
UNSEEN = LAUNCHING[: LAUNCHING.index(Point.VISIBLE_BEFORE_RESULT)]


@pytest.fixture
def story(machine: Machine, procedure_on: None, tmp_path: Path) -> Iterator[Story]:
    """A sender whose type is configured, on a Monday in January 2027 that other processes know of too."""
    yield begin_story(tmp_path)
    clock.move(timedelta())


def begin(machine: Machine, *words: object, **variables: str) -> Process:
    """Start somebody who acts."""
    process = Process(tuple(map(str, words)), machine.env(variables), program=ACTING)
    machine.begun.append(process)
    return process


def act(machine: Machine, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Let somebody act to the end."""
    return begin(machine, *words, **variables).ended()


def killed(machine: Machine, point: Point, *words: object) -> None:
    """Let somebody act and be killed at a point."""
    ended = act(machine, *words, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=point)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def at_its_moment(story: Story) -> Broadcast:
    broadcast = story.ready()
    go_to(broadcast)
    tell_the_time()
    return broadcast


def tell_the_time() -> None:
    """Let the processes that are started have our time."""
    advance_clock(timedelta(), actor=master("tests"))


def state_of(broadcast: Broadcast) -> State:
    broadcast.refresh_from_db()
    return State(broadcast.state)


@pytest.mark.parametrize("point", mostly_long(LAUNCHING, Point.FENCE_BEFORE_COMMIT, Point.VISIBLE_BEFORE_RESULT))
def test_a_launch_that_is_killed_is_gone_on_with_by_the_steward(machine: Machine, story: Story, point: Point) -> None:
    broadcast = at_its_moment(story)
    killed(machine, point, "launch", broadcast.number)
    assert state_of(broadcast) == State.LAUNCHED
    assert bool(machine.audience("production", story.ticket)) == (point not in UNSEEN)
    assert act(machine, "lead").returncode == 0
    assert state_of(broadcast) == State.REPORTED
    assert_everybody_once(machine, story)


@pytest.mark.faults
def test_or_by_the_same_command_again(machine: Machine, story: Story) -> None:
    broadcast = at_its_moment(story)
    killed(machine, Point.VISIBLE_BEFORE_RESULT, "launch", broadcast.number)
    assert act(machine, "launch", broadcast.number).returncode == 0
    assert state_of(broadcast) == State.PUBLISHED
    assert_everybody_once(machine, story)


def assert_everybody_once(machine: Machine, story: Story) -> None:
    assert len(machine.audience("production", story.ticket)) == len(set(machine.audience("production", story.ticket)))
    assert len(machine.audience("production", story.ticket)) == EVERYBODY
    assert [machine.audited(f"broadcast.{action}") for action in ("launched", "published")] == [1, 1]
    assert machine.audited("run.published") == 2  # that of acceptance too
    assert machine.open_intents() == 0


@pytest.mark.parametrize("point", mostly_long([UNSEEN[0], UNSEEN[-1]], UNSEEN[-1]))
def test_killed_and_left_until_its_window_ended_it_stays_invisible(
    machine: Machine, story: Story, point: Point
) -> None:
    broadcast = at_its_moment(story)
    killed(machine, point, "launch", broadcast.number)
    go_to(broadcast, hours=12)
    tell_the_time()
    assert act(machine, "lead").returncode == 0
    assert state_of(broadcast) == State.MISSED
    assert machine.audience("production", story.ticket) == []


def test_a_process_that_slept_over_its_window_makes_nothing_visible(machine: Machine, story: Story) -> None:
    broadcast = at_its_moment(story)
    asleep = begin(
        machine, "launch", broadcast.number, EBOXCAST_TEST="1", EBOXCAST_HALT_AT=Point.LAUNCH_INTENDED
    ).until_halted()
    go_to(broadcast, hours=12)
    tell_the_time()
    act(machine, "lead")
    assert asleep.go_on().ended().returncode != 0
    assert state_of(broadcast) == State.MISSED
    assert machine.audience("production", story.ticket) == []


def test_a_launch_that_is_held_up_beyond_its_window_is_taken_back(machine: Machine, story: Story) -> None:
    """All guards are passed; the evening goes by while it waits for whoever has the release."""
    broadcast = at_its_moment(story)
    with machine.connect("production") as holder:
        holder.execute("begin")
        holder.execute("select id from release where run = %s for update", [broadcast.production_run])

        def let_the_evening_pass() -> None:
            machine.until_blocked("production")
            clock.move(clock.offset() + timedelta(hours=12))
            holder.execute("rollback")

        passing = Thread(target=let_the_evening_pass)
        passing.start()
        with pytest.raises(OutsideWindow):
            launch(broadcast)
        passing.join()
    assert state_of(broadcast) == State.CONFIRMED
    assert Run.objects.get(id=broadcast.production_run).state == "prepared"
    assert (machine.audience("production", story.ticket), machine.open_intents()) == ([], 0)


@pytest.mark.parametrize("point", mostly_long(PREPARING, Point.STORED_BEFORE_RESULT))
def test_a_delivery_that_is_killed_is_delivered_again(machine: Machine, story: Story, point: Point) -> None:
    broadcast = story.approved()
    tell_the_time()
    words = ("deliver", broadcast.number, story.files(EVERYBODY), "production")
    killed(machine, point, *words)
    assert state_of(broadcast) == State.APPROVED
    assert act(machine, *words).returncode == 0
    assert state_of(broadcast) == State.PRODUCTION_DELIVERED
    assert machine.states() == ["prepared", "published"]
    assert machine.audited("broadcast.files_delivered") == 2  # those for acceptance too
