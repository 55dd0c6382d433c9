"""Tests that are ended by a signal leave no server, no process and no folder behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.faults.machine import PATIENCE, PROGRAM, wait_until

from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.processes import postmaster

ROOT = Path(__file__).parents[2]
_HANGS = f"""
import signal, subprocess
from eboxcast.database import boot

def test_hangs(server):
    beside = subprocess.Popen([{str(PROGRAM)!r}, "simulate-provider"], stdout=subprocess.PIPE)
    beside.stdout.readline()
    print(boot.places().root, beside.pid, flush=True)
    signal.pause()
"""


@pytest.mark.faults
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind(tmp_path: Path, how: signal.Signals) -> None:
    file = tmp_path / "test_hangs.py"
    file.write_text(_HANGS, encoding="utf-8")
    begins = ("env", "--default-signal=INT", sys.executable)  # a shell lets commands in the background ignore it
    words = (*begins, "-m", "pytest", "-sq", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c")
    tests = subprocess.Popen([*words, "pyproject.toml", file], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert tests.stdout is not None
    folder, beside = next(line for line in tests.stdout if line.startswith("/")).split()
    server = postmaster(Places(Path(folder)))
    assert server is not None
    tests.send_signal(how)
    tests.communicate(timeout=PATIENCE)
    wait_until(lambda: not Path(folder).exists() and not any(map(is_alive, (server, int(beside)))))


def is_alive(pid: int) -> bool:
    """Say whether a process works; one that nobody has buried yet does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
