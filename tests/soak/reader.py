"""A reader of the soak: a process that opens eBoxes all the time and holds each against the oracle.

As the pages do, it keeps what letters say in memory, and its connections for long. So its memory is a figure, too.
"""

from __future__ import annotations

import os
import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection
from threading import Event
from time import monotonic
from typing import TypeVar

from django.db import connections
from tests.soak.messages import ClockMoved, ClockMoves, LookEverywhere, Report
from tests.soak.oracle import Opening, Oracle, Shown, Told

from eboxcast.database import boot
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.names import CONTROL
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError

boot.configure()

# Only here, as the models need the settings.
from eboxcast.mailboxes.errors import MessageGone  # noqa: E402
from eboxcast.mailboxes.hiding import hide  # noqa: E402
from eboxcast.mailboxes.opening import Letter, letters_of, open_document  # noqa: E402
from eboxcast.mailboxes.recipients import recipient_of  # noqa: E402

T = TypeVar("T")
ENVIRONMENT = "acceptance"
_REPORTS_EVERY = 2.0
_AWAY = 0.2
_MILLI = 1000
_READS, _HIDES = 0.1, 0.02
"""In how many openings a letter is read, or hidden."""
_ROUNDING = timedelta(milliseconds=1)
"""A certificate says until when to the millisecond."""


def read(number: int, people: Sequence[int], seed: int, pause: float, told: Connection, found: Connection) -> None:
    """Open the eBoxes of some people until told to look everywhere, and then each of them once."""
    reader = _Reader(number, people, random.Random(f"{seed} reader {number}"), told, found)
    try:
        reader.go_on(pause)
    except Exception:
        reader.report.wrong.append(f"reader {number} died: {traceback.format_exc()}")
    reader.report.ended = True
    found.send(reader.report)


class _Reader:
    def __init__(
        self, number: int, people: Sequence[int], draw: random.Random, told: Connection, found: Connection
    ) -> None:
        self.number, self.people, self.mine, self.draw = number, people, frozenset(people), draw
        self.told, self.found = told, found
        self.oracle = Oracle()
        self.report = Report(number)
        self.ahead = self.moved = timedelta()
        """By how much others may be ahead of the clock here, and how much of that is done."""
        self.stale = True
        self.over = False
        self.pausing = Event()

    def go_on(self, pause: float) -> None:
        parent, reported = os.getppid(), monotonic()
        while not self.over and os.getppid() == parent:
            self.look(self.draw.choice(self.people), act=True)
            self.pausing.wait(pause)
            if monotonic() - reported > _REPORTS_EVERY:
                reported = monotonic()
                self.oracle.tidy(at=reported, earliest=clock.now() - _ROUNDING)
                self.found.send(self.report)
                self.report = Report(self.number)
        for mailbox in self.people:
            while not self.look(mailbox):
                pass

    def look(self, mailbox: int, *, act: bool = False) -> bool:
        """Open an eBox, and judge it by all that was told before that was done; say whether it opened."""
        self._unless_away(self._learn_the_time)
        ahead, began, earliest = self.ahead, monotonic(), clock.now()
        letters = self._unless_away(lambda: letters_of(recipient_of(ENVIRONMENT, mailbox)))
        ended, latest = monotonic(), clock.now()
        self._listen()
        if letters is None:
            return False
        self.report.milliseconds.append((ended - began) * _MILLI)
        opening = Opening(
            mailbox=mailbox,
            began=began,
            ended=ended,
            earliest=earliest - _ROUNDING,
            latest=latest + max(self.ahead, ahead) + _ROUNDING,
            shown=list(map(_shown, letters)),
        )
        self._judge(opening)
        if act and letters:
            self._act(mailbox, self.draw.choice(letters))
        return True

    def _judge(self, opening: Opening) -> None:
        self.report.shown += len(opening.shown)
        place = f"reader {self.number}, {clock.now():%Y-%m-%d %H:%M:%S}, eBox {self.people.index(opening.mailbox)}"
        self.report.wrong += [f"{place}: {fault}" for fault in self.oracle.judge(opening)]

    def _act(self, mailbox: int, letter: Letter) -> None:
        """Read or hide a letter now and then."""
        chance = self.draw.random()
        if chance >= _READS + _HIDES:
            return
        name = "read" if chance < _READS else "hidden"
        self.oracle.mark(mailbox, letter.title, name, certain=False)
        if self._unless_away(lambda: _done(name, mailbox, letter)):
            self.oracle.mark(mailbox, letter.title, name, certain=True)
            self.report.marks += 1

    def _unless_away(self, do: Callable[[], T]) -> T | None:
        """Return what came of it, or None where the server was away."""
        try:
            return do()
        except EboxcastError as trouble:
            self.report.troubles.append((monotonic(), trouble.code))
            connections.close_all()
            self.pausing.wait(_AWAY)
            return None

    def _learn_the_time(self) -> None:
        """Ask the installation what time it is, where somebody has moved its clock."""
        if self.stale:
            connections.close_all()
            with sanitized_db_errors():
                connections[CONTROL].ensure_connection()
            self.ahead -= self.moved
            self.stale, self.moved = False, timedelta()

    def _listen(self) -> None:
        while self.told.poll():
            message = self.told.recv()
            if isinstance(message, Told):
                self.oracle.tell(replace(message, keys=self.mine.intersection(message.keys)))
            elif isinstance(message, ClockMoves):
                self.ahead += message.by
            elif isinstance(message, ClockMoved):
                self.moved += message.by
                self.stale = True
            elif isinstance(message, LookEverywhere):
                self.over = True


def _done(name: str, mailbox: int, letter: Letter) -> bool:
    """Read or hide a letter; say whether that was done, for it may just be recalled or expire."""
    recipient = recipient_of(ENVIRONMENT, mailbox)
    try:
        if name == "read":
            open_document(recipient, letter.run)
        else:
            hide(recipient, letter.run)
    except MessageGone:
        return False
    return True


def _shown(letter: Letter) -> Shown:
    expires = letter.expires_at
    return Shown(
        letter=letter.title,
        expires_at=expires.replace(microsecond=expires.microsecond // _MILLI * _MILLI),
        read_at=letter.read_at,
        hidden_at=letter.hidden_at,
    )
