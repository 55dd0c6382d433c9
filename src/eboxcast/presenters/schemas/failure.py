"""A command that failed, for whoever asked for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from eboxcast.lib.schemas import Schema


class NextStep(Schema):
    """A possible next step."""

    action: str
    """its name, such as `run.stop`"""
    parameters: Mapping[str, str]
    """what is already known of it; empty values are still to be chosen"""
    command: str
    """the command that does it"""


class FailureReason(Schema):
    """One of several reasons at once."""

    sentence: str
    """what is wrong, in the language of the user"""
    remedy: str | None
    """what to do about it"""


class Failure(Schema):
    """Why a command failed."""

    format: Literal["eboxcast.error/1"] = "eboxcast.error/1"
    """the form of this answer"""
    code: str
    """a stable code, such as `run.not-found`"""
    sentence: str
    """what went wrong, in the language of the user"""
    remedy: str | None
    """what to do about it, in the language of the user"""
    reasons: tuple[FailureReason, ...]
    """the reasons, where there are several at once"""
    next: tuple[NextStep, ...]
    """the possible next steps that the remedies name"""
    exit_code: int
    """the exit code of the command"""
