"""Running our own commands as a user would: in processes of their own."""

from __future__ import annotations

import shlex
import sys

_ENTRY = "from eboxcast.cli.main import run; run()"


def command(*words: object) -> list[str]:
    """Return what starts an eboxcast command with this very Python, wherever its script was installed."""
    return [sys.executable, "-c", _ENTRY, *map(str, words)]


def typed(*words: object) -> str:
    """Return the same command as people type it."""
    return shlex.join(["eboxcast", *map(str, words)])
