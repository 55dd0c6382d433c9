"""Running our own commands as a user would: in processes of their own."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ENTRY = "from eboxcast.cli.main import run; run()"


def command(*words: object) -> list[str]:
    """Return what starts an eboxcast command with this very Python, wherever its script was installed."""
    return [sys.executable, "-c", _ENTRY, *map(str, words)]


def typed(*words: object) -> str:
    """Return the same command as people type it."""
    return shlex.join(["eboxcast", *map(str, words)])


def run_to_its_end(
    words: list[str], *, given: bytes, env: Mapping[str, str], keep_stderr: bool
) -> subprocess.CompletedProcess[bytes]:
    """Run a process to its end and return what it wrote; whoever is interrupted meanwhile leaves no process behind.

    ``subprocess.run`` forgets a process when the signal comes while it starts.
    """
    process: subprocess.Popen[bytes] | None = None
    try:
        with undisturbed():
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if keep_stderr else None,
                env=dict(env),
            )
        stdout, stderr = process.communicate(given)
    except BaseException:
        if process is not None:
            process.kill()
            process.communicate()
        raise
    return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a signal that comes within have its effect at the end."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for late in came:
        signal.raise_signal(late)
