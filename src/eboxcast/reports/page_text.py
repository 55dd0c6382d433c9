"""A page as plain text, as a terminal or a mail shows it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from eboxcast.lib.command_line import command_of
from eboxcast.lib.formatting import aligned
from eboxcast.lib.telling import Renderer
from eboxcast.reports.sections import Fact, Page, Section, Table

_WIDTH = 100
_INDENT = "  "
_NO_BREAK = "\ue000"
"""Stands for a space where no line is broken: in a command, and before a colon in French."""
_BEFORE_SIGN = re.compile(r" (?=[:;?!])")


def text_of(page: Page, *, render: Renderer = command_of) -> str:
    """Return the page as text."""
    return "\n".join(_lines(page, render)) + "\n"


def _lines(page: Page, render: Renderer) -> Iterator[str]:
    yield f"{page.title.upper()} · {page.place}"
    yield from wrapped(page.verdict)
    for section in page.sections:
        yield ""
        yield section.title
        yield from section_lines(section, render=render)
    yield ""
    yield page.footer


def section_lines(section: Section, *, render: Renderer = command_of) -> Iterator[str]:
    """Return the lines of a section below its title."""
    yield from _facts(section.facts)
    for table in section.tables:
        yield from _table(table)
    for note in section.notes_said(lambda action: unbroken(render(action))):
        yield from wrapped(note, _INDENT)


def unbroken(command: str) -> str:
    """Return a command that stays on one line where lines are broken: it can be copied only from one."""
    return command.replace(" ", _NO_BREAK)


def breakable(text: str) -> str:
    """Return a text with its ordinary spaces again."""
    return text.replace(_NO_BREAK, " ")


def wrapped(text: str, indent: str = "", *, width: int = _WIDTH) -> list[str]:
    """Return a text in lines, not broken in a command."""
    wrapper = textwrap.TextWrapper(
        width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [breakable(line) for line in wrapper.wrap(_BEFORE_SIGN.sub(_NO_BREAK, text))]


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    labels = [_INDENT * fact.depth + fact.label for fact in facts]
    width = max(map(len, labels), default=0)
    numbers = max((len(fact.value) for fact in facts if fact.number), default=0)
    for label, fact in zip(labels, facts, strict=True):
        value = fact.value.rjust(numbers) if fact.number else fact.value
        yield f"{_INDENT}{label.ljust(width)}  {value}".rstrip()


def _table(table: Table) -> Iterator[str]:
    rows = [table.headings, *table.rows]
    if table.total and len(table.rows) > 1:
        rows.append(table.total)
    yield from (_INDENT + line for line in aligned(rows, to_the_right=range(1, len(table.headings))))
