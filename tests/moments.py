"""Other moments: for this process, and for those that connect to the installation later; emptying it ends that."""

from __future__ import annotations

from datetime import datetime, timedelta

from eboxcast.database.models import Installation
from eboxcast.lib import clock


def move_to(moment: datetime) -> None:
    """Have it be a moment, or so little later as the test has taken since."""
    offset = _offset_to(moment)
    Installation.objects.update(clock_offset=offset)  # first: a connection that is made for it learns the old one
    clock.move(offset)


def move_here_to(moment: datetime) -> None:
    """Have it be a moment in this process, which asks no database."""
    clock.move(_offset_to(moment))


def pass_time(**amount: float) -> None:
    """Have it be later by some days, hours or seconds."""
    move_to(clock.now() + timedelta(**amount))


def _offset_to(moment: datetime) -> timedelta:
    return clock.offset() + (moment - clock.now())
