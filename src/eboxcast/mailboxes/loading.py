"""Loading what the owner of the eBoxes says of them: who has one, in which state, and whose number replaced which.

The file is CSV with a header: ``identifier;state;ebox_only`` and, where numbers changed, ``replaces`` (the former one).
``state`` is active, never or deactivated; ``ebox_only`` is yes or no. All rows, or none.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.copying import copy_in
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.lib.identifiers import Refused, read_cbe, read_niss
from eboxcast.lib.masking import mask_and_strip
from eboxcast.mailboxes.errors import EboxFileWrong
from eboxcast.mailboxes.sql import QUERIES, run

STATES = ("active", "never", "deactivated")
_REQUIRED = ("identifier", "state", "ebox_only")
_YES_OR_NO = {"yes": True, "no": False}
_CBE_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class EboxesLoaded:
    """What a file held. ``states`` counts the rows of each state."""

    rows: int
    states: dict[str, int]
    ebox_only: int
    replaced: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class _Row:
    mailbox: int
    state: str
    ebox_only: bool
    replaces: int | None


def load_eboxes(environment: str, path: Path) -> EboxesLoaded:
    """Load a file of eBoxes into an environment, in one transaction. Raises EboxFileWrong naming the line."""
    with _opened(path) as lines, sanitized_db_errors(), transaction.atomic(using=environment):
        file = _EboxFile(mask_and_strip(path.name), lines)
        connection = environment_connection(environment)
        prime = bucket_prime(environment)
        run(connection, "make_incoming", {})
        copy_in(connection, QUERIES["copy_incoming"], file.as_copy(prime, now=clock.now()))
        run(connection, "load_eboxes", {})
        _replace_numbers(connection, file.replaced, prime=prime)
    return file.loaded()


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        problem = error.strerror or "cannot be read"
        raise EboxFileWrong(file=mask_and_strip(path.name), line="-", problem=problem) from None


class _EboxFile:
    """The file, read once; it counts while it is read."""

    def __init__(self, name: str, lines: IO[bytes]) -> None:
        self.name = name
        self.lines = lines
        self.states: Counter[str] = Counter()
        self.ebox_only = 0
        self.replaced: list[tuple[int, int]] = []
        self.digest = hashlib.sha256()

    def as_copy(self, prime: int, *, now: datetime) -> Iterator[bytes]:
        """Yield the rows as text COPY."""
        moment = now.isoformat()
        for row in self._rows():
            self.states[row.state] += 1
            self.ebox_only += row.ebox_only
            if row.replaces is not None:
                self.replaced.append((row.replaces, row.mailbox))
            activated = "\\N" if row.state == "never" else moment
            deactivated = moment if row.state == "deactivated" else "\\N"
            bucket = bucket_of(row.mailbox, prime)
            yield f"{bucket}\t{row.mailbox}\t{activated}\t{deactivated}\t{'t' if row.ebox_only else 'f'}\n".encode()

    def loaded(self) -> EboxesLoaded:
        """Return what was counted."""
        return EboxesLoaded(
            rows=self.states.total(),
            states={state: self.states[state] for state in STATES},
            ebox_only=self.ebox_only,
            replaced=len(self.replaced),
            digest=self.digest.hexdigest(),
        )

    def _rows(self) -> Iterator[_Row]:
        today = clock.today()
        lines = enumerate(csv.reader(self._decoded(), delimiter=";", strict=True), start=1)
        try:
            header = next(lines, (1, []))[1]
            places = self._places(header)
            for line, cells in lines:
                if cells:
                    yield self._row(line, cells, places, today)
        except (csv.Error, UnicodeDecodeError):
            raise self._wrong(0, "the file is not UTF-8 text with ; between the columns") from None

    def _decoded(self) -> Iterator[str]:
        for line in self.lines:
            self.digest.update(line)
            yield line.decode("utf-8-sig")

    def _places(self, header: list[str]) -> dict[str, int]:
        places = {name.strip().lower(): place for place, name in enumerate(header)}
        missing = [name for name in _REQUIRED if name not in places]
        if missing:
            raise self._wrong(1, f"no column {', '.join(missing)}")
        return places

    def _row(self, line: int, cells: list[str], places: dict[str, int], today: date) -> _Row:
        values = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        state, only = values.get("state", "").lower(), values.get("ebox_only", "").lower()
        if state not in STATES:
            raise self._wrong(line, f"state: expected {', '.join(STATES)}")
        if only not in _YES_OR_NO:
            raise self._wrong(line, "ebox_only: expected yes or no")
        former = values.get("replaces", "")
        return _Row(
            mailbox=self._number(line, "identifier", values.get("identifier", ""), today),
            state=state,
            ebox_only=_YES_OR_NO[only],
            replaces=self._number(line, "replaces", former, today) if former else None,
        )

    def _number(self, line: int, name: str, text: str, today: date) -> int:
        read = read_cbe if len(text) == _CBE_DIGITS else read_niss
        key = read(text, today=today)
        if isinstance(key, Refused):
            raise self._wrong(line, f"{name}: not a national or enterprise number")
        return key

    def _wrong(self, line: int, problem: str) -> EboxFileWrong:
        return EboxFileWrong(file=self.name, line=line or "-", problem=problem)


def _replace_numbers(connection: BaseDatabaseWrapper, replaced: list[tuple[int, int]], *, prime: int) -> None:
    for old, new in replaced:
        pair = {"old": old, "new": new, "old_bucket": bucket_of(old, prime), "new_bucket": bucket_of(new, prime)}
        run(connection, "replace_number", pair)
        run(connection, "replace_number_mirror", pair)
