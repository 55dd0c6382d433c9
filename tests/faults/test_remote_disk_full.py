"""The disk of the database is full under workers: with room again everybody has it once, or is named as unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.disk import Balloon
from tests.faults.machine import Letter, Machine, letter, wait_until
from tests.faults.remote import Stage, assert_everybody_once, assert_named_as_unknown
from tests.simulator.simulated import Simulated

NewStage = Callable[..., Stage]
IN_TROUBLE = ('"database.disk-full"', "No space left on device")
"""Our words where a statement fails, the server's where it cannot even take a connection."""


@pytest.fixture
def new_stage(disk: Path, tmp_path: Path) -> Iterator[NewStage]:
    """Make a machine whose database has a small disk, and a provider of some kind."""
    made: list[Stage] = []

    def make(*provider: object, **options: object) -> Stage:
        made.append(Stage(Machine(disk), Simulated(*provider), tmp_path, options))
        return made[-1]

    yield make
    for stage in made:
        stage.clean_up()
        stage.machine.clean_up()
        stage.provider.end()


def send_while_full(stage: Stage, given: Letter) -> None:
    """Fill the disk while two workers are sending, wait until one is in trouble, and give the room back."""
    balloon = Balloon(stage.machine.state)
    assert stage.machine.run("message-type", "load", given.message_types).returncode == 0
    both = stage.start(2)
    stage.hand_over(given)
    wait_until(lambda: len(stage.processes(given)) == len(both))
    balloon.inflate()
    wait_until(lambda: any(words in worker.said for worker in both for words in IN_TROUBLE))
    assert stage.delivered() < len(given.keys)
    balloon.burst()
    assert (
        stage.machine.run("up", "--database").returncode == 0
    )  # had it no room left for its own log, it would have ended


@pytest.mark.faults
@pytest.mark.root
def test_everybody_has_it_once_where_the_provider_can_be_asked(new_stage: NewStage, tmp_path: Path) -> None:
    # A note is one row for a call: with fewer calls all of them find their place in the 64 kB that are left.
    given = letter(tmp_path, "full-links", recipients=20_000)
    stage = new_stage("--delay-ms", 100, largest_call=20)
    send_while_full(stage, given)
    assert_everybody_once(stage, given)


@pytest.mark.root
@pytest.mark.faults
def test_whose_note_could_not_be_written_is_named_where_nobody_can_be_asked(
    new_stage: NewStage, tmp_path: Path
) -> None:
    given = letter(tmp_path, "full-one-by-one", recipients=2_000)
    stage = new_stage("--no-link", "--delay-ms", 20, links=False)
    send_while_full(stage, given)
    assert stage.until(given, "failed", "published") == "failed"
    assert assert_named_as_unknown(stage, given)
