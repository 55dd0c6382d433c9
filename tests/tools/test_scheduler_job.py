"""The script in the docs for schedulers that know success and failure only."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "howto" / "scheduler" / "eboxcast-job"
DONE, AGAIN, LOOK = 0, 75, 1


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        *(("exit 0", DONE), ("exit 6", DONE)),
        *(("exit 1", AGAIN), ("exit 5", AGAIN), ("kill -9 $$", AGAIN), ("kill -15 $$", AGAIN)),
        *(("exit 2", LOOK), ("exit 3", LOOK), ("exit 4", LOOK)),
    ],
)
def test_a_job_is_done_or_is_started_again_or_somebody_looks(ends: str, code: int) -> None:
    """A shell stands for the command: it ends as it is told."""
    ran = subprocess.run([SCRIPT, "-c", ends], env={"EBOXCAST": "/bin/sh"}, capture_output=True, text=True)
    assert ran.returncode == code
    assert ran.stdout == ""
    assert ran.stderr or ends not in {"exit 2", "exit 3", "exit 4", "exit 6"}
