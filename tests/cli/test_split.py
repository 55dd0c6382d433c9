"""`eboxcast split` as one runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import starter

ONE = "85073003328"
PROGRAM = Path(sys.executable).with_name("eboxcast")


def split(*arguments: object) -> subprocess.CompletedProcess[str]:
    return starter.run(PROGRAM, "split", *arguments)


def test_the_parts_are_written_and_named(tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "out"
    path.write_text("NISS\n" + f"{ONE}\n" * 2001)
    done = split(path, "--out", out, "--max", 1001)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{out}/list-01.csv: 1,001 rows", f"{out}/list-02.csv: 1,000 rows"]


def test_a_bad_list_is_refused_with_its_place_and_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f'NISS;Nom\n{ONE};"Maes\n')
    done = split(path, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        "✗ list.csv, line 2: The quotation mark opened on this line is never closed.",
        "→ Close it, or remove it.",
    ]


def test_files_in_the_way_are_wrong_use(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{ONE}\n")
    (tmp_path / "list-01.csv").touch()
    done = split(path, "--out", tmp_path)
    assert done.returncode == 2
    assert "already exists" in done.stderr
    assert "Traceback" not in done.stderr
