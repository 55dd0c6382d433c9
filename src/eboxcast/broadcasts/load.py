"""What is booked for each evening, and what stands in the way of one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from eboxcast.broadcasts.errors import DateNotFree, DateNotPossible
from eboxcast.broadcasts.facts import Considered
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import DATED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.errors import Reason
from eboxcast.planning.capacity import Booked, Conflict, Evenings, conflicts, nearest_free
from eboxcast.planning.selectors import evenings_for, read_once

TAKES_ROOM = DATED | {State.LAUNCHED, State.PUBLISHED, State.REPORTED, State.CLOSED}
"""The states in which a broadcast has a place in its evening."""


@sanitized_db_errors()
def booked_between(
    first: date = date.min, last: date = date.max, *, without: Considered | None = None
) -> Mapping[date, Booked]:
    """Return what is planned for each evening from the first day to the last, both included."""
    found = Broadcast.objects.filter(state__in=TAKES_ROOM, date__range=(first, last))
    if without is not None:
        found = found.exclude(id=without.id)
    evenings = found.values_list("date").annotate(
        number=Count("id"), recipients=Sum(Coalesce("recipients_count", "expected_count"))
    )
    return {day: Booked(broadcasts, recipients) for day, broadcasts, recipients in evenings}


@sanitized_db_errors()
def conflicts_of(broadcast: Broadcast, day: date) -> tuple[Conflict, ...]:
    """Return what stands in the way of a broadcast on a day; warnings are terms that would need a waiver."""
    return conflicts(day, recipients_of(broadcast), evenings=_evenings(broadcast, [day]))


@sanitized_db_errors()
def possible_days(broadcast: Considered, days: Sequence[date]) -> list[date]:
    """Return the days that could be accepted for a broadcast now: nothing but a deadline stands in their way."""
    if not days:
        return []
    evenings, recipients = _evenings(broadcast, days), recipients_of(broadcast)
    return [day for day in days if all(one.is_warning for one in conflicts(day, recipients, evenings=evenings))]


@sanitized_db_errors()
def free_dates(broadcast: Broadcast, day: date, *, count: int = 3, also_before: bool = False) -> tuple[date, ...]:
    """Return the nearest dates on which nothing stands in the way of a broadcast."""
    booked = booked_between(without=broadcast)
    evenings = evenings_for(broadcast.institution_id, booked=booked)
    return nearest_free(day, recipients_of(broadcast), evenings=evenings, count=count, also_before=also_before)


def conflict_with(broadcast: Broadcast, day: date) -> DateNotFree | None:
    """Return why a date cannot be had, with the nearest that can; nothing when it can."""
    found = [conflict for conflict in conflicts_of(broadcast, day) if not conflict.is_warning]
    if not found:
        return None
    free = free_dates(broadcast, day, also_before=True)
    return DateNotFree(_reasons(found), broadcast=broadcast.number, date=day, free=free)


def recipients_of(broadcast: Considered) -> int:
    """Return how many a broadcast is for: as delivered, else as expected."""
    return broadcast.recipients_count or broadcast.expected_count


@sanitized_db_errors()
def refuse_impossible_days(
    days: Sequence[date], *, institution: str, recipients: int, without: Broadcast | None = None
) -> None:
    """Raise DateNotPossible for days on which there can be no broadcast, whatever else is planned.

    A full evening may be asked for: others may move. Deadlines that have passed are late, and can be waived.
    """
    evenings = evenings_for(institution, booked=booked_between(without=without))
    found = [
        conflict
        for day in days
        for conflict in conflicts(day, recipients, evenings=evenings)
        if not (conflict.is_warning or conflict.obstacle.is_full)
    ]
    if found:
        refused = tuple(dict.fromkeys(day for day in days if any(one.data["date"] == day for one in found)))
        free = nearest_free(refused[0], recipients, evenings=evenings, also_before=True)
        raise DateNotPossible(_reasons(found), dates=refused, free=free)


def _reasons(found: Sequence[Conflict]) -> tuple[Reason, ...]:
    return tuple(Reason(sentence=one.sentence, data=one.data) for one in found)


def _evenings(broadcast: Considered, days: Sequence[date]) -> Evenings:
    institution = broadcast.institution_id
    if broadcast.date is not None:
        return evenings_for(institution, booked=booked_between(min(days), max(days), without=broadcast))
    # It has no place in any evening: what is booked is the same for all such broadcasts.
    booked = read_once("booked", lambda: booked_between(clock.today()))
    return read_once(("evenings", institution), lambda: evenings_for(institution, booked=booked))
