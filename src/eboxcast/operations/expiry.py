"""Deleting what has expired: personal data of runs, the texts of mails, on record and sealed; files handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from eboxcast.audit.sealing import seal_pending
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery import expiry as runs
from eboxcast.delivery.broadcasts.kept_files import FilesNotStored, remove_expired
from eboxcast.delivery.expiry import Expired
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.mailboxes.ended_visits import forget_ended_visits
from eboxcast.mailboxes.mail_choices import forget_unconfirmed
from eboxcast.notices.alarms import forget_alarms
from eboxcast.notices.expiring import Emptied, empty_notices, foresee_emptying
from eboxcast.operations.compaction import compact_all


@dataclass(frozen=True, kw_only=True)
class OfRun:
    """What was done, or would be, with a run."""

    environment: str
    expired: Expired


@dataclass(frozen=True, kw_only=True)
class NothingDue:
    """That there was nothing to do in an environment."""

    environment: str


Step = OfRun | NothingDue | Emptied
"""What was done, or would be: with a run, or with the mails about a matter."""


def expire(environments: Sequence[str], *, actor: Actor) -> Iterator[Step]:
    """Delete what is due, one thing after the other, and yield each as soon as it is done; seal the audit; compact.

    Raises NotYourRole, at once.
    """
    authorize(actor, "data.expire")
    return _expire(environments, actor)


def foresee_expiry(environments: Sequence[str], *, actor: Actor) -> Iterator[Step]:
    """Yield what ``expire`` would do now, and change nothing. Raises NotYourRole, at once."""
    authorize(actor, "data.expire")
    return _foresee(environments, actor)


def _expire(environments: Sequence[str], actor: Actor) -> Iterator[Step]:
    for environment in environments:
        yield from _of_runs(environment, runs.expire(environment, actor=actor))
        forget_unconfirmed(environment)
        forget_ended_visits(environment)
    yield from empty_notices(actor=actor)
    forget_alarms()
    with suppress(FilesNotStored):  # the pages may be served, and keep files, as another user, who does this too
        remove_expired(by=actor.name)
    with sanitized_db_errors():
        seal_pending(everything=True)
    for environment in environments:
        compact_all(environment)


def _foresee(environments: Sequence[str], actor: Actor) -> Iterator[Step]:
    for environment in environments:
        yield from _of_runs(environment, runs.foresee_expiry(environment, actor=actor))
    yield from foresee_emptying(actor=actor)


def _of_runs(environment: str, done: Iterator[Expired]) -> Iterator[Step]:
    anything = False
    for expired in done:
        anything = True
        yield OfRun(environment=environment, expired=expired)
    if not anything:
        yield NothingDue(environment=environment)
