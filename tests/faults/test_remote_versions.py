"""Workers of another version than the tables say so and end; those of the right version go on with the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import versions
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine
from tests.faults.remote import Stage, assert_everybody_once
from tests.simulator.simulated import Simulated

RECIPIENTS = 600
NEWER_TABLES = "was migrated by a newer version of eboxcast"


@pytest.fixture
def stage(fragile: Machine, tmp_path: Path) -> Iterator[Stage]:
    """A machine whose tables may be changed, and a provider that answers after a while."""
    simulated = Simulated("--delay-ms", 100)
    made = Stage(fragile, simulated, tmp_path, {"largest_call": 20})
    yield made
    made.clean_up()
    simulated.end()


@pytest.fixture
def newer(stage: Stage, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What makes a command one of the next version; the tables come back afterwards."""
    yield versions.newer(tmp_path)
    stage.clean_up()
    for database in ("control", "acceptance", "production"):
        for statement in versions.UNDO:
            with stage.machine.connect(database) as connection:
                connection.execute(statement.encode())


@pytest.mark.faults
def test_a_worker_of_an_older_version_takes_nothing(stage: Stage, fragile_letter: NewLetter, tmp_path: Path) -> None:
    """It says why and ends; the run goes on without it."""
    letter = fragile_letter("older", recipients=RECIPIENTS)
    stage.worker()
    stage.provider.break_("linkEboxMessage", "delay", delay_ms=500)
    stage.hand_over(letter)
    late = stage.begin(**versions.older(tmp_path))
    assert late.ended() == 1
    assert NEWER_TABLES in late.said
    assert "Traceback" not in late.said
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_tables_are_migrated_under_a_run(stage: Stage, fragile_letter: NewLetter, newer: dict[str, str]) -> None:
    """A worker at work records what it is at and ends; one of the next version finishes: nobody stops the run."""
    letter = fragile_letter("upgrade", recipients=RECIPIENTS)
    outdated = stage.worker()
    stage.provider.break_("linkEboxMessage", "delay", delay_ms=2000)
    stage.hand_over(letter)
    stage.until_done(letter, 3)
    migrated = stage.machine.run("migrate", **newer)
    assert migrated.returncode == 0, migrated
    assert outdated.ended() == 1
    assert NEWER_TABLES in outdated.said
    assert "Traceback" not in outdated.said
    assert stage.sums(letter).claimed == 0
    assert stage.sums(letter).state == "running"
    stage.mend()
    stage.worker(**newer)
    assert_everybody_once(stage, letter)
