"""Runs by the page, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from eboxcast.database.errors import DatabaseTrouble, EnvironmentOutOfReach, sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.finding import runs_for
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize


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
