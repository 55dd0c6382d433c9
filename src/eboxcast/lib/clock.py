"""The only place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def now() -> datetime:
    """Return this moment, with its zone (UTC)."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date in Brussels at this moment."""
    return now().astimezone(BRUSSELS).date()


def shown(moment: datetime) -> str:
    """Return a moment as people read it: Brussels time, to the second, with its offset."""
    return moment.astimezone(BRUSSELS).isoformat(sep=" ", timespec="seconds")
