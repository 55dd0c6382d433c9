"""What a kind of notice is: what is told of one entry of the audit, to certain people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib.next_action import NextAction
from eboxcast.notices.about import About
from eboxcast.notices.models import Method
from eboxcast.notices.readers import Group
from eboxcast.reports.sections import Section

Extra = Callable[[About, str], Sequence[Section]]
"""Further sections, in a language."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that goes with a mail."""

    file_name: str
    media_type: str
    content: bytes


Files = Callable[[About, str], Sequence[File]]


def always(entry: SealedEntry) -> bool:
    """Make a notice of every such entry."""
    return True


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of notice. Sentences are marked for the catalogue and filled from ``About.data``."""

    name: str
    subject: str
    says: str
    to: tuple[Group, ...]
    advice: tuple[str, ...] = ()
    actions: Mapping[str, NextAction] = field(default_factory=dict)
    """What the advice proposes to do, by its names there; parameters are filled from ``About.data``."""
    facts: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()
    files: Files | None = None
    calendar: Method | None = None
    with_invitation: tuple[str, ...] = ()
    """Further advice for those who get the invitation."""
    urgent: bool = False
    """Whether it cannot wait for somebody's daily overview."""
    when: Callable[[SealedEntry], bool] = always
    link: Callable[[About], str] | None = None
    """The address that its reader opens."""
    personal: bool = False
    """Whether it is about its reader, who is told even where they did it: it may have been somebody else."""
