"""An evening that somebody decides about: what it means for a broadcast, and what else is planned for it."""

from __future__ import annotations

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.calendar import DeadlineList, Load


class Neighbour(Schema):
    """Another broadcast of the same evening."""

    number: str
    """its number"""
    subject: str
    """what it is about"""
    recipients: int
    """how many are expected"""


class EveningShown(Schema):
    """An evening, for one broadcast."""

    deadlines: DeadlineList
    """the deadlines of that date, and what conflicts with it"""
    possible: bool
    """whether the date can be accepted: nothing but a deadline stands in its way"""
    booked: Load
    """what else is planned"""
    limits: Load
    """how much an evening takes"""
    share: int
    """how full it is without this broadcast, in percent"""
    neighbours: tuple[Neighbour, ...]
    """the other broadcasts that the reader may see"""
