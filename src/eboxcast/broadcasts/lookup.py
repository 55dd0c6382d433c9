"""Finding broadcasts by what people type, and the run of an environment back to its broadcast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from eboxcast.broadcasts.errors import BroadcastNotFound
from eboxcast.broadcasts.load import TAKES_ROOM
from eboxcast.broadcasts.models import Broadcast, FileDelivery
from eboxcast.broadcasts.steps import refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize


@sanitized_db_errors()
def find_broadcast(number: str, *, actor: Actor) -> Broadcast:
    """Return a broadcast by its number. Raises NotYourRole; BroadcastNotFound, also for another institution's."""
    authorize(actor, "broadcast.see")
    found = Broadcast.objects.filter(number=number.strip()).first()
    if found is None:
        raise BroadcastNotFound(broadcast=mask_and_strip(number))
    refuse_other_institutions(found, actor)
    return found


@sanitized_db_errors()
def broadcasts_for(actor: Actor, *, states: frozenset[str] = frozenset()) -> QuerySet[Broadcast]:
    """Return what somebody may see: their institution's broadcasts, or all for the operator's and the validator's.

    Raises NotYourRole.
    """
    authorize(actor, "broadcast.see")
    found = Broadcast.objects.select_related("campaign", "institution").order_by("number")
    if actor.institution:
        found = found.filter(institution=actor.institution)
    return found.filter(state__in=states) if states else found


@sanitized_db_errors()
def planned_on(days: Iterable[date], *, actor: Actor) -> Mapping[date, list[Broadcast]]:
    """Return the broadcasts of some evenings, as far as somebody may see them. Raises NotYourRole."""
    found: dict[date, list[Broadcast]] = {day: [] for day in days}
    planned = broadcasts_for(actor, states=frozenset(map(str, TAKES_ROOM)))
    for one in planned.filter(date__in=list(found)):
        if one.date is not None:
            found[one.date].append(one)
    return found


@sanitized_db_errors()
def broadcast_numbered(number: str) -> Broadcast | None:
    """Return the broadcast that is meant by what was typed, whosever it is; None where it is no broadcast's number."""
    return Broadcast.objects.filter(number=number.strip()).first()


@sanitized_db_errors()
def numbers_of(broadcasts: Iterable[UUID]) -> dict[UUID, str]:
    """Return the numbers of broadcasts by their ids."""
    return dict(Broadcast.objects.filter(id__in=list(broadcasts)).values_list("id", "number"))


@sanitized_db_errors()
def numbers_of_runs(runs: Iterable[UUID]) -> dict[UUID, str]:
    """Return the numbers of the broadcasts that runs were prepared for, also those that gave them up since."""
    found = FileDelivery.objects.filter(run__in=list(runs)).values_list("run", "broadcast__number")
    return {run: number for run, number in found if run}


@sanitized_db_errors()
def delivery_of_run(run: UUID) -> FileDelivery | None:
    """Return the delivery that a run was prepared for, also one of files that were replaced since; None for none."""
    return FileDelivery.objects.filter(run=run, accepted=True).select_related("broadcast__campaign").last()


@sanitized_db_errors()
def broadcast_of_run(run: UUID) -> Broadcast | None:
    """Return the broadcast a run belongs to, if any."""
    return Broadcast.objects.filter(Q(production_run=run) | Q(acceptance_run=run)).first()
