"""Two who want something of the same message at the same moment: one of them is told, nothing is half done."""

from __future__ import annotations

import signal

import pytest
from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine, mostly_long

from eboxcast.delivery.models import State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.crashpoints import Point
from eboxcast.lib.errors import NotAllowedNow

PRODUCTION = ("--environment", "production")
LATER = ("--not-before", "2199-01-01T00:00+00:00")


def test_two_publish_the_same_package(machine: Machine, new_letter: NewLetter) -> None:
    letter = new_letter("twice")
    both = [machine.begin("publish", letter.directory, *PRODUCTION) for _ in range(2)]
    ended = [process.ended() for process in both]
    assert [done.returncode for done in ended] == [0, 0], ended
    assert machine.audience("production", "twice") == letter.keys
    assert machine.states().count("published") == 1
    assert machine.audited("run.published") == 1


@pytest.mark.parametrize(
    "point",
    mostly_long(
        [Point.PREPARE_INTENDED, Point.STORED_BEFORE_COMMIT, Point.LAUNCH_INTENDED], Point.STORED_BEFORE_COMMIT
    ),
)
def test_the_second_publishes_while_the_first_hangs(machine: Machine, new_letter: NewLetter, point: Point) -> None:
    letter = new_letter("hangs")
    command = ("publish", letter.directory, *PRODUCTION)
    first = machine.halted(point, *command)
    second = machine.begin(*command)
    if point == Point.STORED_BEFORE_COMMIT:  # only here the second has to wait for the first
        machine.until_blocked("production")
        first.go_on()
    told = second.ended()
    late = first.go_on().ended()
    assert (told.returncode, late.returncode) == (0, 0), (told.stderr, late.stderr)
    assert machine.audience("production", "hangs") == letter.keys
    assert machine.audited("run.published") == 1
    assert machine.open_intents() == 0


def test_other_content_never_replaces_what_becomes_visible_meanwhile(machine: Machine, new_letter: NewLetter) -> None:
    french, dutch = new_letter("one-of-two"), new_letter("one-of-two", language="nl")
    assert machine.run("prepare", french.directory, *PRODUCTION).returncode == 0
    second = machine.halted(Point.PREPARE_INTENDED, "publish", dutch.directory, *PRODUCTION)
    with machine.observed("production") as observer:
        first = machine.halted(Point.FENCE_BEFORE_COMMIT, "publish", french.directory, *PRODUCTION)
        second.go_on()
        machine.until_blocked("production")
        first.go_on()
        assert first.ended().returncode == 0
        refused = second.ended()
    assert refused.returncode == 3, refused
    assert "one-of-two" in refused.stderr
    assert observer.seen == [(), (2_000,)]


def test_two_contents_of_one_ticket_at_once(machine: Machine, new_letter: NewLetter) -> None:
    letters = [new_letter("contents"), new_letter("contents", language="nl", recipients=1_000)]
    with machine.observed("production") as observer:
        both = [machine.begin("publish", letter.directory, *PRODUCTION) for letter in letters]
        ended = [process.ended() for process in both]
    codes = sorted(done.returncode for done in ended)
    assert codes in ([0, 3], [0, 4]), ended
    assert all("contents" in done.stderr or "Run " in done.stderr for done in ended)
    assert observer.seen in ([(), (2_000,)], [(), (1_000,)])


def test_a_stop_just_before_the_fence_is_in_time(machine: Machine, new_letter: NewLetter) -> None:
    first = machine.halted(Point.LAUNCH_INTENDED, "publish", new_letter("in-time").directory, *PRODUCTION)
    assert (
        actions.stop(find_run("in-time", actor=master("tests")), actor=master("tests"), reason="wrong text").state
        == State.STOPPED
    )
    refused = first.go_on().ended()
    assert refused.returncode == 4, refused
    assert "is stopped (" in refused.stderr
    assert "by tests" in refused.stderr
    assert machine.audience("production", "in-time") == []


def test_a_stop_just_after_the_fence_is_told_so(machine: Machine, new_letter: NewLetter) -> None:
    letter = new_letter("too-late")
    first = machine.halted(Point.VISIBLE_BEFORE_RESULT, "publish", letter.directory, *PRODUCTION)
    with pytest.raises(NotAllowedNow, match=r"published|PUBLISHED"):
        actions.stop(find_run("too-late", actor=master("tests")), actor=master("tests"), reason="wrong text")
    assert first.go_on().ended().returncode == 0
    assert machine.audience("production", "too-late") == letter.keys
    assert machine.audited("run.published") == 1


@pytest.mark.parametrize(
    "point", mostly_long([Point.PREPARE_INTENDED, Point.STORED_BEFORE_RESULT], Point.STORED_BEFORE_RESULT)
)
def test_what_is_discarded_while_it_is_prepared_stays_discarded(
    machine: Machine, new_letter: NewLetter, point: Point
) -> None:
    first = machine.halted(point, "publish", new_letter("dropped").directory, *PRODUCTION)
    assert (
        actions.discard(find_run("dropped", actor=master("tests")), actor=master("tests"), reason="wrong text").state
        == State.DISCARDED
    )
    refused = first.go_on().ended()
    assert refused.returncode == 4, refused
    assert machine.states() == ["discarded"]
    assert machine.audience("production", "dropped") == []
    assert machine.open_intents() == 0


def test_stop_ends_the_waiting_for_the_agreed_moment(machine: Machine, new_letter: NewLetter) -> None:
    waiting = machine.begin("publish", new_letter("waits").directory, *PRODUCTION, *LATER)
    waiting.until_it_says("Waiting for the agreed moment")
    actions.stop(find_run("waits", actor=master("tests")), actor=master("tests"), reason="wrong day")
    ended = waiting.ended()
    assert ended.returncode == 4, ended
    assert "eboxcast resume" in ended.stderr
    assert machine.audience("production", "waits") == []


@pytest.mark.parametrize(
    ("point", "number"), [(Point.STORED_BEFORE_COMMIT, signal.SIGTERM), (Point.FENCE_BEFORE_COMMIT, signal.SIGINT)]
)
def test_a_signal_leaves_nothing_half_done_and_says_how_to_continue(
    machine: Machine, new_letter: NewLetter, point: Point, number: signal.Signals
) -> None:
    letter = new_letter("signal")
    command = ("publish", letter.directory, *PRODUCTION)
    interrupted = machine.halted(point, *command).signal(number).go_on().ended()
    assert interrupted.returncode == 5, interrupted
    assert f"eboxcast publish {letter.directory} --environment production" in interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    # Any thread may take the signal, so the commit may be on its way: then all have it, never some.
    assert machine.audience("production", "signal") in ([], letter.keys)
    assert machine.run(*command).returncode == 0
    assert machine.audience("production", "signal") == letter.keys


@pytest.mark.parametrize("number", mostly_long([signal.SIGTERM, signal.SIGINT], signal.SIGTERM))
def test_a_signal_ends_the_waiting(machine: Machine, new_letter: NewLetter, number: signal.Signals) -> None:
    waiting = machine.begin("publish", new_letter("waited").directory, *PRODUCTION, *LATER)
    ended = waiting.until_it_says("Waiting for the agreed moment").signal(number).ended()
    assert ended.returncode == 5, ended
    assert "--not-before 2199-01-01T00:00+00:00" in ended.stderr
    assert machine.states() == ["prepared"]
    assert machine.open_intents() == 0


def test_of_two_who_wait_one_may_give_up(machine: Machine, new_letter: NewLetter) -> None:
    command = ("publish", new_letter("both-wait").directory, *PRODUCTION, *LATER)
    leaving, staying = machine.begin(*command), machine.begin(*command)
    for process in (leaving, staying):
        process.until_it_says("Waiting for the agreed moment")
    assert leaving.signal(signal.SIGTERM).ended().returncode == 5
    assert find_run("both-wait", actor=master("tests")).state == State.RUNNING
    actions.stop(find_run("both-wait", actor=master("tests")), actor=master("tests"), reason="wrong day")
    assert "stopped since" in staying.ended().stderr
