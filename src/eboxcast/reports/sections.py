"""What a page is made of, whether it is printed as text or as HTML: sections of facts, tables and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import Renderer
from eboxcast.lib.translation import translate


@dataclass(frozen=True)
class Fact:
    """A label and its value. ``depth`` 1 is a part of the fact above it; ``sum`` is the total of those above."""

    label: str
    value: str
    depth: int = 0
    sum: bool = False
    number: bool = False
    fixed: bool = False
    """Digests and numbers of runs: letters of one width."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns with headings; all but the first hold numbers."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A note that ends in what can be done: a command or a link, as the door says that shows the page."""

    sentence: str
    language: str
    actions: Mapping[str, NextAction]
    """By their names in the sentence."""

    def said(self, render: Renderer) -> str:
        """Return the note in words."""
        return translate(self.sentence, self.language, {name: render(action) for name, action in self.actions.items()})


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the page under its title."""

    title: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str | Advice, ...] = ()

    def notes_said(self, render: Renderer) -> tuple[str, ...]:
        """Return the notes in words."""
        return tuple(note.said(render) if isinstance(note, Advice) else note for note in self.notes)

    def said(self, render: Renderer) -> Section:
        """Return the section with all its notes in words."""
        return replace(self, notes=self.notes_said(render))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole account: what it is, what it says in one sentence, and everything behind that."""

    language: str
    title: str
    place: str
    verdict: str
    good: bool
    """Whether everybody was reached, and it is still so."""
    sections: tuple[Section, ...]
    footer: str

    def said(self, render: Renderer) -> Page:
        """Return the page with all its notes in words."""
        return replace(self, sections=tuple(one.said(render) for one in self.sections))
