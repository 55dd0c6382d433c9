"""Workers are killed, frozen and ended in the middle of a run: everybody has it once, or is named as unknown."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, wait_until
from tests.faults.remote import (
    PRODUCTION,
    Stage,
    assert_everybody_once,
    assert_named_as_unknown,
)
from tests.faults.remote import (
    Worker as Process,
)
from tests.simulator.simulated import Simulated

from eboxcast.delivery.models import Worker
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.crashpoints import Calling, Point
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.targets.configuration import read_targets

RECIPIENTS = 600
NOTED_TOGETHER = 10


@pytest.fixture(scope="module")
def linking() -> Iterator[Simulated]:
    """A provider that links, and answers each call after a while."""
    simulated = Simulated("--delay-ms", 100)
    yield simulated
    simulated.end()


@pytest.fixture(scope="module")
def one_by_one() -> Iterator[Simulated]:
    """A provider that does not link, and answers each call after a while."""
    simulated = Simulated("--no-link", "--delay-ms", 20)
    yield simulated
    simulated.end()


@pytest.fixture
def stage(machine: Machine, linking: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Workers may publish to the provider that links, in calls of twenty."""
    made = Stage(machine, linking, tmp_path, {"largest_call": 20}).empty()
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", read_targets(made.targets()))
    yield made
    made.clean_up()


@pytest.fixture
def plain_stage(
    machine: Machine, one_by_one: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """Workers may publish to the provider that does not link."""
    made = Stage(machine, one_by_one, tmp_path, {"links": False}).empty()
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", read_targets(made.targets()))
    yield made
    made.clean_up()


def test_two_workers_share_a_run_and_one_is_killed(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("killed", recipients=RECIPIENTS)
    both = stage.start(2, lanes=2)
    stage.hand_over(letter)
    wait_until(lambda: stage.processes(letter) == {str(worker.popen.pid) for worker in both})
    both[0].kill()
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_a_kill_leaves_exactly_what_was_in_flight_unknown_and_resolve_settles_it(
    plain_stage: Stage, new_letter: NewLetter
) -> None:
    letter = new_letter("unknown", recipients=RECIPIENTS)
    first = plain_stage.worker(lanes=2)
    plain_stage.hand_over(letter)
    wait_until(lambda: plain_stage.delivered() > RECIPIENTS / 4)
    first.kill()
    in_flight = plain_stage.named(letter, "in_flight")
    plain_stage.worker()
    assert plain_stage.until(letter, "failed", "published") == "failed"
    assert assert_named_as_unknown(plain_stage, letter) == in_flight
    assert 0 < len(in_flight) <= 2 * NOTED_TOGETHER
    assert actions.resolve(
        find_run(letter.ticket, actor=master("tests")),
        as_=OutcomeKind.SENT,
        actor=master("tests"),
        reason="the provider's support said so",
    ) == len(in_flight)
    actions.go_on(find_run(letter.ticket, actor=master("tests")), by="tests")
    assert plain_stage.until(letter, "published") == "published"
    assert plain_stage.outcomes(letter) == {"sent": RECIPIENTS}


def _frozen_in_a_batch(stage: Stage, worker: Process, letter: Letter) -> bool:
    """Freeze a worker; between two batches that proves nothing, and it goes on."""
    worker.signal(signal.SIGSTOP)
    if stage.in_hand(letter):
        return True
    worker.signal(signal.SIGCONT)
    return False


def test_who_was_frozen_while_another_took_over_sends_nothing_twice(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("frozen", recipients=RECIPIENTS)
    frozen = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 5)
    wait_until(lambda: _frozen_in_a_batch(stage, frozen, letter))
    stage.worker()
    assert stage.until(letter, "published") == "published"
    frozen.signal(signal.SIGCONT).signal(signal.SIGTERM)
    assert frozen.ended() == 0, frozen.said
    assert "taken_over" in frozen.said
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_who_was_frozen_between_the_last_look_and_the_write_never_wakes(stage: Stage, new_letter: NewLetter) -> None:
    """Killed when the lease ends: the worker that takes over may ask the provider, and make the call again."""
    letter = new_letter("half-awake", recipients=RECIPIENTS)
    frozen = stage.worker(lanes=1, EBOXCAST_TEST="1", EBOXCAST_HALT_AT=Calling.LINKING)
    stage.hand_over(letter)
    frozen.until_halted()
    stage.worker()
    assert_everybody_once(stage, letter)
    frozen.signal(signal.SIGCONT)
    assert frozen.ended() == -signal.SIGKILL
    assert_everybody_once(stage, letter)


@pytest.mark.faults
@pytest.mark.parametrize("point", [Point.LAUNCH_INTENDED, None])
def test_workers_finish_what_a_killed_command_began(stage: Stage, new_letter: NewLetter, point: Point | None) -> None:
    """Killed when its batches were not cut yet, or in the middle of sending."""
    letter = new_letter("begun", recipients=RECIPIENTS)
    stage.worker()
    if point:
        assert stage.publish(letter, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=point).returncode == -signal.SIGKILL
    else:
        command = stage.machine.begin("publish", letter.directory, *PRODUCTION, **stage.variables)
        stage.until_done(letter, 5)
        command.kill()
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_a_worker_asked_to_end_loses_nothing(plain_stage: Stage, new_letter: NewLetter) -> None:
    """It puts its batches down after the calls it is at, long before they are done."""
    letter = new_letter("ended", recipients=RECIPIENTS)
    first = plain_stage.worker()
    plain_stage.hand_over(letter)
    wait_until(lambda: plain_stage.delivered() > RECIPIENTS / 4)
    assert first.signal(signal.SIGTERM).ended() == 0, first.said
    assert plain_stage.sums(letter).claimed == 0
    assert plain_stage.delivered() < RECIPIENTS
    assert plain_stage.named(letter, "in_flight") == set()
    plain_stage.worker()
    assert_everybody_once(plain_stage, letter)


def test_a_worker_is_known_until_it_ends(stage: Stage) -> None:
    """Of its own environment only; one that died is forgotten by whoever is started in its place."""
    stage.worker().kill()
    second = stage.worker()
    wait_until(lambda: known_workers() == {("production", second.popen.pid)})
    assert second.signal(signal.SIGTERM).ended() == 0, second.said
    assert known_workers() == set()


def known_workers() -> set[tuple[str, int]]:
    """Return the environments and process ids of the workers that gave a sign of life."""
    return set(Worker.objects.values_list("environment", "pid"))


@pytest.mark.faults
def test_workers_are_killed_a_hundred_times(stage: Stage, new_letter: NewLetter) -> None:
    """At random moments after the first recipient, run after run; another takes the place of each.

    A kill in the call for the first recipient ends a run in doubt, as nobody can be asked: that has its own tests.
    """
    draw = random.Random(3)
    kills = 100
    stage.start(2)
    while kills > 0:
        letter = new_letter(f"hundred-{kills}", recipients=2_000)
        stage.empty().hand_over(letter)
        while kills > 0 and until_more_is_done(stage, letter, draw.randrange(1, 20)):
            draw.choice(stage.living).kill()
            kills -= 1
            stage.worker()
        assert_everybody_once(stage, letter)


def until_more_is_done(stage: Stage, letter: Letter, batches: int) -> bool:
    """Wait until some more batches are done; say False when it is all over."""
    goal = stage.sums(letter).done + batches
    wait_until(lambda: stage.sums(letter).done >= goal or stage.sums(letter).state != "running")
    return stage.sums(letter).state == "running"
