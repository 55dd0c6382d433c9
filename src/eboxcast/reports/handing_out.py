"""Handing out what names people: the audit keeps who asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.reports.paper_list import paper_list
from eboxcast.reports.rejected import RejectedList, rejected_lists


def hand_out_paper_list(run: Run, *, by: str) -> Iterator[bytes]:
    """Return the paper list, with an audit entry. Raises NeverVisible, OutcomesDeleted."""
    lines = paper_list(run)
    _record("run.paper_list_given", run, by)
    return lines


def hand_out_rejected_rows(run: Run, *, by: str) -> list[RejectedList]:
    """Return the rejected rows of each list that has any, with an audit entry. Raises OutcomesDeleted."""
    lists = rejected_lists(run)
    if lists:
        _record("run.rejected_rows_given", run, by)
    return lists


def record_salt_given(run: Run, *, by: str) -> None:
    """Note who was given the salt of the audiences: with it somebody can try all numbers."""
    _record("run.salt_given", run, by)


def _record(action: str, run: Run, by: str) -> None:
    with sanitized_db_errors(), transaction.atomic():
        record(action, by=by, environment=run.environment, run=run.id)
