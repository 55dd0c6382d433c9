"""A run as it is shown: where it stands, how it goes, and what can come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Something that was asked of a run and has no result yet."""

    action: str
    by: str
    at: datetime
    command: str
    """what continues it when no process is at it any more"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that can come next."""

    action: str
    """its name, such as `run.stop`"""
    parameters: Mapping[str, str]
    """what is known of it already; what is empty has to be chosen"""
    command: str
    """the command line that does it"""
    purpose: str
    """what for, in the language of the user"""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who is sending batches of a run."""

    worker: str
    """machine, process and lane"""
    batches: int
    """how many it has"""
    until: datetime
    """when they go to somebody else, should it fall silent"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """How a run that is sent goes, by the batches that are done."""

    batches_done: int
    batches_open: int
    sent: int
    refused: int
    unknown: int
    left: int
    rate: float | None
    """recipients per second over the last minute; `null` when nothing was done in it"""
    seconds_left: int | None
    """at that rate; `null` when nothing was done in it"""
    next_claim_at: datetime | None
    """when the next batch begins, where it has to wait"""
    busy: tuple[Worker, ...]
    """who is at it"""
    command: str
    """what goes on with it from here, where no worker takes it up"""


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """Where a run stands."""

    format: Literal["eboxcast.status/1"] = "eboxcast.status/1"
    run: str
    """the number of the run (UUID)"""
    environment: str
    """`acceptance` or `production`"""
    state: str
    """as in the [certificate](certificate-json.md)"""
    since: datetime
    """when it came into this state"""
    by: str
    """through whom it came into this state"""
    sentence: str
    """the state in words, in the language of the user"""
    reason: str | None
    """why it was paused, stopped, closed, discarded or recalled; or why it failed or paused itself"""
    ticket: str
    sequence: int | None
    language: str
    """the language of the message"""
    title: str
    recipients: int | None
    """how many; `null` as long as nothing is stored, like the next five"""
    published: int | None
    refused: int | None
    unknown: int | None
    under_way: int | None
    not_attempted: int | None
    work: Work | None
    """how a run that is sent goes, until its account is closed; otherwise `null`"""
    not_before: datetime | None
    """the agreed moment it waits for, where one was given at its launch"""
    not_after: datetime | None
    """the end of its window, where one was given at its launch"""
    visible_at: datetime | None
    """since when it can be seen; `null` as long as it was never visible"""
    expires_at: datetime | None
    """until when it can be seen"""
    pending: tuple[Pending, ...]
    """what was asked and is not done"""
    next: tuple[Step, ...]
    """what can come next"""


@dataclass(frozen=True, kw_only=True)
class ListedRun:
    """A run in a list."""

    run: str
    environment: str
    state: str
    asked: bool
    """false when the environment of the run could not be reached; the state is then the one last seen"""
    since: datetime
    """when it came into this state"""
    application: str
    ticket: str
    sequence: int | None
    language: str
    title: str
    recipients: int | None
    published: int | None
    by: str
    """who prepared it"""


@dataclass(frozen=True, kw_only=True)
class RunList:
    """Some runs, newest first."""

    format: Literal["eboxcast.runs/1"] = "eboxcast.runs/1"
    runs: tuple[ListedRun, ...]
    """newest first"""
    more: bool
    """whether there are older ones: `--before` the last of these"""
