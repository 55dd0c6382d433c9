"""Runs by what people type, by what they publish, and by the page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from eboxcast.broadcasts.lookup import broadcast_numbered
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import DatabaseTrouble, EnvironmentOutOfReach, sanitized_db_errors
from eboxcast.delivery.errors import NoRunYet, RunAmbiguous, RunNotFound
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.states import GIVEN_UP, IN_HAND
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.package_record import PackageRecord
from eboxcast.mailboxes.values import Identity


@sanitized_db_errors()
def find_run(reference: str, *, actor: Actor, permission: str = "run.see") -> Run:
    """Return the run whose number begins with what was typed, or whose ticket it is when only one has it.

    Of several, the only one that was not given up is meant. By the number of a broadcast its run in production is
    meant, before there is one that in acceptance. Raises NotYourRole, RunAmbiguous, NoRunYet; RunNotFound, also for
    another institution's. ``permission`` is what it is looked for.
    """
    authorize(actor, permission)
    broadcast = broadcast_numbered(reference)
    if broadcast is not None and actor.sees(broadcast.institution_id):
        return _run_of(broadcast)
    written = runs_for(actor).annotate(written=Cast("id", models.TextField()))
    asked = Q(ticket=reference)
    if reference:
        asked |= Q(written__startswith=reference.lower())
    found = list(written.filter(asked).order_by("created_at"))
    if not found:
        raise RunNotFound(run=mask_and_strip(reference))
    meant = found if len(found) == 1 else [run for run in found if run.state not in GIVEN_UP]
    if len(meant) != 1:
        raise RunAmbiguous(run=mask_and_strip(reference), count=len(found))
    return meant[0]


def _run_of(broadcast: Broadcast) -> Run:
    number = broadcast.production_run or broadcast.acceptance_run
    run = Run.objects.filter(id=number).first() if number else None
    if run is None:
        raise NoRunYet(broadcast=broadcast.number)
    return run


def authorize_for(run: Run, permission: str, *, actor: Actor) -> None:
    """Raise NotYourRole for who may not do this with a run, and RunNotFound for whom it does not exist."""
    authorize(actor, permission)
    if not actor.sees(run.institution):
        raise RunNotFound(run=run.short)


def runs_for(actor: Actor) -> models.QuerySet[Run]:
    """Return what exists for somebody: the runs of their institution, or all for the operator's people."""
    return Run.objects.filter(institution=actor.institution) if actor.institution else Run.objects.all()


def runs_of(environment: str, identity: Identity) -> models.QuerySet[Run]:
    """Return the runs of an identity that were not given up."""
    return _of_identity(environment, identity).exclude(state__in=GIVEN_UP).order_by("created_at")


def runs_in_hand(environment: str, identity: Identity) -> dict[UUID, str]:
    """Return the runs of an identity that somebody is busy with, and their state."""
    found = _of_identity(environment, identity).filter(state__in=IN_HAND)
    return dict(found.values_list("id", "state"))


def same_package_without_release(environment: str, identity: Identity, record: PackageRecord) -> Run | None:
    """Return a run of exactly this package of which the environment holds nothing, if any.

    Either its preparation was interrupted, or the environment was restored to a time before it.
    """
    for run in runs_of(environment, identity):
        if run.package.is_of_same_files(record) and find_release(environment, run.id) is None:
            return run
    return None


def _of_identity(environment: str, identity: Identity) -> models.QuerySet[Run]:
    return Run.objects.filter(
        environment=environment,
        institution=identity.institution,
        application=identity.application,
        ticket=identity.ticket,
        sequence=identity.sequence,
    )


def runs_at_work(*, actor: Actor) -> list[Run]:
    """Return the runs that are being sent, or wait for somebody's decision since; the newest first.

    Raises NotYourRole.
    """
    authorize(actor, "run.see")
    found = runs_for(actor).filter(state__in=(State.RUNNING, State.PAUSED, State.FAILED)).order_by("-created_at")
    with sanitized_db_errors():
        return [_listed(run).run for run in found[:_MOST_AT_WORK]]


_MOST_AT_WORK = 50


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A run, and whether its environment was asked how it stands."""

    run: Run
    asked: bool


@dataclass(frozen=True, kw_only=True)
class RunsPage:
    """Some runs, and whether there are older ones."""

    runs: tuple[Listed, ...]
    more: bool


def list_runs(*, actor: Actor, environment: str | None, limit: int, older_than: Run | None = None) -> RunsPage:
    """Return runs as they stand; one whose environment cannot be reached, as it stood when last seen.

    Raises NotYourRole.
    """
    authorize(actor, "run.see")
    found = runs_for(actor).order_by("-created_at", "-id")
    if environment:
        found = found.filter(environment=environment)
    if older_than:
        same_moment = Q(created_at=older_than.created_at, id__lt=older_than.id)
        found = found.filter(Q(created_at__lt=older_than.created_at) | same_moment)
    with sanitized_db_errors():
        runs = list(found[: limit + 1])
    return RunsPage(runs=tuple(map(_listed, runs[:limit])), more=len(runs) > limit)


def _listed(run: Run) -> Listed:
    try:
        return Listed(run=settle(run), asked=True)
    except (EnvironmentOutOfReach, DatabaseTrouble):
        return Listed(run=run, asked=False)
