"""What somebody has to do now, and what else is on its way: the first page."""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.presenters.schemas.broadcast import BroadcastStep, ListedBroadcast


@dataclass(frozen=True, kw_only=True)
class Task:
    """A broadcast that waits for whoever looks, with the steps that are theirs."""

    broadcast: ListedBroadcast
    """the broadcast"""
    steps: tuple[BroadcastStep, ...]
    """what they can do, the most urgent first"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All broadcasts of somebody that have not ended: those that wait for them, and those that wait for others."""

    tasks: tuple[Task, ...]
    """the most urgent first"""
    others: tuple[ListedBroadcast, ...]
    """the most urgent first"""
