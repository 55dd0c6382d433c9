"""Deleting personal data whose time has come (design §5): each deletion is intended, done and counted on record.

What a killed process deleted without being able to say so is put on record by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle_by_id
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.formatting import iso
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.expiring import Due, Purged, Retention, find_due, purge

INTENDED = "run.personal_data_deletion_intended"
DELETED = "run.personal_data_deleted"


class Step(StrEnum):
    """What `expire` does with a run."""

    DELETED = "deleted"
    DISCARDED = "discarded"
    WARNED = "warned"
    BUSY = "busy"
    """Its time has come, but its launch has begun; somebody has to stop it first."""
    RECORDED = "recorded"
    """An earlier `expire` deleted it and was killed before it could say so."""


@dataclass(frozen=True, kw_only=True)
class Expired:
    """One thing that was done, or would be done."""

    step: Step
    run: UUID
    audience: bool = False
    outcomes: bool = False
    purged: Purged | None = None
    """The counts; None where nothing was deleted, or nobody can tell any more."""
    until: datetime | None = None
    """When a run that nobody launches is given up."""


def retention() -> Retention:
    """Return how long personal data stay, by the settings."""
    return Retention(
        report_days=settings.EBOXCAST_REPORT_DAYS,
        abandoned_days=settings.EBOXCAST_ABANDONED_DAYS,
        unlaunched_days=settings.EBOXCAST_UNLAUNCHED_DAYS,
    )


def foresee_expiry(environment: str, *, actor: Actor) -> Iterator[Expired]:
    """Yield what ``expire`` would do now, and change nothing. Raises NotYourRole, at once."""
    authorize(actor, "data.expire")
    return _foresee(environment)


def _foresee(environment: str) -> Iterator[Expired]:
    for due in find_due(environment, retention()):
        if due.discard:
            yield Expired(step=Step.DISCARDED, run=due.run, until=due.unlaunched_until)
        elif due.unlaunched_until:
            yield Expired(step=Step.WARNED, run=due.run, until=due.unlaunched_until)
        if due.audience or due.outcomes:
            yield _expired(due)


def expire(environment: str, *, actor: Actor) -> Iterator[Expired]:
    """Delete what is due and give up what nobody launches, one release after the other; yield each thing done.

    Raises NotYourRole, at once.
    """
    authorize(actor, "data.expire")
    return _expire(environment, actor.name)


def _expire(environment: str, by: str) -> Iterator[Expired]:
    yield from _record_what_was_done(environment, by)
    for due in find_due(environment, retention()):
        if due.discard:
            yield _discard(environment, due)
        elif due.unlaunched_until:
            yield Expired(step=Step.WARNED, run=due.run, until=due.unlaunched_until)
        if due.audience or due.outcomes:
            yield _delete(environment, due, by)


def _discard(environment: str, due: Due) -> Expired:
    reason = f"not launched within {settings.EBOXCAST_UNLAUNCHED_DAYS} days"
    try:
        actions.discard(settle_by_id(environment, due.run), actor=STEWARD, reason=reason)
    except NotInThisState:
        return Expired(step=Step.BUSY, run=due.run, until=due.unlaunched_until)
    return Expired(step=Step.DISCARDED, run=due.run, until=due.unlaunched_until)


def _delete(environment: str, due: Due, by: str) -> Expired:
    what = _told(due)
    _record(INTENDED, environment, due.run, by, what)
    purged = purge(environment, due)
    if due.audience:
        _forget_salt(due.run)
    _record(DELETED, environment, due.run, by, {**what, **asdict(purged)})
    return _expired(due, purged)


def _expired(due: Due, purged: Purged | None = None) -> Expired:
    audience, outcomes = due.audience is not None, due.outcomes is not None
    return Expired(step=Step.DELETED, run=due.run, audience=audience, outcomes=outcomes, purged=purged)


def _told(due: Due) -> dict[str, object]:
    """Return what is deleted, and for each by which rule and since when it was due."""
    ends = {"audience": due.audience, "outcomes": due.outcomes}
    return {
        **{name: end is not None for name, end in ends.items()},
        "rule": {name: str(end.rule) for name, end in ends.items() if end},
        "due_at": {name: iso(end.since) for name, end in ends.items() if end},
    }


def _forget_salt(run: UUID) -> None:
    """Forget the copy in the control database, as the environment forgot its own."""
    with sanitized_db_errors():
        Run.objects.filter(id=run).update(salt=None)


def _record_what_was_done(environment: str, by: str) -> Iterator[Expired]:
    """Give the deletions their result that were done and not recorded. Those not done are still due."""
    for run, what in _unrecorded(environment):
        release = fence.get_release(environment, run)
        done = {"audience": release.audience_purged_at, "outcomes": release.outcomes_purged_at}
        if all(done[name] for name in done if what[name]):
            if what["audience"]:
                _forget_salt(run)
            _record(DELETED, environment, run, by, {**what, "counts": "lost with the process that deleted"})
            audience, outcomes = bool(what["audience"]), bool(what["outcomes"])
            yield Expired(step=Step.RECORDED, run=run, audience=audience, outcomes=outcomes)


def _unrecorded(environment: str) -> list[tuple[UUID, dict[str, object]]]:
    later = Entry.objects.filter(action=DELETED, run=OuterRef("run"), id__gt=OuterRef("id"))
    with sanitized_db_errors():
        entries = Entry.objects.filter(~Exists(later), action=INTENDED, environment=environment).order_by("id")
        return [(entry.run, entry.data) for entry in entries if entry.run]


def _record(action: str, environment: str, run: UUID, by: str, data: dict[str, object]) -> None:
    with sanitized_db_errors(), transaction.atomic():
        record(action, by=by, environment=environment, run=run, data=data)
