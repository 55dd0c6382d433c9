"""Machines to break things on: the shared one, and one whose server may be killed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests import guard
from tests.actors import master
from tests.faults.machine import Letter, Machine, letter

from eboxcast.database import boot
from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.server import take_down

NewLetter = Callable[..., Letter]


@pytest.fixture
def machine(installation: None) -> Iterator[Machine]:
    """The shared server, empty but for the senders of the samples."""
    machine = Machine(boot.places().root)
    yield machine
    machine.clean_up()


@pytest.fixture(scope="session")
def fragile_state(server: None) -> Iterator[Path]:
    """A state folder with a server of its own, which tests may kill; only the programs are the shared ones."""
    state = Path(tempfile.mkdtemp(prefix="eboxcast-faults-"))
    guard.watch(state)
    state.chmod(0o711)
    if boot.places().binaries.is_dir():
        (state / "binaries").symlink_to(boot.places().binaries)
    senders = letter(state / "samples", "senders", recipients=2).message_types
    assert Machine(state).run("message-type", "load", senders).returncode == 0
    yield state
    take_down(Places(state), boot.to_stderr)
    shutil.rmtree(state)


@pytest.fixture
def fragile(fragile_state: Path) -> Iterator[Machine]:
    """A machine whose server may be killed. Nobody empties it: use tickets of your own."""
    machine = Machine(fragile_state)
    yield machine
    machine.clean_up()


@pytest.fixture
def fragile_letter(tmp_path: Path, fragile: Machine) -> NewLetter:
    """Write packages, whose senders the fragile machine knows, each with a ticket of its own."""
    return lambda ticket, **more: letter(tmp_path, f"{ticket}-{uuid4().hex[:8]}", **more)


@pytest.fixture
def new_letter(tmp_path: Path, installation: None) -> NewLetter:
    """Write packages, whose senders the shared machine knows."""
    # Only here, as settings are read after the first conftest files.
    from eboxcast.senders.sender_file import load_senders

    def write(ticket: str, **more: object) -> Letter:
        written = letter(tmp_path, ticket, **more)  # type: ignore[arg-type]
        load_senders(written.message_types, actor=master("tests"))
        return written

    return write


@pytest.fixture(scope="session")
def disk(server: None) -> Iterator[Path]:
    """A small disk of its own, with a migrated database on it."""
    folder = Path(tempfile.mkdtemp(prefix="eboxcast-disk-"))
    guard.watch(folder)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "eboxcast-tests", str(folder)], capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("needs to mount a small disk, which is not allowed here")
    if boot.places().binaries.is_dir():
        (folder / "binaries").symlink_to(boot.places().binaries)
    yield folder
    take_down(Places(folder), boot.to_stderr)
    subprocess.run(["umount", str(folder)], check=True)
    shutil.rmtree(folder)
