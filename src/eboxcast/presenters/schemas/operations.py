"""What keeps an installation going, as it is shown: what doctor finds, what expired, a pass of the steward."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.failure import NextStep


class FindingShown(Schema):
    """One thing that was looked at."""

    name: str
    """what was looked at, such as `space`; several findings may have the same name"""
    state: str
    """`ok`, `attention` or `failed`"""
    says: str
    """what was found, in the language of the user"""
    remedy: str
    """what to do about it, in the language of the user; empty: nothing"""
    next: tuple[NextStep, ...]
    """the possible next steps that the remedy names"""


class Examination(Schema):
    """Everything a broadcast depends on."""

    format: Literal["eboxcast.doctor/1"] = "eboxcast.doctor/1"
    """the form of this answer"""
    ok: bool
    """false when something fails"""
    checks: tuple[FindingShown, ...]
    """each thing that was looked at"""


class DeletedCounts(Schema):
    """How much was deleted of a run; `null` where it is not known."""

    recipients: int | None
    """recipients"""
    readings: int | None
    """rows of who has read it"""
    outcomes: int | None
    """rows of the paper list and of the outcomes"""


class ExpiryStep(Schema):
    """What was done with a run, or would be done."""

    step: str
    """what was done (the table below)"""
    environment: str
    """`acceptance` or `production`"""
    run: str
    """the number of the run (UUID)"""
    audience: bool
    """whether its recipients and readings were due"""
    outcomes_and_rows: bool
    """whether its paper list and rejected rows were due"""
    until: datetime | None
    """until when it must be launched; `null` where that is not the matter"""
    counts: DeletedCounts
    """how much was deleted"""


class EmptiedNotices(Schema):
    """How many emails about a broadcast lost their text, or would lose it."""

    broadcast: str | None
    """the broadcast that ended long ago (UUID); `null`: emails about none"""
    notices: int
    """how many emails"""
    attachments: int
    """how many attachments"""


class Expiry(Schema):
    """What has expired."""

    format: Literal["eboxcast.expire/1"] = "eboxcast.expire/1"
    """the form of this answer"""
    dry_run: bool
    """whether this is what would be done"""
    steps: tuple[ExpiryStep, ...]
    """what was done with runs, in this order"""
    notices: tuple[EmptiedNotices, ...]
    """of which emails the text was deleted"""


class SetTaken(Schema):
    """What came of one set of files in a drop folder."""

    format: Literal["eboxcast.exchange/1"] = "eboxcast.exchange/1"
    """the form of this answer"""
    institution: str
    """the institution of the folder, by CBE number"""
    environment: str
    """`acceptance` or `production`"""
    reference: str
    """the common part of the names in the set"""
    broadcast: str | None
    """the number of the broadcast, once it is known"""
    outcome: str
    """`accepted`, `rejected` (received, but cannot be used), `refused` (as a set), `cancelled`,
    `waiting` (not complete), `trouble` (an error on our side: the next pass tries again)"""
    codes: tuple[int, ...]
    """the numbers of the errors in the set as a whole ([the drop folder](../howto/drop-folder.md))"""
    trouble: str | None
    """the code of the error on our side"""


class LedStep(Schema):
    """One thing the steward did."""

    broadcast: str
    """the number of the broadcast"""
    did: str
    """what was done, as its audit entry names it"""


class MailCounts(Schema):
    """What became of the emails in a pass."""

    made: int
    """made"""
    sent: int
    """sent"""
    failed: int
    """could not be sent, and will be retried"""
    given_up: int
    """could not be sent, and will not be retried"""


class RecipientMailCounts(Schema):
    """What became of the emails to recipients who chose them, in a pass."""

    sent: int
    """sent"""
    failed: int
    """could not be sent, and will be retried"""
    given_up: int
    """could not be sent, or it is unknown whether they were, and will not be retried"""


class AlarmCounts(Schema):
    """What became of the alarms in a pass."""

    sent: int
    """sent"""
    failed: int
    """could not be sent, and will be retried"""
    given_up: int
    """could not be sent, and will not be retried"""


class TroubleMet(Schema):
    """An error that kept a pass from doing something."""

    code: str
    """a stable code"""
    sentence: str
    """what went wrong, in the language of the user"""


class StewardPass(Schema):
    """What the steward did in one pass."""

    format: Literal["eboxcast.steward/1"] = "eboxcast.steward/1"
    """the form of this answer"""
    at: datetime
    """when the pass ended"""
    led: tuple[LedStep, ...]
    """what was done with broadcasts, in this order"""
    files: tuple[SetTaken, ...]
    """what came of the sets of files in the drop folders"""
    sealed: int
    """how many audit entries were sealed"""
    mails: MailCounts
    """what became of the emails"""
    alarms: AlarmCounts
    """what became of the alarms to other systems"""
    recipient_mails: RecipientMailCounts
    """what became of the emails to recipients who chose them"""
    problem: str | None
    """why emails could not be sent at all"""
    troubles: tuple[TroubleMet, ...]
    """what went wrong; the next pass tries again"""
