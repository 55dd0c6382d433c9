"""State folders for servers of a test's own, apart from the shared one: to kill, to fill, to break."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import guard

from eboxcast.database import boot
from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.processes import end_orphans
from eboxcast.database.embedded.server import bring_up, take_down


class Told:
    """Keeps what would have been said on standard error."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.heard = threading.Event()

    def __call__(self, sentence: str, data: Mapping[str, object]) -> None:
        self.sentences.append(sentence.format_map(data))
        self.heard.set()


@pytest.fixture
def told() -> Told:
    return Told()


@contextmanager
def state_folder() -> Iterator[Places]:
    """An empty state folder; it shares the copied programs of the shared server, which are the same."""
    places = Places(Path(tempfile.mkdtemp(prefix="eboxcast-own-")))
    guard.watch(places.root)
    places.root.chmod(0o711)
    shared = boot.places().binaries
    if shared.is_dir():
        places.binaries.symlink_to(shared)
    yield places
    take_down(places, Told())
    assert not end_orphans(places)
    shutil.rmtree(places.root)


@pytest.fixture
def state(server: None) -> Iterator[Places]:
    """A state folder of the test's own, empty."""
    with state_folder() as places:
        yield places


@pytest.fixture(scope="session")
def stopped(server: None) -> Iterator[Places]:
    """A state folder with databases, stopped: to copy from, ten times faster than making one."""
    with state_folder() as places:
        bring_up(places, Told())
        take_down(places, Told())
        yield places


@pytest.fixture
def running(stopped: Places, state: Places, told: Told) -> Places:
    """A server of the test's own, running."""
    subprocess.run(["cp", "-a", stopped.data, state.data], check=True)
    bring_up(state, told)
    return state


@pytest.fixture
def shared(server: None) -> Places:
    """The shared server: to look at only."""
    return boot.places()


@pytest.fixture
def env(state: Places) -> dict[str, str]:
    """What makes the command line work on the state folder of this test."""
    return {**os.environ, "EBOXCAST_STATE_DIR": str(state.root), "EBOXCAST_LANGUAGE": "en"}
