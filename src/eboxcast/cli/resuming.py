"""SIGINT and SIGTERM end a command between two steps, with the words that continue it."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from eboxcast.delivery.errors import Interrupted


@contextmanager
def resumable() -> Iterator[None]:
    """Turn both signals into Interrupted: the transaction at hand is rolled back, nothing is half done."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(command=shlex.join(["eboxcast", *sys.argv[1:]])) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def ignore_signals() -> None:
    """Let no signal change how a command ends that has already said its result."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
