"""What the standing of a broadcast depends on, read for as many as there are in a few questions of few columns."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from eboxcast.broadcasts.models import Broadcast, Decision, Verdict, Waiver


class Facts(NamedTuple):
    """The columns of a broadcast that its standing depends on: a fifth of them, so that hundreds are read at once."""

    id: UUID
    number: str
    state: str
    institution_id: str
    date: datetime.date | None
    agreed_at: datetime.datetime | None
    wanted_dates: list[datetime.date]
    expected_count: int
    recipients_count: int | None
    reconfirmed_at: datetime.datetime | None
    acceptance_delivered_at: datetime.datetime | None
    acceptance_run: UUID | None
    short_list_count: int | None
    production_run: UUID | None
    contact_centre_warned_at: datetime.datetime | None


Considered = Broadcast | Facts
"""A broadcast, whole or as far as its standing depends on it."""


class Said(NamedTuple):
    """What a side decided about the date."""

    side: str
    outcome: str
    dates: list[datetime.date]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many checks of the test passed and failed, by the last verdict on each."""

    passed: int = 0
    failed: int = 0


def facts_of(found: QuerySet[Broadcast]) -> list[Facts]:
    """Return what the standing of broadcasts depends on."""
    return list(map(Facts._make, found.select_related(None).values_list(*Facts._fields)))


Some = Sequence[Considered] | QuerySet[Broadcast]
"""Broadcasts that were read, or how to find them: hundreds of ids would take long to send."""


def said_of(broadcasts: Some) -> defaultdict[UUID, list[Said]]:
    """Return the decisions about broadcasts that hold, oldest first."""
    found: defaultdict[UUID, list[Said]] = defaultdict(list)
    held = Decision.objects.filter(void_at=None, broadcast__in=_ids(broadcasts)).order_by("id")
    for broadcast, *said in held.values_list("broadcast", *Said._fields):
        found[broadcast].append(Said._make(said))
    return found


def waived_of(broadcasts: Some) -> defaultdict[UUID, set[str]]:
    """Return the deadlines of broadcasts that the integration team waived."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    held = Waiver.objects.filter(void_at=None, broadcast__in=_ids(broadcasts))
    for broadcast, what in held.order_by().values_list("broadcast", "what"):
        found[broadcast].add(what)
    return found


def tallies_of(broadcasts: Some) -> defaultdict[UUID, Tally]:
    """Return what was found in the eBoxes of the short lists, of the files that are in acceptance now."""
    last = verdicts_that_count(broadcasts).values("id")
    counted = Verdict.objects.filter(id__in=last).order_by().values_list("broadcast")
    rows = counted.annotate(right=Count("id", filter=Q(passed=True)), wrong=Count("id", filter=Q(passed=False)))
    found = {broadcast: Tally(passed=passed, failed=failed) for broadcast, passed, failed in rows}
    return defaultdict(Tally, found)


def verdicts_that_count(broadcasts: Some) -> QuerySet[Verdict]:
    """Return the last verdict on each check, of the files that are in acceptance now."""
    found = Verdict.objects.filter(broadcast__in=_ids(broadcasts), run=F("broadcast__acceptance_run"))
    each = ("broadcast", "recipient", "check_name")
    return found.order_by(*each, "-id").distinct(*each)


def _ids(broadcasts: Some) -> Any:
    if isinstance(broadcasts, QuerySet):
        return broadcasts.order_by().values("id")
    return [one.id for one in broadcasts]
