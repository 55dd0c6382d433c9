"""What is on record of the sets taken from the drop folders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from eboxcast.audit.actions import record
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange.folders import Mark
from eboxcast.exchange.models import Result, TakenSet
from eboxcast.exchange.sets import Gathered
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor

_HANDED_ON = (Result.ACCEPTED, Result.REJECTED)


@sanitized_db_errors()
def taken_before(institution: str, environment: str, reference: str) -> TakenSet | None:
    """Return the set of this name that was handed on, if any; its name cannot be used again."""
    return TakenSet.objects.filter(
        institution=institution, environment=environment, reference=reference, cancels=False, result__in=_HANDED_ON
    ).first()


@sanitized_db_errors()
def unfinished(institution: str, environment: str) -> list[TakenSet]:
    """Return the sets whose result is known, and that a collector was interrupted at answering or removing."""
    return list(TakenSet.objects.filter(institution=institution, environment=environment, answered_at=None))


def conclude(
    gathered: Gathered,
    result: Result,
    *,
    actor: Actor,
    environment: str,
    broadcast: Broadcast | None = None,
    run: UUID | None = None,
    marks: Collection[Mark],
    codes: Collection[int] = (),
) -> TakenSet:
    """Note what came of a set, with the number its answers have; concluding an unfinished one again keeps that."""
    values = {
        "broadcast": broadcast.number if broadcast else "",
        "result": result,
        "codes": sorted(codes),
        "run": run,
        "parts": [astuple(mark) for mark in marks],
    }
    with sanitized_db_errors(), transaction.atomic():
        taken = _unfinished_or_new(gathered, actor=actor, environment=environment)
        for name, value in values.items():
            setattr(taken, name, value)
        taken.save()
        data = {"reference": gathered.reference, "cancels": taken.cancels, "codes": sorted(codes)}
        record(
            f"exchange.{result}",
            by=actor.name,
            environment=environment,
            broadcast=broadcast.id if broadcast else None,
            run=run,
            data=data,
        )
    return taken


@sanitized_db_errors()
def end(taken: TakenSet) -> None:
    """Note that a set is answered and its files are gone."""
    taken.answered_at, taken.parts = clock.now(), []
    taken.save(update_fields=["answered_at", "parts"])


def marks_of(taken: TakenSet) -> set[Mark]:
    """Return by what the files of an unfinished set are known again."""
    return {Mark(*mark) for mark in taken.parts}


def _unfinished_or_new(gathered: Gathered, *, actor: Actor, environment: str) -> TakenSet:
    place = {"institution": actor.institution, "environment": environment}
    name = {"reference": gathered.reference, "cancels": gathered.order.cancels}
    found = TakenSet.objects.filter(**place, **name, answered_at=None).first()
    if found is not None:
        return found
    day = clock.today()
    last = TakenSet.objects.filter(**place, answer_date=day).aggregate(last=Max("answer_number"))["last"]
    return TakenSet(**place, **name, answer_date=day, answer_number=(last or 0) + 1, taken_at=clock.now())
