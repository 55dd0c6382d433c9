"""Compacting beside what the steward does: in a thread of its own, so that no launch waits for it."""

from __future__ import annotations

from threading import Thread

from django.db import connections

from eboxcast.database.environments import environments_in_reach
from eboxcast.lib.errors import EboxcastError
from eboxcast.mailboxes.compacting import compact

_PATIENCE = 1.0
"""Seconds that the end waits for a step; one that takes longer is broken off, as by a kill."""


def compact_all(environment: str) -> None:
    """Compact an environment until there is nothing more to do now."""
    while compact(environment):
        pass


class Compaction:
    """Compacts every environment in reach, time and again, one at a time."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._troubles: list[EboxcastError] = []

    def go_on(self) -> list[EboxcastError]:
        """Begin again, unless it is still at it; return what went wrong since this was last called."""
        if self._thread is not None and self._thread.is_alive():
            return []
        troubles, self._troubles = self._troubles, []
        self._thread = Thread(target=self._compact, name="compaction", daemon=True)
        self._thread.start()
        return troubles

    def end(self) -> None:
        """Wait a moment for what is under way."""
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _compact(self) -> None:
        try:
            for environment in environments_in_reach():
                try:
                    compact_all(environment)
                except EboxcastError as trouble:
                    self._troubles.append(trouble)
        finally:
            connections.close_all()
