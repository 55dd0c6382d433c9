"""Decisions, other runs and a provider in trouble, while workers send: each counts at once, everybody has it once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, wait_until
from tests.faults.remote import PRODUCTION, UNDER_WAY, Stage, assert_everybody_once
from tests.simulator.simulated import Simulated

from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.targets.configuration import read_targets

RECIPIENTS = 600
PER_CALL = 20
FAIR_SECONDS = 5
PROVIDER_MS = 100


@pytest.fixture(scope="module")
def linking() -> Iterator[Simulated]:
    """A provider that links, and answers each call after a while."""
    simulated = Simulated("--delay-ms", PROVIDER_MS)
    yield simulated
    simulated.end()


@pytest.fixture
def stage(machine: Machine, linking: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Workers may publish to the provider, in calls of twenty."""
    options: dict[str, object] = {"largest_call": PER_CALL, "answer_seconds": 3}
    made = Stage(machine, linking, tmp_path, options).empty()
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", read_targets(made.targets()))
    yield made
    made.clean_up()


def pause(run: Run) -> None:
    actions.pause(run, actor=master("tests"), reason="wrong text")


def stop(run: Run) -> None:
    actions.stop(run, actor=master("tests"), reason="wrong text")


@pytest.mark.parametrize("decide", [pause, pytest.param(stop, marks=pytest.mark.faults)])
def test_a_decision_counts_from_the_next_batch_on(
    stage: Stage, new_letter: NewLetter, decide: Callable[[Run], None]
) -> None:
    letter = new_letter("decided", recipients=RECIPIENTS)
    stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    decide(find_run(letter.ticket, actor=master("tests")))
    decided = stage.sums(letter)
    wait_until(lambda: stage.sums(letter).claimed == 0)
    assert stage.sums(letter).done <= decided.done + UNDER_WAY
    assert stage.delivered() < RECIPIENTS
    actions.resume(find_run(letter.ticket, actor=master("tests")), actor=master("tests"))
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_the_pace_counts_from_the_next_batch_on(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("paced", recipients=RECIPIENTS)
    stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    actions.pace(
        find_run(letter.ticket, actor=master("tests")), rate=0.1, parallel=None, actor=master("tests")
    )  # the next one but one: in minutes
    paced = stage.sums(letter)
    wait_until(lambda: stage.sums(letter).claimed == 0)
    assert stage.sums(letter).done <= paced.done + UNDER_WAY + 1
    actions.pace(find_run(letter.ticket, actor=master("tests")), rate=0, parallel=None, actor=master("tests"))
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_a_small_run_starts_while_a_large_one_is_sent(stage: Stage, new_letter: NewLetter) -> None:
    """Counted in batches of the large one, each a second long, so that a slow machine is not a failure."""
    large, small = new_letter("large", recipients=2_000), new_letter("small", recipients=5)
    stage.provider.break_("linkEboxMessage", "delay", delay_ms=1000)
    stage.worker()
    stage.hand_over(large)
    stage.until_done(large, 2)
    stage.hand_over(small)
    before = stage.sums(large).done
    wait_until(lambda: stage.sums(small).sent > 0 or stage.sums(small).state == "published")
    assert stage.sums(large).done - before <= FAIR_SECONDS * UNDER_WAY
    assert stage.sums(large).state == "running"


def test_two_launch_at_once_beside_a_worker(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("twice", recipients=RECIPIENTS)
    stage.worker()
    command = ("publish", letter.directory, *PRODUCTION)
    both = [stage.machine.begin(*command, **stage.variables) for _ in range(2)]
    assert [process.ended().returncode for process in both] == [0, 0]
    assert_everybody_once(stage, letter)
    assert stage.machine.audited("run.published") == 1


@pytest.mark.faults
def test_the_same_run_is_handed_to_workers_by_several_at_once(stage: Stage, new_letter: NewLetter) -> None:
    """Two launch it and one publishes its files, on three machines; two workers are waiting for it."""
    letter = new_letter("several", recipients=RECIPIENTS)
    stage.start(2, lanes=2)
    assert stage.machine.run("prepare", letter.directory, *PRODUCTION, **stage.variables).returncode == 0
    launch, publish = ("launch", letter.ticket), ("publish", letter.directory, *PRODUCTION)
    all_three = [stage.machine.begin(*words, "--by-workers", **stage.variables) for words in (launch, launch, publish)]
    assert [process.ended().returncode for process in all_three] == [0, 0, 0]
    assert_everybody_once(stage, letter)
    assert stage.machine.audited("run.published") == 1


@pytest.mark.faults
def test_the_provider_becomes_twice_as_slow(stage: Stage, new_letter: NewLetter) -> None:
    """Nothing is tried again for that, and nobody takes a batch over: it only takes longer."""
    letter = new_letter("slower", recipients=RECIPIENTS)
    worker = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 5)
    stage.provider.break_("linkEboxMessage", "delay", delay_ms=PROVIDER_MS)
    assert_status_true_to_the_end(stage, letter)
    assert_everybody_once(stage, letter)
    assert not {"batch.again", "batch.taken_over"} & set(worker.said.split('"'))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"fault": "cut-after", "every": 3, "times": 4}, id="cut-after"),
        pytest.param({"fault": "cut-before", "every": 3, "times": 4}, id="cut-before", marks=pytest.mark.faults),
        pytest.param({"fault": "status", "status": 503, "times": 3}, id="unavailable", marks=pytest.mark.faults),
        pytest.param({"fault": "delay", "delay_ms": 300}, id="slow", marks=pytest.mark.faults),
    ],
)
def test_status_is_true_while_the_provider_is_in_trouble(
    stage: Stage, new_letter: NewLetter, fault: dict[str, object]
) -> None:
    letter = new_letter("trouble", recipients=RECIPIENTS)
    stage.provider.break_("linkEboxMessage", **fault)  # type: ignore[arg-type]
    stage.worker()
    stage.hand_over(letter)
    assert_status_true_to_the_end(stage, letter)
    assert_everybody_once(stage, letter)


def assert_status_true_to_the_end(stage: Stage, letter: Letter) -> None:
    """Ask for the status until it is published; it never says more than the provider holds, and never less again."""
    said = [0]
    while True:
        answer = stage.status(letter)
        said.append(answer["published"] or 0)
        assert said[-2] <= said[-1] <= stage.delivered()
        assert answer["state"] in ("running", "published")
        if answer["state"] == "published":
            return


@pytest.mark.faults
def test_a_provider_that_hangs_and_comes_back(stage: Stage, new_letter: NewLetter) -> None:
    """What it did not answer it may still carry out when it comes back: that is asked about."""
    letter = new_letter("hangs", recipients=RECIPIENTS)
    worker = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    stage.provider.process.send_signal(signal.SIGSTOP)
    try:
        worker.until_it_says("batch.again")
    finally:
        stage.provider.process.send_signal(signal.SIGCONT)
    assert_everybody_once(stage, letter)
