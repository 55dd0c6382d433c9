"""Handing out what names people: the audit keeps who asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib.actors import Actor
from eboxcast.reports.paper_list import paper_list
from eboxcast.reports.rejected import RejectedList, rejected_lists


def hand_out_paper_list(run: Run, *, actor: Actor) -> Iterator[bytes]:
    """Return the paper list, with an audit entry. Raises NotYourRole, RunNotFound, NeverVisible, OutcomesDeleted."""
    authorize_for(run, "report.paper_list", actor=actor)
    lines = paper_list(run)
    _record("run.paper_list_given", run, actor)
    return lines


def hand_out_rejected_rows(run: Run, *, actor: Actor) -> list[RejectedList]:
    """Return the rejected rows of each list that has any, with an audit entry.

    Raises NotYourRole, RunNotFound, OutcomesDeleted.
    """
    authorize_for(run, "report.rejected_rows", actor=actor)
    lists = rejected_lists(run)
    if lists:
        _record("run.rejected_rows_given", run, actor)
    return lists


def record_salt_given(run: Run, *, actor: Actor) -> None:
    """Note who was given the salt of the audiences: with it somebody can try all numbers.

    Raises NotYourRole, RunNotFound.
    """
    authorize_for(run, "report.salt", actor=actor)
    _record("run.salt_given", run, actor)


def _record(action: str, run: Run, actor: Actor) -> None:
    with sanitized_db_errors(), transaction.atomic():
        record(action, by=actor.name, environment=run.environment, run=run.id)
