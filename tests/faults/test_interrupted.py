"""SIGTERM and SIGINT before and after the work itself."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine

from eboxcast.database import boot

PRODUCTION = ("--environment", "production")


@pytest.fixture
def untouched(server: None) -> Iterator[Machine]:
    """A machine on which nothing was done yet but copying the programs."""
    state = Path(tempfile.mkdtemp(prefix="eboxcast-untouched-"))
    state.chmod(0o711)
    if boot.places().binaries.is_dir():
        (state / "binaries").symlink_to(boot.places().binaries)
    machine = Machine(state)
    yield machine
    machine.clean_up()
    assert machine.run("down").returncode == 0
    shutil.rmtree(state)


def test_while_the_database_is_made(untouched: Machine) -> None:
    first = untouched.begin("runs").until_it_says("Creating the embedded database")
    ended = first.signal(signal.SIGTERM).ended()
    assert ended.returncode == 5, ended
    assert "eboxcast runs" in ended.stderr
    assert untouched.run("runs").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_as_the_certificate_is_printed_it_still_ends_with_a_code_of_ours(
    machine: Machine, new_letter: NewLetter, number: signal.Signals
) -> None:
    process = machine.begin("publish", new_letter("done").directory, *PRODUCTION)
    assert process.popen.stdout is not None
    assert any("Made by eboxcast" in line for line in process.popen.stdout)
    assert process.signal(number).ended().returncode in (0, 5)
    assert machine.states() == ["published"]
