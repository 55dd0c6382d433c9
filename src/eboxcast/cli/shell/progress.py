"""Progress on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing for short work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from eboxcast.cli.shell import console
from eboxcast.lib.formatting import duration, grouped
from eboxcast.lib.translation import N_, language_of_user, translate

SHORT = 1.0
"""Seconds before anything is shown."""
PAUSE = 5.0
"""Seconds between two lines where there is no terminal."""

_SENTENCE = N_("{label}: {done} of {total} ({share}%), {rate}/s, {left} left")

Advance = Callable[[int], None]
Reach = Callable[[int, int], None]


@contextmanager
def steps(label: str, total: int) -> Iterator[Advance]:
    """Show how far a piece of work is: call what this yields with how many of ``total`` were done since the last call.

    It may be called from any thread.
    """
    lock = threading.Lock()
    done = 0
    with shown(label) as reach:

        def advance(count: int) -> None:
            nonlocal done
            with lock:
                done += count
                reach(done, total)

        yield advance


@contextmanager
def shown(label: str) -> Iterator[Reach]:
    """Show how far a piece of work is: call what this yields with how much is done, of how much, from one thread."""
    how = _Bar(label) if console.terminal().is_terminal else _Lines(label)
    try:
        yield how.reach
    finally:
        how.end()


class _Lines:
    """A line now and then, for logs and schedulers."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = monotonic()
        self.said = self.started + SHORT - PAUSE

    def reach(self, done: int, total: int) -> None:
        now = monotonic()
        if now - self.said >= PAUSE and done < total:
            self.said = now
            console.line(sentence(self.label, done, total, seconds=now - self.started))

    def end(self) -> None:
        """Say nothing: what follows the work says how it ended."""


class _Bar:
    """A bar that appears when the work turns out not to be short, and goes away when it is done."""

    def __init__(self, label: str) -> None:
        self.started = monotonic()
        self.shown = False
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            console=console.terminal(),
            transient=True,
        )
        self.task = self.progress.add_task(label, total=None)

    def reach(self, done: int, total: int) -> None:
        self.progress.update(self.task, completed=done, total=total)
        if not self.shown and monotonic() - self.started >= SHORT and done < total:
            self.shown = True
            self.progress.start()

    def end(self) -> None:
        if self.shown:
            self.progress.stop()


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")


def sentence(label: str, done: int, total: int, *, seconds: float) -> str:
    """Return one line of progress, with the rate and the time left."""
    language = language_of_user()
    rate = done / seconds if seconds > 0 else 0.0
    data = {
        "label": label,
        "done": grouped(done, language),
        "total": grouped(total, language),
        "share": done * 100 // max(total, 1),
        "rate": grouped(round(rate), language),
        "left": duration((total - done) / rate) if rate else "?",
    }
    return translate(_SENTENCE, language, data)
