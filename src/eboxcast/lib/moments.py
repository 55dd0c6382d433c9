"""Moments as people type them: Brussels time where no zone is given."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from eboxcast.lib.clock import BRUSSELS

_IN_FIGURES = ("%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M")
"""How people in Belgium write them beside ISO 8601: 15/02/2027 18:00."""


def read_moment(text: str) -> datetime | None:
    """Return a moment as it was typed; None for what is no moment, or two of them as the clocks change."""
    read = _read(" ".join(text.split()))
    if read is None or read.tzinfo is not None:
        return read
    read = read.replace(tzinfo=BRUSSELS)
    return read if read.replace(fold=0).utcoffset() == read.replace(fold=1).utcoffset() else None


def _read(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    for form in _IN_FIGURES:
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added above
    return None
