"""A run as it is shown: where it stands, how it goes, and what can come next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class Pending(Schema):
    """What was requested and is not done yet."""

    action: str
    """what was requested: `prepare`, `launch`, …"""
    by: str
    """who requested it"""
    at: datetime
    """when"""
    command: str
    """the command that continues it if no process is working on it any more"""


class Step(Schema):
    """A possible next step."""

    action: str
    """its name, such as `run.stop`"""
    parameters: Mapping[str, str]
    """what is already known of it; empty values are still to be chosen"""
    command: str
    """the command that does it"""
    purpose: str
    """what it is for, in the language of the user"""


class Worker(Schema):
    """A worker that is sending."""

    worker: str
    """machine, process and lane"""
    batches: int
    """how many batches it has"""
    until: datetime
    """until when they are reserved for it"""


class Work(Schema):
    """The progress of a run that is being sent, by the batches that are done."""

    batches_done: int
    """batches that are done"""
    batches_open: int
    """batches that are not done yet"""
    sent: int
    """recipients who have it"""
    refused: int
    """recipients who were refused"""
    unknown: int
    """recipients who may or may not have it"""
    left: int
    """recipients still to come"""
    rate: float | None
    """recipients per second over the last minute; `null` if nothing was done in it"""
    seconds_left: int | None
    """the time left at this rate; `null` if nothing was done in the last minute"""
    next_claim_at: datetime | None
    """when the next batch starts, if it has to wait"""
    busy: tuple[Worker, ...]
    """the workers in progress"""
    command: str
    """the command that continues it from here if no worker takes it over"""


class RunStatus(Schema):
    """The status of a run."""

    format: Literal["eboxcast.status/1"] = "eboxcast.status/1"
    """the form of this answer"""
    run: str
    """the number of the run (UUID)"""
    broadcast: str | None
    """the number of the broadcast it was prepared for; `null`: none"""
    environment: str
    """`acceptance` or `production`"""
    state: str
    """the state, as in the [certificate](certificate-json.md)"""
    since: datetime
    """since when it is in this state"""
    by: str
    """by whom"""
    sentence: str
    """the state in words, in the language of the user"""
    reason: str | None
    """why it was paused, stopped, closed, discarded or recalled; or why it failed or paused itself"""
    ticket: str
    """the Ticket of the message"""
    sequence: int | None
    """the Sequence of the message"""
    language: str
    """the language of the message"""
    title: str
    """the title of the message"""
    recipients: int | None
    """how many recipients; `null` as long as nothing is stored, like the next five"""
    published: int | None
    """how many have it"""
    refused: int | None
    """how many were refused"""
    unknown: int | None
    """of how many it is not known whether they have it"""
    under_way: int | None
    """how many are in a call to the provider that is still in progress"""
    not_attempted: int | None
    """how many were not attempted yet"""
    work: Work | None
    """the progress of a run that is being sent, until its account is closed; otherwise `null`"""
    not_before: datetime | None
    """the agreed moment that was given at its launch"""
    not_after: datetime | None
    """the end of the window that was given at its launch"""
    visible_at: datetime | None
    """since when it can be seen; `null` as long as it was never visible"""
    expires_at: datetime | None
    """until when it can be seen"""
    pending: tuple[Pending, ...]
    """what was requested and is not done yet"""
    next: tuple[Step, ...]
    """the possible next steps"""


class ListedRun(Schema):
    """A run in the list."""

    run: str
    """the number of the run (UUID)"""
    broadcast: str | None
    """the number of the broadcast it was prepared for; `null`: none"""
    environment: str
    """`acceptance` or `production`"""
    state: str
    """the state, as in the [certificate](certificate-json.md)"""
    asked: bool
    """false when the environment of the run could not be reached; the state is then the last known one"""
    since: datetime
    """since when it is in this state"""
    application: str
    """the application of the sender"""
    ticket: str
    """the Ticket of the message"""
    sequence: int | None
    """the Sequence of the message"""
    language: str
    """the language of the message"""
    title: str
    """the title of the message"""
    recipients: int | None
    """how many recipients; `null` as long as nothing is stored"""
    published: int | None
    """how many have it; `null` until the account is closed"""
    by: str
    """who prepared it"""


class RunList(Schema):
    """The runs."""

    format: Literal["eboxcast.runs/1"] = "eboxcast.runs/1"
    """the form of this answer"""
    runs: tuple[ListedRun, ...]
    """the runs, newest first"""
    more: bool
    """whether there are older ones: `--before` the last of these"""
