"""The database goes away under workers: they wait for it, go on by themselves, and everybody has it once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine
from tests.faults.remote import Stage, assert_everybody_once
from tests.simulator.simulated import Simulated

RECIPIENTS = 600
_TERMINATE = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname like 'eboxcast%%' and pid <> pg_backend_pid()
"""


@pytest.fixture
def stage(fragile: Machine, tmp_path: Path) -> Iterator[Stage]:
    """A machine whose server may be killed, and a provider that answers after a while."""
    simulated = Simulated("--delay-ms", 100)
    made = Stage(fragile, simulated, tmp_path, {"largest_call": 20})
    yield made
    made.clean_up()
    simulated.end()


@pytest.mark.faults
def test_every_connection_is_cut(stage: Stage, fragile_letter: NewLetter) -> None:
    letter = fragile_letter("cut", recipients=RECIPIENTS)
    worker = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    stage.machine.ask("control", _TERMINATE)
    assert_everybody_once(stage, letter)
    assert worker.popen.poll() is None, worker.said


@pytest.mark.faults
def test_the_server_dies_and_is_started_again(stage: Stage, fragile_letter: NewLetter) -> None:
    letter = fragile_letter("restart", recipients=RECIPIENTS)
    worker = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    stage.machine.kill_server(signal.SIGQUIT)
    assert stage.machine.run("up", "--database").returncode == 0
    assert_everybody_once(stage, letter)
    assert worker.signal(signal.SIGTERM).ended() == 0, worker.said


@pytest.mark.faults
def test_a_worker_without_a_database_ends_when_it_is_asked_to(stage: Stage) -> None:
    worker = stage.worker()
    stage.machine.kill_server(signal.SIGQUIT)
    worker.until_it_says("database_away")
    assert worker.signal(signal.SIGTERM).ended() == 0, worker.said
