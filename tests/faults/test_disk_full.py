"""The disk of the database is really full: a clear message, nothing half done, and with room again it completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import guard
from tests.faults.machine import Letter, Machine, letter

from eboxcast.database import boot

PRODUCTION = ("--environment", "production")
DISK = "size=160m"
LEFT_BYTES = 64 * 1024


class Balloon:
    """A file that takes the room on a disk."""

    def __init__(self, disk: Path) -> None:
        self.file = disk / "balloon"

    def inflate(self) -> None:
        disk = os.statvfs(self.file.parent)
        room = disk.f_bavail * disk.f_frsize - LEFT_BYTES
        with self.file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room)

    def burst(self) -> None:
        self.file.unlink()


@pytest.fixture(scope="module")
def disk(server: None) -> Iterator[Path]:
    """A small disk of its own, with a migrated database on it."""
    folder = Path(tempfile.mkdtemp(prefix="eboxcast-disk-"))
    guard.watch(folder)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"{DISK},mode=0711", "eboxcast-tests", str(folder)], capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("needs to mount a small disk, which is not allowed here")
    if boot.places().binaries.is_dir():
        (folder / "binaries").symlink_to(boot.places().binaries)
    yield folder
    Machine(folder).run("down")
    subprocess.run(["umount", str(folder)], check=True)
    shutil.rmtree(folder)


@pytest.mark.root
@pytest.mark.parametrize("command", ["prepare", "publish"])
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
