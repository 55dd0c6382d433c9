"""A mail before it is words on a line or a page: what happened and what came next, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources

from django.template import Context, Engine

from eboxcast.lib.translation import N_, translate
from eboxcast.notices.links import linked, way_to
from eboxcast.reports.page_text import breakable, section_lines, wrapped
from eboxcast.reports.sections import Section

HELLO = N_("Hello {name},")
_NEXT = N_("Next steps")
_WIDTH = 78


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Somebody's next step."""

    who: str
    mine: bool
    """Whether the reader is meant."""
    by: str
    """Until when; empty where no term runs."""
    link: str
    """The page where the reader does it; empty where it is another's, or no page can be reached."""
    command: str
    """What the reader types instead."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened."""

    title: str
    moment: str
    """When; empty where the words say it."""
    paragraphs: tuple[str, ...]
    sections: tuple[Section, ...]
    link: str = ""
    """The address to open, on a line of its own."""
    after: tuple[str, ...] = ()
    """Paragraphs after it."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What happened to one broadcast, or to something else, with what came next after the last of it."""

    title: str
    events: tuple[Event, ...]
    turns: tuple[Turn, ...] = ()
    overview: tuple[Section, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The parts of a mail."""

    language: str
    subject: str
    hello: str
    matters: tuple[Matter, ...]
    footer: tuple[str, ...]
    stop: str = ""
    """The address that ends such mails, after the footer."""
    is_overview: bool = False
    """Whether the subject only says of which day it is."""

    @property
    def next_title(self) -> str:
        """Return the title above the turns."""
        return translate(_NEXT, self.language)

    @property
    def has_matters(self) -> bool:
        """Return whether each matter needs its title."""
        return self.is_overview or len(self.matters) > 1

    @property
    def has_events(self) -> bool:
        """Return whether each event needs its title; the subject is that of a single one."""
        return self.is_overview or sum(len(matter.events) for matter in self.matters) > 1


def as_text(letter: Letter) -> str:
    """Return the mail as plain text."""
    return "\n".join(_lines(letter)) + "\n"


def as_html(letter: Letter) -> str:
    """Return the same as one HTML page: nothing from elsewhere, no script, nothing that tells when it is read."""
    templates = Engine(dirs=[str(resources.files("eboxcast.notices") / "templates")])
    said = replace(letter, matters=tuple(_said(matter) for matter in letter.matters))
    return linked(breakable(templates.get_template("notice.html").render(Context({"letter": said}))))


def _said(matter: Matter) -> Matter:
    events = tuple(
        replace(event, sections=tuple(section.said(way_to) for section in event.sections)) for event in matter.events
    )
    return replace(matter, events=events, overview=tuple(section.said(way_to) for section in matter.overview))


def _lines(letter: Letter) -> Iterator[str]:
    yield letter.hello
    for matter in letter.matters:
        if letter.has_matters:
            yield from ("", matter.title, "=" * len(matter.title))
        for event in matter.events:
            if letter.has_events:
                yield from ("", event.title, "-" * len(event.title))
            yield from _event(event)
            if event is matter.events[-1]:
                yield from _turns(letter, matter)
            yield from _sections(event.sections)
        yield from _sections(matter.overview)
    yield ""
    yield "-- "
    for line in letter.footer:
        yield from wrapped(line, width=_WIDTH)
    if letter.stop:
        yield letter.stop


def _event(event: Event) -> Iterator[str]:
    if event.moment:
        yield from ("", event.moment)
    for paragraph in event.paragraphs:
        yield ""
        yield from wrapped(paragraph, width=_WIDTH)
    if event.link:
        yield from ("", event.link)
    for paragraph in event.after:
        yield ""
        yield from wrapped(paragraph, width=_WIDTH)


def _turns(letter: Letter, matter: Matter) -> Iterator[str]:
    if matter.turns:
        yield from ("", letter.next_title)
    for turn in matter.turns:
        yield from wrapped(" ".join(filter(None, (turn.who, turn.by))), "  ", width=_WIDTH)
        if turn.link or turn.command:
            yield f"      {turn.link or turn.command}"


def _sections(sections: tuple[Section, ...]) -> Iterator[str]:
    for section in sections:
        yield from ("", section.title)
        yield from section_lines(section, render=way_to)
