"""What became of a broadcast, in figures that make pictures."""

from __future__ import annotations

from datetime import date, datetime

from eboxcast.lib.schemas import Schema


class OutcomePart(Schema):
    """Some of the recipients, by what became of the message for them."""

    outcome: str
    """`ebox`: published, in an active eBox; `never_activated`, `deactivated`: published, but the eBox is not active;
    `refused`, `unknown`, `not_attempted`"""
    count: int
    """how many"""


class DayRead(Schema):
    """How many recipients opened it by the end of a day."""

    day: date
    """the day"""
    count: int
    """for the first time on this day"""
    together: int
    """until then"""


class RejectedListShown(Schema):
    """A list that had faulty rows."""

    number: int
    """its number in the order of file names"""
    file_name: str
    """its name"""
    count: int
    """faulty rows"""


class ResultsShown(Schema):
    """What became of a run in production."""

    run: str
    """the number of the run (UUID)"""
    sentence: str
    """how it stands, in the language of the reader"""
    good: bool
    """whether everybody was reached, and it is still so"""
    visible_at: datetime | None
    """since when it is visible; `null`: not yet"""
    certified: bool
    """whether the account is closed"""
    recipients: int
    """all recipients"""
    outcomes: tuple[OutcomePart, ...]
    """what became of them; without those that nobody is in"""
    days: tuple[DayRead, ...]
    """each day on which somebody opened it for the first time"""
    read: int
    """how many have opened it"""
    published: int
    """how many could"""
    paper: int
    """how many recipients need paper, as far as it is known"""
    paper_given_at: datetime | None
    """when the paper list was given last"""
    paper_given_by: str | None
    """to whom"""
    rejected: tuple[RejectedListShown, ...]
    """the lists that had faulty rows"""
    deleted_at: datetime | None
    """since when paper list and rejected rows are deleted"""
