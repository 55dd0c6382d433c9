"""Workers are killed, frozen and ended in the middle of a run: everybody has it once, or is named as unknown."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine, wait_until
from tests.faults.remote import PRODUCTION, Stage, assert_everybody_once, assert_named_as_unknown
from tests.simulator.simulated import Simulated

RECIPIENTS = 1_000
NewStage = Callable[..., Stage]


@pytest.fixture(scope="module")
def linking() -> Iterator[Simulated]:
    """A provider that links, and answers each call after a while."""
    simulated = Simulated("--delay-ms", 100)
    yield simulated
    simulated.end()


@pytest.fixture
def stage(machine: Machine, linking: Simulated, tmp_path: Path) -> Iterator[Stage]:
    """Workers may publish to the provider, in calls of twenty."""
    linking.control("PUT", "/faults", [])
    linking.control("POST", "/reset")
    made = Stage(machine, linking, tmp_path, {"largest_call": 20})
    yield made
    made.clean_up()


def test_two_workers_share_a_run(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("shared", recipients=RECIPIENTS)
    both = [stage.worker(lanes=2) for _ in range(2)]
    stage.hand_over(letter)
    assert_everybody_once(stage, letter)
    assert stage.processes(letter) == {str(worker.popen.pid) for worker in both}


def test_one_of_two_workers_is_killed(stage: Stage, new_letter: NewLetter) -> None:
    letter = new_letter("killed", recipients=RECIPIENTS)
    first, _ = stage.worker(lanes=2), stage.worker(lanes=2)
    stage.hand_over(letter)
    stage.until_done(letter, 5)
    first.kill()
    assert_everybody_once(stage, letter)
