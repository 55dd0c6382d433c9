"""What an eBox may show and what it must, told by what was done and when, and never by the database.

Each thing is told before it begins (it may show from now on) and after it has ended (it must). So an opening is judged
without any tolerance, whatever it ran beside. `at` is the steady clock of the machine, the same in all processes; what
expires goes by the clock of the installation, which the soak moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import inf


class What(StrEnum):
    """What happens to a letter."""

    POSSIBLE = "possible"
    """Somebody begins to make it visible."""
    CERTAIN = "certain"
    """It is visible: whoever did that was told so."""
    DOUBTFUL = "doubtful"
    """Somebody begins to recall it."""
    GONE = "gone"
    """It is recalled."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something that begins or has ended."""

    what: What
    letter: str
    at: float
    keys: Collection[int] = ()
    """With ``POSSIBLE``: to whom."""
    expires_at: datetime | None = None
    """With ``CERTAIN``: until when, as its certificate says."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A letter that an eBox showed."""

    letter: str
    expires_at: datetime
    read_at: datetime | None = None
    hidden_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One look into an eBox."""

    mailbox: int
    began: float
    ended: float
    earliest: datetime
    """The earliest moment that anybody can have taken for now,"""
    latest: datetime
    """and the latest: the clock may just be moved."""
    shown: Sequence[Shown]


@dataclass
class _Mark:
    """What its owner did with a letter: once it is there, it stays as it is."""

    name: str
    asked: bool = False
    certain: bool = False
    at: datetime | None = None

    def judge(self, shown: datetime | None) -> str:
        """Return what is wrong with what an eBox shows of it."""
        if shown is not None and not self.asked:
            return f"is {self.name}, but nobody did that"
        if shown is None and (self.certain or self.at):
            return f"is not {self.name} any more"
        if self.at not in (None, shown):
            return f"is {self.name} at another moment than before"
        self.at = shown
        return ""


@dataclass
class _Letter:
    keys: frozenset[int]
    possible: float
    certain: float = inf
    doubtful: float = inf
    gone: float = inf
    expires_at: datetime | None = None
    marks: dict[tuple[int, str], _Mark] = field(default_factory=dict)

    def may_show(self, opening: Opening) -> bool:
        expired = self.expires_at is not None and self.expires_at <= opening.earliest
        visible = self.possible <= opening.ended and opening.began < self.gone
        return opening.mailbox in self.keys and visible and not expired

    def must_show(self, opening: Opening) -> bool:
        """Say so for one of whom it is known that it is to this eBox."""
        lasts = self.expires_at is not None and self.expires_at > opening.latest
        return self.certain <= opening.began and opening.ended < self.doubtful and lasts

    def mark(self, mailbox: int, name: str) -> _Mark:
        return self.marks.setdefault((mailbox, name), _Mark(name))


class Oracle:
    """Knows all letters there are, and judges openings one after the other."""

    def __init__(self) -> None:
        self._letters: dict[str, _Letter] = {}
        self._of: dict[int, set[str]] = {}

    def tell(self, told: Told) -> None:
        """Take in something that happened; what was told first counts."""
        if told.what == What.POSSIBLE:
            self._letters[told.letter] = _Letter(frozenset(told.keys), told.at)
            for key in told.keys:
                self._of.setdefault(key, set()).add(told.letter)
            return
        letter = self._letters.get(told.letter)
        if letter is None:
            return
        if told.what == What.CERTAIN:
            letter.certain, letter.expires_at = min(letter.certain, told.at), told.expires_at
        elif told.what == What.DOUBTFUL:
            letter.doubtful = told.at
        else:
            letter.gone = min(letter.gone, told.at)

    def judge(self, opening: Opening) -> list[str]:
        """Return what is wrong with what an eBox showed, and learn: what one has seen, all must see from now on."""
        wrong = list(self._doubled(opening))
        shown = {one.letter: one for one in opening.shown}
        for name, one in shown.items():
            letter = self._letters.get(name)
            if letter is None or not letter.may_show(opening):
                wrong.append(f"shows {name}, which it must not")
                continue
            letter.certain = min(letter.certain, opening.ended)
            if letter.expires_at not in (None, one.expires_at):
                wrong.append(f"shows {name} with another expiry than its certificate")
            letter.expires_at = one.expires_at
            wrong += [f"shows {name}, which {fault}" for fault in _faults_of_marks(letter, opening.mailbox, one)]
        for name in sorted(self._of.get(opening.mailbox, set()) - shown.keys()):
            letter = self._letters[name]
            if letter.must_show(opening):
                wrong.append(f"does not show {name}, which it must")
            elif letter.doubtful < opening.ended and letter.certain <= opening.began:
                letter.gone = min(letter.gone, opening.ended)
        return wrong

    def _doubled(self, opening: Opening) -> Iterator[str]:
        names = [one.letter for one in opening.shown]
        yield from (f"shows {name} {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1)

    def mark(self, mailbox: int, letter: str, name: str, *, certain: bool) -> None:
        """Take in that its owner reads or hides a letter: before it begins, and once it is done."""
        known = self._letters.get(letter)
        if known is not None:
            mark = known.mark(mailbox, name)
            mark.asked = True
            mark.certain |= certain

    def tidy(self, *, at: float, earliest: datetime) -> None:
        """Forget what can never be shown again: whoever shows it all the same shows what nobody knows."""
        over = [
            name
            for name, letter in self._letters.items()
            if letter.gone < at or (letter.expires_at is not None and letter.expires_at <= earliest)
        ]
        for name in over:
            for key in self._letters.pop(name).keys:
                self._of[key].discard(name)


def _faults_of_marks(letter: _Letter, mailbox: int, shown: Shown) -> Iterator[str]:
    for name, at in (("read", shown.read_at), ("hidden", shown.hidden_at)):
        fault = letter.mark(mailbox, name).judge(at)
        if fault:
            yield fault
