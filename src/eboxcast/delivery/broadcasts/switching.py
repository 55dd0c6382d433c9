"""Switching the procedure on or off, where nothing under way would lose its guard by it."""

from __future__ import annotations

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.models import Installation
from eboxcast.delivery.errors import RunsUnderWay
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.states import UNDER_WAY
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

_MOST_NAMED = 5


def switch_procedure(to: str, *, actor: Actor) -> bool:
    """Record that the procedure is ``on`` or ``off`` from now on; return whether it was otherwise before.

    Raises NotYourRole; RunsUnderWay while a run in production that was made the other way is not over.
    """
    authorize(actor, "installation.switch")
    with sanitized_db_errors(), transaction.atomic():
        before = Installation.objects.select_for_update().get().procedure
        if before == to:
            return False
        _refuse_under_way(to)
        Installation.objects.update(procedure=to)
        record("installation.procedure_changed", by=actor.name, data={"before": before, "after": to})
    return True


def _refuse_under_way(to: str) -> None:
    runs = Run.objects.filter(environment="production", state__in=UNDER_WAY).exclude(particulars__procedure=to)
    names = [run.short for run in runs.order_by("created_at")[: _MOST_NAMED + 1]]
    if names:
        shown = ", ".join([*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])])
        raise RunsUnderWay(procedure=to, runs=shown)
