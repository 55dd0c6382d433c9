"""Who is frozen past a deadline does not go on; everybody else does not notice it."""

from __future__ import annotations

import signal
import subprocess
import sys

SCRIPT = """
import os, signal, sys, time
from eboxcast.lib.deadlines import dies_after
with dies_after(time.clock_gettime(time.CLOCK_BOOTTIME) + 60):
    pass
with dies_after(time.clock_gettime(time.CLOCK_BOOTTIME) + 0.1):
    if sys.argv[1] == "frozen":
        os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(0.15)
print("alive")
"""


def lives(how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, timeout=30, check=False)


def test_who_is_frozen_past_a_deadline_dies_of_it() -> None:
    """While it is stopped: it never wakes."""
    assert lives("frozen").returncode == -signal.SIGKILL


def test_who_is_through_in_time_lives_on() -> None:
    assert lives("quick").stdout == "alive\n"
