"""The answer of `rehearse`: what publishing a package would come to now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class StoringAnswer:
    """What storing it would answer."""

    sentence: str
    """in words, in the language of the user"""
    refused: str | None
    """the code of the refusal"""
    remedy: str | None
    """what to do about the refusal, in words"""
    same_as: str | None
    """the run that has exactly this already"""
    continues: str | None
    """a run whose preparation was interrupted"""
    supersedes: tuple[str, ...]
    """runs whose place it would take"""
    already: int
    """how many have it from an earlier release"""


@dataclass(frozen=True, kw_only=True)
class EboxesNow:
    """The recipients' eBoxes as they are now."""

    never_activated: int
    deactivated: int
    not_ebox_only: int
    refused_by_policy: int
    """of these, whom the message type's policy would refuse"""


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """How long a step would take, and the rate that comes from."""

    seconds: float
    per_second: float
    """recipients per second"""
    measured_runs: int
    """how many runs the rate was measured in; 0: it is assumed"""
    measured_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class SpaceNeeded:
    """Space on the disk, in bytes."""

    needed: int
    database: int
    """its size now"""
    free: int | None
    """on its disk; `null` where it cannot be seen"""
    enough: bool
    """whether it fits, with a second copy beside it; true where nobody can see that it does not"""


@dataclass(frozen=True, kw_only=True)
class ProviderCalls:
    """What sending to a provider would come to."""

    calls: int
    rate: float
    """recipients per second, 0 without limit"""
    parallel: int
    """calls at once"""
    not_told: tuple[str, ...]
    """what the provider does not tell, in words"""


@dataclass(frozen=True, kw_only=True)
class RehearsalAnswer:
    """What publishing a package would come to now."""

    format: Literal["eboxcast.rehearsal/1"] = "eboxcast.rehearsal/1"
    environment: str
    """for which it was rehearsed"""
    answer: StoringAnswer
    """what storing would answer"""
    recipients: int
    """who would get it"""
    moved: int
    """how many numbers were replaced by newer ones"""
    without_ebox: str
    """the message type's policy: `publish` or `refuse`"""
    eboxes: EboxesNow | None
    """the recipients' eBoxes as they are now; `null` where the provider would have to be asked"""
    storing: Foreseen
    """how long storing takes"""
    launching: Foreseen
    """how long it takes until everybody has it"""
    ends_at: datetime
    """when all is done"""
    fits: bool
    """whether that is inside the window"""
    spare_seconds: float | None
    """by how much (negative: too late); `null`: no end was given"""
    space: SpaceNeeded
    remote: ProviderCalls | None
    """`null` for our own eBoxes"""
