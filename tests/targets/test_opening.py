"""Opening a target imports what that target needs, and nothing of the others."""

from __future__ import annotations

import subprocess
import sys


def test_a_local_publication_imports_neither_calls_nor_lanes() -> None:
    script = """
import sys
from eboxcast.database import boot
boot.configure()
import eboxcast.cli.runs.publish
from eboxcast.targets.opening import target_of
target_of("production").close()
there = ("eboxcast.targets.ebox_rest.target", "eboxcast.delivery.remote.lanes", "structlog", "procrastinate")
print([name for name in there if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
