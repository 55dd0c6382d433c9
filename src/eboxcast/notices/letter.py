"""A mail before it is words on a line or a page: what it says, its sections, whose turn it is; in one language."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources

from django.template import Context, Engine

from eboxcast.lib.command_line import command_of
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.page_text import section_lines
from eboxcast.reports.sections import Section

NEXT = N_("Next steps")
HELLO = N_("Hello {name},")
_WIDTH = 78


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Somebody's next step."""

    who: str
    mine: bool
    """Whether the reader is meant."""
    by: str
    """Until when; empty where no term runs."""
    command: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The parts of a mail."""

    language: str
    subject: str
    hello: str
    paragraphs: tuple[str, ...]
    sections: tuple[Section, ...]
    turns: tuple[Turn, ...]
    footer: tuple[str, ...]

    @property
    def next_title(self) -> str:
        """Return the title above the turns."""
        return translate(NEXT, self.language)


def as_text(letter: Letter) -> str:
    """Return the mail as plain text."""
    return "\n".join(_lines(letter)) + "\n"


def as_html(letter: Letter) -> str:
    """Return the same as one HTML page: nothing from elsewhere, no script, nothing that tells when it is read."""
    source = (resources.files("eboxcast.notices") / "templates" / "notice.html").read_text(encoding="utf-8")
    said = replace(letter, sections=tuple(section.said(command_of) for section in letter.sections))
    return Engine().from_string(source).render(Context({"letter": said}))


def _lines(letter: Letter) -> Iterator[str]:
    yield letter.hello
    for paragraph in letter.paragraphs:
        yield ""
        yield from _wrapped(paragraph)
    if letter.turns:
        yield ""
        yield letter.next_title
    for turn in letter.turns:
        yield from _wrapped(" ".join(filter(None, (turn.who, turn.by))), "  ")
        if turn.command:
            yield f"      {turn.command}"
    for section in letter.sections:
        yield ""
        yield section.title
        yield from section_lines(section)
    yield ""
    yield "-- "
    for line in letter.footer:
        yield from _wrapped(line)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
