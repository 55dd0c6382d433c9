"""The answer of `rehearse`: what publishing a package would come to now."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class StoringAnswer(Schema):
    """The result of storing."""

    sentence: str
    """the result in words, in the language of the user"""
    refused: str | None
    """the code of the refusal, or `null`"""
    remedy: str | None
    """what to do about the refusal, in words"""
    same_as: str | None
    """the run that already has exactly this"""
    continues: str | None
    """a run whose preparation was interrupted"""
    supersedes: tuple[str, ...]
    """runs it would replace"""
    already: int
    """how many have it from an earlier release"""


class EboxesNow(Schema):
    """The eBoxes of the recipients, as they are now."""

    never_activated: int
    """never activated"""
    deactivated: int
    """deactivated"""
    not_ebox_only: int
    """active, and paper is wanted too"""
    refused_by_policy: int
    """how many of them the policy of the message type would refuse"""


class Foreseen(Schema):
    """How long a step would take, and the rate this comes from."""

    seconds: float
    """how long it would take"""
    per_second: float
    """recipients per second"""
    measured_runs: int
    """in how many runs the rate was measured; 0: it is estimated"""
    measured_until: datetime | None
    """when the last of these runs was"""


class SpaceNeeded(Schema):
    """Space on the disk, in bytes."""

    needed: int
    """how much more it would need"""
    database: int
    """the size of the database now"""
    free: int | None
    """free on its disk; `null` where it cannot be seen"""
    enough: bool
    """whether it fits, with a second copy beside it; true where it cannot be seen"""


class ProviderCalls(Schema):
    """What sending to a provider would come to."""

    calls: int
    """how many calls"""
    rate: float
    """at most so many recipients per second; 0 without limit"""
    parallel: int
    """calls at once"""
    not_told: tuple[str, ...]
    """what the provider does not report, in words"""


class RehearsalAnswer(Schema):
    """What publishing a package would come to now."""

    format: Literal["eboxcast.rehearsal/1"] = "eboxcast.rehearsal/1"
    """the form of this answer; if the package has faults, the answer is that of `check --json` instead"""
    environment: str
    """the environment of the rehearsal"""
    answer: StoringAnswer
    """the result of storing"""
    recipients: int
    """how many would receive it"""
    moved: int
    """how many numbers were replaced by newer ones"""
    without_ebox: str
    """the policy of the message type: `publish` or `refuse`"""
    eboxes: EboxesNow | None
    """the eBoxes of the recipients; `null` where the provider would have to be asked"""
    storing: Foreseen
    """how long storing would take"""
    launching: Foreseen
    """how long it would then take until everybody has it"""
    ends_at: datetime
    """when it would end"""
    fits: bool
    """whether that is inside the window"""
    spare_seconds: float | None
    """by how much (negative: too late); `null`: no end was given"""
    space: SpaceNeeded
    """the space it would need"""
    remote: ProviderCalls | None
    """the calls to the provider; `null` for our own eBoxes"""
