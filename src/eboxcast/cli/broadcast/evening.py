"""What a decider wants to see of an evening: what is planned for it, and what stands in the way of one more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from eboxcast.broadcasts.load import booked_between, conflicts_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.formatting import grouped, long_date, spoken
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.planning.capacity import Booked, configured_limits

_LOAD = N_(
    "{date}: {broadcasts} of {most_broadcasts} broadcasts and {recipients} of {most_recipients} recipients are planned."
)


def load_lines(broadcast: Broadcast, days: Sequence[date]) -> Iterator[str]:
    """Yield what is planned beside a broadcast for each of some days, and what stands in its way."""
    language, limits = language_of_user(), configured_limits()
    for day in days:
        booked = booked_between(day, day, without=broadcast).get(day, Booked())
        counts = {
            "broadcasts": booked.broadcasts,
            "most_broadcasts": limits.broadcasts,
            "recipients": booked.recipients,
            "most_recipients": limits.recipients,
        }
        data = {name: grouped(count, language) for name, count in counts.items()}
        yield translate(_LOAD, language, {"date": long_date(day, language), **data})
        yield from (f"  - {line}" for line in _conflicts(broadcast, day, language))


def conflict_lines(broadcast: Broadcast) -> Iterator[str]:
    """Yield what stands in the way of each wanted date."""
    language = language_of_user()
    for day in broadcast.wanted_dates:
        yield from _conflicts(broadcast, day, language)


def _conflicts(broadcast: Broadcast, day: date, language: str) -> Iterator[str]:
    for conflict in conflicts_of(broadcast, day):
        yield translate(conflict.sentence, language, spoken(conflict.data, language))
