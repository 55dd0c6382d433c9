"""SIGINT and SIGTERM end a command between two steps: with the words that continue it, or at the end of a round."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from eboxcast.delivery.errors import Interrupted

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_EVERY_SECONDS = 0.2


@contextmanager
def resumable() -> Iterator[None]:
    """Turn both signals into Interrupted: the transaction at hand is rolled back, nothing is half done."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:  # around the inner one, because a signal may also come while the handlers change
        for number in _SIGNALS:
            signal.signal(number, _interrupt)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    except KeyboardInterrupt:
        raise _interrupted() from None


def answer_signals() -> None:
    """Let both signals end a command in our words before and after ``resumable`` too: a scheduler reads the code."""
    for number in _SIGNALS:
        signal.signal(number, _end)


def ignore_signals() -> None:
    """Let no signal change how a command ends that has already said its result."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class Ending:
    """Whether somebody asked for the end. A plain flag: a signal may come at any place, also inside a lock."""

    def __init__(self) -> None:
        self.asked = False

    def wait(self, seconds: float) -> None:
        """Wait, or until the end is asked for."""
        never = Event()
        while seconds > 0 and not self.asked:
            never.wait(_LOOK_EVERY_SECONDS)
            seconds -= _LOOK_EVERY_SECONDS


def asked_to_end() -> Ending:
    """Let both signals ask for the end of what goes on until then, at a place of its choice, from now on."""
    ending = Ending()

    def ask(number: int, frame: FrameType | None) -> None:
        ending.asked = True

    for number in _SIGNALS:
        signal.signal(number, ask)
    return ending


def _interrupted() -> Interrupted:
    return Interrupted(command=shlex.join(["eboxcast", *sys.argv[1:]]))


def _interrupt(number: int, frame: FrameType | None) -> None:
    ignore_signals()  # one is enough: a second would interrupt the roll-back, or the words about the first
    raise KeyboardInterrupt


def _end(number: int, frame: FrameType | None) -> None:
    ignore_signals()
    raise _interrupted()
