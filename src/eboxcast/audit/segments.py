"""The segments of the audit: one for each year, as people in Belgium count years, dropped whole at the legal term.

The term runs from 1 January after the action, and that is a date in Brussels; with UTC the last hour of each year would
be kept a year less than the law asks.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from eboxcast.lib import clock

YEARS_KEPT = 10
"""Counted from 1 January after the action."""

_opened: set[int] = set()


def segment_of(moment: datetime) -> int:
    """Return the year, in Brussels, that a moment belongs to."""
    return moment.astimezone(clock.BRUSSELS).year


def open_segment(segment: int) -> None:
    """Have the tables of a year there; asks the database once in a process.

    The tables belong to a role that is not ours; a function of the database that acts with its rights makes them.
    """
    if segment in _opened:
        return
    with connection.cursor() as cursor:
        cursor.execute("select audit_open_segment(%s)", [segment])
    # Not before the commit: what this transaction made is gone when it is rolled back.
    transaction.on_commit(lambda: _opened.add(segment))


def forget_segment(segment: int) -> None:
    """Ask the database again before the next entry of a year that was dropped."""
    _opened.discard(segment)


def first_kept(today: date) -> int:
    """Return the oldest year that must still be kept: on 1 January 2037 the year 2026 may go."""
    return today.year - YEARS_KEPT
