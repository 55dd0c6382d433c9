"""The evenings that somebody decides about, with all that speaks for and against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from eboxcast.broadcasts.load import booked_between, recipients_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.masking import mask_and_strip
from eboxcast.planning import capacity
from eboxcast.planning.capacity import Booked
from eboxcast.planning.selectors import evenings_for
from eboxcast.presenters.calendar import deadline_list
from eboxcast.presenters.month import share_of
from eboxcast.presenters.schemas.calendar import Load
from eboxcast.presenters.schemas.evening import EveningShown, Neighbour


@dataclass(frozen=True, kw_only=True)
class Evenings:
    """What is known of evenings, read once for several broadcasts."""

    beside: Mapping[date, Sequence[Broadcast]]
    """The broadcasts of each evening that the reader may see."""
    language: str
    _known: dict[tuple[str, int], capacity.Evenings] = field(default_factory=dict)

    def shown(self, broadcast: Broadcast, days: Sequence[date]) -> tuple[EveningShown, ...]:
        """Return some evenings as they are for a broadcast."""
        evenings = self._evenings_of(broadcast)
        return tuple(self._shown(broadcast, day, evenings) for day in days)

    def _evenings_of(self, broadcast: Broadcast) -> capacity.Evenings:
        """Return the evenings of an institution; without the broadcast itself, where it has a place in one of them."""
        key = (broadcast.institution_id, hash(broadcast.id) if broadcast.date else 0)
        if key not in self._known:
            booked = booked_between(without=broadcast if broadcast.date else None)
            self._known[key] = evenings_for(broadcast.institution_id, booked=booked)
        return self._known[key]

    def _shown(self, broadcast: Broadcast, day: date, evenings: capacity.Evenings) -> EveningShown:
        institution = broadcast.institution_id
        deadlines = deadline_list(
            day, recipients_of(broadcast), evenings=evenings, institution=institution, language=self.language
        )
        limits = Load(broadcasts=evenings.limits.broadcasts, recipients=evenings.limits.recipients)
        found = evenings.booked.get(day, Booked())
        booked = Load(broadcasts=found.broadcasts, recipients=found.recipients)
        others = (one for one in self.beside.get(day, ()) if one.id != broadcast.id)
        return EveningShown(
            deadlines=deadlines,
            possible=all(conflict.warning for conflict in deadlines.conflicts),
            booked=booked,
            limits=limits,
            share=share_of(booked, limits),
            neighbours=tuple(map(_neighbour, others)),
        )


def _neighbour(one: Broadcast) -> Neighbour:
    return Neighbour(number=one.number, subject=mask_and_strip(one.subject), recipients=recipients_of(one))
