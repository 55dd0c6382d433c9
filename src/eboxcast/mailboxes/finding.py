"""Finding messages in an eBox: by words, by sender, page by page.

An eBox is found whole; it holds tens of messages, at most some hundreds, and what they say is mostly in hand already.
So what is shown of it is chosen from the letters, and accents need no extension of the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eboxcast.lib.translation import name_in
from eboxcast.mailboxes.opening import Letter

PAGE_SIZE = 25


@dataclass(frozen=True, kw_only=True)
class Sender:
    """An institution with messages in the eBox."""

    institution: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What somebody wants to see of an eBox."""

    words: str = ""
    """A part of the title or of the sender's names; accents and capitals do not matter."""
    sender: str = ""
    """The CBE number of an institution; empty for all."""
    hidden: bool = False
    """The hidden messages in place of the others."""
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of what was found, and the figures of the whole eBox beside it."""

    letters: tuple[Letter, ...]
    page: int
    page_count: int
    found_count: int
    message_count: int
    """In the eBox, without the hidden ones."""
    unread_count: int
    hidden_count: int
    senders: tuple[Sender, ...]
    """Of what is not hidden, or of what is, as was asked; by name."""


def find(letters: Sequence[Letter], selection: Selection, *, language: str) -> Found:
    """Return a page of the letters of an eBox; a page beyond the last is the last."""
    shown = [letter for letter in letters if letter.hidden_at is None]
    within = [letter for letter in letters if letter.hidden_at is not None] if selection.hidden else shown
    words = _plain(selection.words)
    found = [
        letter
        for letter in within
        if selection.sender in ("", letter.institution) and (not words or words in _searched(letter, language))
    ]
    page_count = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, selection.page), page_count)
    return Found(
        letters=tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        page=page,
        page_count=page_count,
        found_count=len(found),
        message_count=len(shown),
        unread_count=sum(letter.read_at is None for letter in shown),
        hidden_count=len(letters) - len(shown),
        senders=tuple(_senders(within, language)),
    )


def _senders(letters: Iterable[Letter], language: str) -> list[Sender]:
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for letter in letters:
        counts[letter.institution] = counts.get(letter.institution, 0) + 1
        names.setdefault(letter.institution, name_in(letter.institution_names, language) or letter.institution)
    found = (Sender(institution=number, name=names[number], count=count) for number, count in counts.items())
    return sorted(found, key=lambda sender: (_plain(sender.name), sender.institution))


def _searched(letter: Letter, language: str) -> str:
    names = (letter.institution_names, letter.application_names, letter.type_names)
    return "\n".join(map(_plain, (letter.title, *(name_in(one, language) for one in names))))


def _plain(text: str) -> str:
    """Return a text without capitals, accents and spaces at its ends."""
    parts = unicodedata.normalize("NFKD", text.casefold().strip())
    return "".join(character for character in parts if not unicodedata.combining(character))
