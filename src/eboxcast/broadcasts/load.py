"""What is booked for each evening, and what stands in the way of one more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from eboxcast.broadcasts.errors import DateNotFree
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import DATED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.errors import Reason
from eboxcast.planning.capacity import Booked, Conflict, conflicts, nearest_free
from eboxcast.planning.selectors import evenings_for

_COUNTS = DATED | {State.LAUNCHED, State.PUBLISHED, State.REPORTED, State.CLOSED}


@sanitized_db_errors()
def booked_between(
    first: date = date.min, last: date = date.max, *, without: Broadcast | None = None
) -> Mapping[date, Booked]:
    """Return what is planned for each evening from the first day to the last, both included."""
    found = Broadcast.objects.filter(state__in=_COUNTS, date__range=(first, last))
    if without is not None:
        found = found.exclude(id=without.id)
    evenings = found.values_list("date").annotate(
        number=Count("id"), recipients=Sum(Coalesce("recipients_count", "expected_count"))
    )
    return {day: Booked(broadcasts, recipients) for day, broadcasts, recipients in evenings}


@sanitized_db_errors()
def conflicts_of(broadcast: Broadcast, day: date) -> tuple[Conflict, ...]:
    """Return what stands in the way of a broadcast on a day; warnings are terms that would need a waiver."""
    evenings = evenings_for(broadcast.institution_id, booked=booked_between(day, day, without=broadcast))
    return conflicts(day, _recipients(broadcast), evenings=evenings)


@sanitized_db_errors()
def free_dates(broadcast: Broadcast, day: date, *, count: int = 3, also_before: bool = False) -> tuple[date, ...]:
    """Return the nearest dates on which nothing stands in the way of a broadcast."""
    booked = booked_between(without=broadcast)
    evenings = evenings_for(broadcast.institution_id, booked=booked)
    return nearest_free(day, _recipients(broadcast), evenings=evenings, count=count, also_before=also_before)


def conflict_with(broadcast: Broadcast, day: date) -> DateNotFree | None:
    """Return why a date cannot be had, with the nearest that can; nothing when it can."""
    found = [conflict for conflict in conflicts_of(broadcast, day) if not conflict.is_warning]
    if not found:
        return None
    free = ", ".join(one.isoformat() for one in free_dates(broadcast, day, also_before=True)) or "–"
    reasons = tuple(Reason(sentence=one.sentence, data=one.data) for one in found)
    return DateNotFree(reasons, broadcast=broadcast.number, date=day.isoformat(), free=free)


def _recipients(broadcast: Broadcast) -> int:
    return broadcast.recipients_count or broadcast.expected_count
