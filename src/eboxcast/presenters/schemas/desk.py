"""What somebody has to do now, and what else is on its way: the first page."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.broadcast import BroadcastStep, ListedBroadcast
from eboxcast.presenters.schemas.evening import EveningShown


class Task(Schema):
    """A broadcast that waits for whoever looks, with the steps that are theirs."""

    broadcast: ListedBroadcast
    """the broadcast"""
    steps: tuple[BroadcastStep, ...]
    """what they can do, the most urgent first"""
    institution_names: Mapping[str, str]
    """whose broadcast it is, by language"""
    recipients: int
    """how many recipients it has, or is expected to have"""
    has_document: bool
    """whether a document was delivered that can be looked at"""
    evenings: tuple[EveningShown, ...]
    """the requested evenings, where they have to decide on the date"""


class Desk(Schema):
    """The broadcasts of somebody that have not ended: those that wait for them, and those that wait for others."""

    tasks: tuple[Task, ...]
    """the most urgent, first the most urgent of them"""
    task_count: int
    """how many wait for them in all"""
    others: tuple[ListedBroadcast, ...]
    """the most urgent, first the most urgent of them"""
    other_count: int
    """how many wait for others in all"""
