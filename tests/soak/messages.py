"""What the soak and its readers tell each other, beside what happens to letters (``oracle.Told``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class ClockMoves:
    """Somebody begins to move the clock, by so much more."""

    by: timedelta


@dataclass(frozen=True)
class ClockMoved:
    """That is done, by so much at most: whoever asks for the time again has it right."""

    by: timedelta


@dataclass(frozen=True)
class LookEverywhere:
    """Nothing happens any more: open every eBox once, and end."""


@dataclass
class Report:
    """What a reader found since it last reported."""

    reader: int
    milliseconds: list[float] = field(default_factory=list)
    """How long each opening took."""
    shown: int = 0
    """Letters, each time an eBox showed one."""
    marks: int = 0
    wrong: list[str] = field(default_factory=list)
    troubles: list[tuple[float, str]] = field(default_factory=list)
    """When it could not do something, and why: allowed only while the server was away."""
    ended: bool = False
