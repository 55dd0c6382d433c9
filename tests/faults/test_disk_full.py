"""The disk of the database is really full: a clear message, nothing half done, and with room again it completes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.faults.disk import Balloon
from tests.faults.machine import Letter, Machine, letter

PRODUCTION = ("--environment", "production")


@pytest.mark.root
@pytest.mark.parametrize("command", [pytest.param("prepare", marks=pytest.mark.faults), "publish"])
def test_no_room_to_store_or_to_launch(disk: Path, tmp_path: Path, command: str) -> None:
    machine, balloon = Machine(disk), Balloon(disk)
    full = letter(tmp_path, f"full-{command}", recipients=30_000)
    words = (full.directory, *PRODUCTION)
    assert machine.run("message-type", "load", full.message_types).returncode == 0
    if command == "publish":  # then only the launch is left to do
        assert machine.run("prepare", *words).returncode == 0
    balloon.inflate()
    refused = machine.run(command, *words)
    balloon.burst()
    assert_told(refused)
    assert machine.audience("production", full.ticket) == []
    assert_completes(machine, full)


def assert_told(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "The disk of the database is full" in done.stderr


def assert_completes(machine: Machine, full: Letter) -> None:
    again = machine.run("publish", full.directory, *PRODUCTION)
    assert again.returncode == 0, again
    assert machine.audience("production", full.ticket) == full.keys
