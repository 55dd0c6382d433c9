"""What must be so before a launch, one by one."""

from __future__ import annotations

from typing import Literal

from eboxcast.lib.schemas import Schema


class CheckItem(Schema):
    """One thing that must be so before a launch."""

    name: str
    """its name, such as `go_holds`"""
    label: str
    """what it is, in the language of the reader"""
    met: Literal["yes", "no", "later"]
    """whether it is so; `later`: its time has not come yet"""
    detail: str
    """more about it, or what is missing, in the language of the reader; may be empty"""


class Checklist(Schema):
    """All that must be so before a launch."""

    items: tuple[CheckItem, ...]
    """one by one"""
    ready: bool
    """whether only its time has to come"""
    missing: int
    """how many are not met"""
