"""The only place that asks what time it is.

On an installation for demonstrations or tests the clock can be moved: the database keeps by how much, and each process
learns it there (database/marks.py). Everywhere else it is never moved.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


_offset = timedelta()


def now() -> datetime:
    """Return this moment, with its zone (UTC)."""
    return datetime.now(UTC) + _offset


def move(offset: timedelta) -> None:
    """Have this process be so far ahead of real time from now on."""
    global _offset  # noqa: PLW0603 - there is one time in a process
    _offset = offset


def offset() -> timedelta:
    """Return how far this process is ahead of real time: what compares with a clock of somebody else needs it."""
    return _offset


def today() -> date:
    """Return the date in Brussels at this moment."""
    return now().astimezone(BRUSSELS).date()
