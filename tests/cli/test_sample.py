"""`eboxcast sample` writes what `eboxcast check` accepts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests import starter

from eboxcast.package.checking import check_package

COMMAND = Path(sys.executable).with_name("eboxcast")


def eboxcast(*arguments: object) -> subprocess.CompletedProcess[str]:
    return starter.run(COMMAND, *arguments)


@pytest.mark.parametrize("more", [[], ["--language", "de", "--ebox-type", "enterprise", "--lists", "2", "--seed", "5"]])
def test_a_sample_is_right_and_says_what_to_try(tmp_path: Path, more: list[str]) -> None:
    out = tmp_path / "out"
    done = eboxcast("sample", "--recipients", 10, "--out", out, *more)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"Try: eboxcast check {out / 'package'}\n")
    package = check_package(out / "package").package
    assert package is not None
    assert len(package.keys) == 10


def test_a_second_sample_in_the_same_place_is_wrong_use(tmp_path: Path) -> None:
    eboxcast("sample", "--recipients", 1, "--out", tmp_path)
    again = eboxcast("sample", "--recipients", 1, "--out", tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    assert "✗ " in again.stderr
    assert "→ " in again.stderr
