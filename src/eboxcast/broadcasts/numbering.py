"""The number by which people know a broadcast."""

from __future__ import annotations

from eboxcast.broadcasts.models import Numbering
from eboxcast.lib import clock


def next_number() -> str:
    """Take the next number of this year; call it inside the transaction of the broadcast that gets it."""
    year = clock.today().year
    Numbering.objects.get_or_create(year=year)
    row = Numbering.objects.select_for_update().get(year=year)
    row.last += 1
    row.save()
    return f"{year}-{row.last:04}"
