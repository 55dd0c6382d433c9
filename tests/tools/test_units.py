"""The units for systemd in the docs: systemd itself finds nothing wrong with them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "docs" / "howto" / "systemd").iterdir())


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_one_for_systemd(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    for one in UNITS:  # a timer is looked at with its service
        name = one.name.replace("@.", "@production.")
        text = one.read_text("utf-8").replace("/opt/eboxcast/bin/eboxcast", "/bin/true")
        (tmp_path / name).write_text(text, "utf-8")
    words = ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name.replace("@.", "@production.")]
    done = subprocess.run(words, capture_output=True, text=True)
    about = [line for line in done.stderr.splitlines() if "eboxcast-" in line]
    assert about == []
