"""A short soak, as `make soak` does a long one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.faults
def test_a_minute_of_everything_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.soak", "60s", "--seed", "3", "--out", str(tmp_path / "soak")]
    soak = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert soak.returncode == 0, soak.stdout + soak.stderr
    found = json.loads((tmp_path / "soak" / "soak.json").read_text())
    assert found["wrong"] == []
    assert found["counts"]["openings"] > 0
