"""Several of our commands as one: they start together, and end together when one of them does or a signal comes."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from types import FrameType

_LOOK_EVERY_SECONDS = 0.2
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Ended:
    """How it came to an end: by which command, with its exit code; by none where a signal asked for it."""

    command: str
    exit_code: int


def run_together(
    commands: Mapping[str, Sequence[str]], *, env: Mapping[str, str] | None = None, patience: float = 60
) -> Ended:
    """Run commands, by their names, until the first ends or a signal comes; the others then get SIGTERM and time."""
    asked = _Asked()
    before = {number: signal.signal(number, asked.remember) for number in _SIGNALS}
    # Each in a session of its own: Ctrl-C at the terminal comes to us alone, and we end all of them in the same way.
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, words in commands.items():
            running[name] = subprocess.Popen(words, env=env, start_new_session=True)
        return _until_one_ends(running, asked)
    finally:
        _end(running, patience)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Asked:
    """Whether a signal asked for the end. A plain flag: a signal may come at any place, also inside a lock."""

    def __init__(self) -> None:
        self.end = False

    def remember(self, number: int, frame: FrameType | None) -> None:
        self.end = True


def _until_one_ends(running: Mapping[str, subprocess.Popen[bytes]], asked: _Asked) -> Ended:
    never = Event()
    while not asked.end:
        for name, process in running.items():
            if process.poll() is not None:
                return Ended(name, process.returncode)
        never.wait(_LOOK_EVERY_SECONDS)
    return Ended("", 0)


def _end(running: Mapping[str, subprocess.Popen[bytes]], patience: float) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    for process in running.values():
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
