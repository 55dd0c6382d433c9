"""One of the two databases is restored to an earlier time: nobody has it twice, and who is in doubt is named."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.dumps import dump, restore
from tests.faults.machine import Letter, Machine, wait_until
from tests.faults.remote import PRODUCTION, Stage, assert_everybody_once, assert_named_as_unknown
from tests.simulator.simulated import Simulated

RECIPIENTS = 600


@pytest.fixture
def stage(fragile: Machine, tmp_path: Path) -> Iterator[Stage]:
    """A machine of which a database is restored, and a provider that can be asked, and answers after a while."""
    simulated = Simulated("--delay-ms", 150)
    made = Stage(fragile, simulated, tmp_path, {"largest_call": 20})
    yield made
    made.clean_up()
    simulated.end()


@pytest.fixture
def slow_stage(fragile: Machine, tmp_path: Path) -> Iterator[Stage]:
    """The same at a pace at which a run lasts longer than restoring, also on a machine that is busy."""
    simulated = Simulated("--delay-ms", 150)
    made = Stage(fragile, simulated, tmp_path, {"largest_call": 20, "rate": 20})
    yield made
    made.clean_up()
    simulated.end()


@pytest.fixture
def plain_stage(fragile: Machine, tmp_path: Path) -> Iterator[Stage]:
    """The same with a provider that cannot be asked, also at such a pace."""
    simulated = Simulated("--no-link", "--delay-ms", 5)
    made = Stage(fragile, simulated, tmp_path, {"links": False, "rate": 80})
    yield made
    made.clean_up()
    simulated.end()


def stories(stage: Stage, *words: str) -> list[str]:
    """Ask doctor where the databases disagree; return the states of what he says."""
    done = stage.machine.run("doctor", "--json", *words, **stage.variables)
    assert done.stdout, done
    return [found["state"] for found in json.loads(done.stdout)["checks"] if found["name"] == "stories"]


def resume(stage: Stage, letter: Letter) -> None:
    done = stage.machine.run("resume", letter.ticket, **stage.variables)
    assert done.returncode == 0, done


@pytest.mark.faults
def test_an_environment_is_restored_under_a_worker(
    slow_stage: Stage, fragile_letter: NewLetter, tmp_path: Path
) -> None:
    """The worker stops the run; once repaired and resumed it asks the provider who has it already."""
    letter = fragile_letter("notes-lost", recipients=RECIPIENTS)
    slow_stage.worker()
    slow_stage.hand_over(letter)
    slow_stage.until_done(letter, 4)
    kept = dump(slow_stage.machine, "production", tmp_path)
    slow_stage.until_done(letter, 10)
    restore(slow_stage.machine, "production", kept)
    assert slow_stage.until_supervised(letter, "failed", "published") == "failed"
    refused = slow_stage.machine.run("resume", letter.ticket, **slow_stage.variables)
    assert refused.returncode == 4, refused
    assert "doctor --repair" in refused.stderr
    assert "failed" in stories(slow_stage)
    assert set(stories(slow_stage, "--repair")) == {"ok"}
    assert slow_stage.named(letter, "in_flight")
    resume(slow_stage, letter)
    assert_everybody_once(slow_stage, letter)


@pytest.mark.faults
def test_who_may_have_it_is_named_where_nobody_can_be_asked(
    plain_stage: Stage, fragile_letter: NewLetter, tmp_path: Path
) -> None:
    """Everything a restored environment lost of a run is in doubt, and what it still knows is not."""
    letter = fragile_letter("unknown", recipients=2_000)
    worker = plain_stage.worker()
    plain_stage.hand_over(letter)
    plain_stage.until_done(letter, 1)
    kept = dump(plain_stage.machine, "production", tmp_path)
    plain_stage.until_done(letter, 5)
    assert worker.signal(signal.SIGTERM).ended() == 0
    restore(plain_stage.machine, "production", kept)
    plain_stage.worker()
    assert plain_stage.until(letter, "failed", "published") == "failed"
    assert set(stories(plain_stage, "--repair")) == {"ok"}
    resume(plain_stage, letter)
    wait_until(lambda: plain_stage.sums(letter).state == "failed")
    lost = assert_named_as_unknown(plain_stage, letter)
    assert 0 < len(lost) < 2_000


@pytest.mark.faults
@pytest.mark.parametrize("had", ["release", "nothing"])
def test_an_environment_that_knows_of_no_call_is_sent_to_by_nobody(
    stage: Stage, fragile_letter: NewLetter, tmp_path: Path, had: str
) -> None:
    """Restored to before the launch, or before the preparation: what may have been sent is unknown, the rest is not."""
    letter = fragile_letter("before", recipients=RECIPIENTS)
    if had == "release":
        assert stage.machine.run("prepare", letter.directory, *PRODUCTION, **stage.variables).returncode == 0
    kept = dump(stage.machine, "production", tmp_path)
    worker = stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 4)
    assert worker.signal(signal.SIGTERM).ended() == 0
    held = stage.held()
    restore(stage.machine, "production", kept)
    stage.worker()
    assert stage.until(letter, "failed", "published") == "failed"
    if had == "nothing":
        assert stage.publish(letter).returncode == 4
    assert set(stories(stage, "--repair")) == {"ok"}
    assert stage.held() == held
    assert set(held) <= stage.named(letter, "unknown")
    assert stage.status(letter)["unknown"] == len(stage.named(letter, "unknown")) < RECIPIENTS


@pytest.mark.faults
def test_control_is_restored_under_a_worker(stage: Stage, fragile_letter: NewLetter, tmp_path: Path) -> None:
    """It goes back to the middle of the run: the environment knows who was sent to since."""
    letter = fragile_letter("control", recipients=RECIPIENTS)
    stage.worker()
    stage.hand_over(letter)
    stage.until_done(letter, 2)
    kept = dump(stage.machine, "control", tmp_path)
    stage.until_done(letter, 10)
    restore(stage.machine, "control", kept)
    assert_everybody_once(stage, letter)


@pytest.mark.faults
def test_control_forgot_a_run_that_is_being_sent(stage: Stage, fragile_letter: NewLetter, tmp_path: Path) -> None:
    """Doctor adopts it, paused: whoever resumes it decides that it may still be sent."""
    letter = fragile_letter("adopted", recipients=RECIPIENTS)
    stage.worker()
    kept = dump(stage.machine, "control", tmp_path)
    stage.hand_over(letter)
    stage.until_done(letter, 4)
    restore(stage.machine, "control", kept)
    assert stage.sums(letter).state == "none"
    assert "failed" in stories(stage)
    assert set(stories(stage, "--repair")) == {"ok"}
    assert stage.sums(letter).state == "paused"
    assert stage.delivered() < RECIPIENTS
    resume(stage, letter)
    assert_everybody_once(stage, letter)


def test_what_our_own_eboxes_forgot_is_visible_again(
    fragile: Machine, fragile_letter: NewLetter, tmp_path: Path
) -> None:
    letter = fragile_letter("shown-again")
    assert fragile.run("prepare", letter.directory, *PRODUCTION).returncode == 0
    kept = dump(fragile, "production", tmp_path)
    assert fragile.run("publish", letter.directory, *PRODUCTION).returncode == 0
    restore(fragile, "production", kept)
    assert fragile.audience("production", letter.ticket) == []
    assert fragile.run("doctor").returncode == 1
    assert fragile.run("doctor", "--repair").returncode == 0
    assert fragile.audience("production", letter.ticket) == letter.keys
