"""What keeps an installation going, as it is shown: made from what was found and done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from eboxcast.database.findings import Finding, State
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.notices.expiring import Emptied
from eboxcast.operations.expiry import OfRun, Step
from eboxcast.operations.steward import Done
from eboxcast.presenters.failures import next_steps
from eboxcast.presenters.schemas.operations import (
    AlarmCounts,
    DeletedCounts,
    EmptiedNotices,
    Examination,
    Expiry,
    ExpiryStep,
    FindingShown,
    LedStep,
    MailCounts,
    RecipientMailCounts,
    SetTaken,
    StewardPass,
    TroubleMet,
)


class Taken(Protocol):
    """A set of files that the door of the drop folders took, or not; that door is above the presenters."""

    @property
    def institution(self) -> str:
        """Whose folder it was in."""

    @property
    def environment(self) -> str:
        """For which environment."""

    @property
    def reference(self) -> str:
        """The common part of its names."""

    @property
    def outcome(self) -> str:
        """What came of it."""

    @property
    def broadcast(self) -> str:
        """The number of the broadcast; empty while it is not known."""

    @property
    def codes(self) -> tuple[int, ...]:
        """What is wrong with it as a set."""

    @property
    def error(self) -> EboxcastError | None:
        """What kept us from taking it."""


TakenT = TypeVar("TakenT", bound=Taken)


def examination(findings: Sequence[Finding], language: str) -> Examination:
    """Return what doctor found. Its sentences are in the language of the reader."""
    return Examination(
        ok=all(finding.state is not State.FAILED for finding in findings),
        checks=tuple(_finding(finding, language) for finding in findings),
    )


def expiry(steps: Iterable[Step], *, dry_run: bool) -> Expiry:
    """Return what has expired."""
    of_each = list(steps)
    return Expiry(
        dry_run=dry_run,
        steps=tuple(expiry_step(step) for step in of_each if isinstance(step, OfRun)),
        notices=tuple(_emptied(step) for step in of_each if isinstance(step, Emptied)),
    )


def expiry_step(done: OfRun) -> ExpiryStep:
    """Return what was done with one run."""
    step, purged = done.expired, done.expired.purged
    return ExpiryStep(
        step=step.step.value,
        environment=done.environment,
        run=str(step.run),
        audience=step.audience,
        outcomes_and_rows=step.outcomes,
        until=step.until,
        counts=DeletedCounts(
            recipients=purged.recipients if purged else None,
            readings=purged.readings if purged else None,
            outcomes=purged.outcomes if purged else None,
        ),
    )


def set_taken(one: Taken) -> SetTaken:
    """Return what came of a set of files."""
    return SetTaken(
        institution=one.institution,
        environment=one.environment,
        reference=one.reference,
        broadcast=one.broadcast or None,
        outcome=one.outcome,
        codes=one.codes,
        trouble=one.error.code if one.error else None,
    )


def steward_pass(done: Done[TakenT], language: str) -> StewardPass:
    """Return what the steward did in the pass that has just ended."""
    return StewardPass(
        at=clock.now(),
        led=tuple(LedStep(broadcast=one.broadcast, did=one.did) for one in done.led),
        files=tuple(map(set_taken, done.taken)),
        sealed=done.sealed,
        mails=MailCounts(made=done.made, sent=done.sent, failed=done.failed, given_up=done.given_up),
        alarms=AlarmCounts(sent=done.rung.sent, failed=done.rung.failed, given_up=done.rung.given_up),
        recipient_mails=RecipientMailCounts(
            sent=done.mailed.sent, failed=done.mailed.failed, given_up=done.mailed.given_up
        ),
        problem=done.problem or done.mailed.problem or None,
        troubles=tuple(TroubleMet(code=one.code, sentence=sentence_in(one, language)) for one in done.troubles),
    )


def _finding(finding: Finding, language: str) -> FindingShown:
    return FindingShown(
        name=finding.name,
        state=finding.state.value,
        says=sentence_in(finding, language),
        remedy=remedy_in(finding, language),
        next=tuple(next_steps(finding)),
    )


def _emptied(one: Emptied) -> EmptiedNotices:
    broadcast = str(one.broadcast) if one.broadcast else None
    return EmptiedNotices(broadcast=broadcast, notices=one.notices, attachments=one.attachments)
