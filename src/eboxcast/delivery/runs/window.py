"""Waiting for the agreed moment, and noticing when somebody stops the run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from eboxcast.delivery.errors import LaunchStopped, NotInThisState, OutsideWindow
from eboxcast.delivery.models import Intent, Run, State
from eboxcast.delivery.runs.intents import withdraw
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib import clock
from eboxcast.lib.translation import N_

_LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a run may become visible: not before the agreed moment, not after the end. None is open."""

    not_before: datetime | None = None
    not_after: datetime | None = None

    def refuse_if_over(self, run: str) -> None:
        """Raise OutsideWindow when its end has passed."""
        if self.not_after is not None and clock.now() >= self.not_after:
            raise OutsideWindow(run=run, not_after=self.not_after)


def refuse_unless_running(run: Run) -> None:
    """Raise LaunchStopped or NotInThisState when somebody decided otherwise meanwhile."""
    if run.stopped_at is not None and run.state == State.STOPPED:
        raise LaunchStopped(run=run.short, stopped_at=run.stopped_at)
    if run.state != State.RUNNING:
        raise NotInThisState(run=run.short, state=run.state, asked=N_("launched"))


def wait_for(run: Run, window: Window, waiting: Callable[[datetime], None]) -> None:
    """Return when the window has begun, telling ``waiting`` what for.

    Raises LaunchStopped, NotInThisState, OutsideWindow.
    """
    never = Event()
    while window.not_before is not None and (left := (window.not_before - clock.now()).total_seconds()) > 0:
        waiting(window.not_before)
        never.wait(min(left, _LOOK_EVERY_SECONDS))
        if settle(run).state == State.PUBLISHED:
            return
        refuse_unless_running(run)
    window.refuse_if_over(run.short)


@contextmanager
def withdrawn_at(intent: Intent, *ends: type[BaseException]) -> Iterator[None]:
    """Take a launch back that ends so with nothing visible: the run is prepared again, unless others launch it too."""
    try:
        yield
    except ends as end:
        withdraw(intent, by=intent.by, result=type(end).__name__)
        settle(intent.run)
        raise
