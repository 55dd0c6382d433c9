"""A test in acceptance, as the people who look at it see it: recipient by recipient, check by check."""

from __future__ import annotations

from datetime import datetime

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.broadcast import VerdictShown


class CheckShown(Schema):
    """One check in one eBox."""

    check: str
    """`opens`, `title`, `sender`, `language` or `expiry`"""
    verdict: VerdictShown | None
    """the result that counts; `null` while there is none"""
    earlier: tuple[VerdictShown, ...]
    """the results that it took the place of, oldest first"""


class TestedRecipient(Schema):
    """What was found in the eBox of one recipient of the short list."""

    recipient: int
    """the position in the list, from 1"""
    looked: bool
    """whether the reader was shown this eBox in this test"""
    checks: tuple[CheckShown, ...]
    """each check"""


class AcceptanceTestShown(Schema):
    """The test of the files that are in acceptance now."""

    number: str
    """of the broadcast"""
    state: str
    """of the broadcast"""
    run: str | None
    """the number of the run in acceptance; `null` while there is none"""
    last: int
    """the newest result that is shown; 0 for none"""
    tested_at: datetime | None
    """when they came into the eBoxes of the short list"""
    recipients: tuple[TestedRecipient, ...]
    """each recipient of the short list; none before the test"""
    expected: int
    """how many results are needed"""
    passed: int
    """how many checks passed"""
    failed: int
    """how many failed"""
    approved_at: datetime | None
    """when the test was approved"""
    approved_by: str | None
    """who approved it"""
    rejected_because: str
    """why it was rejected; empty where it was not"""
    testers: tuple[str, ...]
    """who may look beside the requesters"""
    own_eboxes: bool
    """whether its eBoxes can be looked into here"""
