"""Progress on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing for short work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from eboxcast.cli.shell import console
from eboxcast.lib.formatting import duration, grouped
from eboxcast.lib.translation import N_, language_of_user, translate

if TYPE_CHECKING:
    from rich.progress import Progress

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
        self.label = label
        self.started = monotonic()
        self.bar: Progress | None = None

    def reach(self, done: int, total: int) -> None:
        if self.bar is None and monotonic() - self.started >= SHORT and done < total:
            self.bar = _bar()
            self.bar.add_task(self.label, total=None, rate="")
            self.bar.start()
        if self.bar is not None:
            (task,) = self.bar.tasks
            self.bar.update(task.id, completed=done, total=total, rate=f"{task.speed:,.0f}/s" if task.speed else "")

    def end(self) -> None:
        if self.bar is not None:
            self.bar.stop()


def _bar() -> Progress:
    """Return what shows how far something is, how fast it goes and how long it still takes."""
    from rich import progress  # for work that is not short

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn("[progress.data.speed]{task.fields[rate]}"),
        progress.TimeRemainingColumn(compact=True),
        console=console.terminal(),
        transient=True,
    )


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
