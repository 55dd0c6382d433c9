"""The points where tests interrupt a publication do nothing to anybody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from eboxcast.lib.crashpoints import Point

SCRIPT = """
import sys
from eboxcast.lib.crashpoints import Point, reached
reached(Point(sys.argv[1]))
print("alive")
"""


def passes(point: Point, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **variables}
    return subprocess.run([sys.executable, "-c", SCRIPT, point], env=env, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"EBOXCAST_CRASH_AT": "fence-before-commit"},
        {"EBOXCAST_CRASH_AT": "fence-before-commit", "EBOXCAST_TEST": "yes"},
        {"EBOXCAST_CRASH_AT": "prepare-intended", "EBOXCAST_TEST": "1"},
    ],
)
def test_nobody_dies_by_accident(variables: dict[str, str]) -> None:
    assert passes(Point.FENCE_BEFORE_COMMIT, **variables).stdout == "alive\n"


def test_the_named_point_kills_without_a_last_word() -> None:
    done = passes(Point.FENCE_BEFORE_COMMIT, EBOXCAST_CRASH_AT="fence-before-commit", EBOXCAST_TEST="1")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
