"""Forms cost nothing until one is read; what they say of wrong values is tested where each form is."""

from __future__ import annotations

import subprocess
import sys


def test_no_command_imports_pydantic_before_it_reads_a_form() -> None:
    script = """
import sys
from eboxcast.cli import main
from eboxcast.database import boot
boot.configure()
import eboxcast.cli.package.check, eboxcast.cli.people.message_type, eboxcast.cli.people.person
import eboxcast.cli.runs.publish
print([name for name in sys.modules if name.startswith("pydantic")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
