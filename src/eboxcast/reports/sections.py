"""What a page is made of, whether it is printed as text or as HTML: sections of facts, tables and notes."""

from __future__ import annotations

from dataclasses import dataclass


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
class Section:
    """One part of the page under its title."""

    title: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


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
