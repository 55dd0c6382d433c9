"""The evenings that somebody decides about, with all that speaks for and against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from eboxcast.broadcasts.load import booked_between, recipients_of
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.masking import mask_and_strip
from eboxcast.planning.capacity import Booked
from eboxcast.planning.selectors import evenings_for
from eboxcast.presenters.calendar import deadline_list
from eboxcast.presenters.month import share_of
from eboxcast.presenters.schemas.calendar import Load
from eboxcast.presenters.schemas.evening import EveningShown, Neighbour


def evenings_shown(
    broadcast: Broadcast, days: Sequence[date], *, beside: Mapping[date, Sequence[Broadcast]], language: str
) -> tuple[EveningShown, ...]:
    """Return some evenings as they are for a broadcast; ``beside`` are the others of each that the reader may see."""
    institution, recipients = broadcast.institution_id, recipients_of(broadcast)
    evenings = evenings_for(institution, booked=booked_between(without=broadcast))
    limits = Load(broadcasts=evenings.limits.broadcasts, recipients=evenings.limits.recipients)
    shown = []
    for day in days:
        deadlines = deadline_list(day, recipients, evenings=evenings, institution=institution, language=language)
        found = evenings.booked.get(day, Booked())
        booked = Load(broadcasts=found.broadcasts, recipients=found.recipients)
        shown.append(
            EveningShown(
                deadlines=deadlines,
                possible=all(conflict.warning for conflict in deadlines.conflicts),
                booked=booked,
                limits=limits,
                share=share_of(booked, limits),
                neighbours=tuple(map(_neighbour, beside.get(day, ()))),
            )
        )
    return tuple(shown)


def _neighbour(one: Broadcast) -> Neighbour:
    return Neighbour(number=one.number, subject=mask_and_strip(one.subject), recipients=recipients_of(one))
