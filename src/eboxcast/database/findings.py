"""What an examination finds: a state, a sentence, and what to do. The checks themselves stand in doctor.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.marks import Mark, is_ours, read_mark, unchecked
from eboxcast.database.names import ALIASES
from eboxcast.lib.errors import Defect, EboxcastError, Misconfigured
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import unfilled


class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. Sentences are marked for the catalogue and filled from the data, as in errors."""

    name: str
    state: State
    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)
    remedy: str = ""
    actions: Mapping[str, NextAction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise Defect where a name in the texts is filled by nothing: it would be shown as it is."""
        if left := unfilled(self):
            raise Defect(check=f"{self.name}: nothing fills {', '.join(sorted(left))}")


@dataclass(frozen=True)
class Surroundings:
    """The databases that answered, by alias; connections to them are open and unchecked."""

    reached: Mapping[str, BaseDatabaseWrapper]
    unreached: Mapping[str, EboxcastError]

    @cached_property
    def marks(self) -> Mapping[str, Mark]:
        """What each database says it is, read once for all checks; none of one that cannot say it."""
        return dict(self._read())

    @cached_property
    def ours(self) -> frozenset[str]:
        """Those that are the database meant, with the tables of this program."""
        return frozenset(alias for alias, mark in self.marks.items() if is_ours(alias, mark))

    def _read(self) -> Iterator[tuple[str, Mark]]:
        for alias, connection in self.reached.items():
            with suppress(EboxcastError):
                yield alias, read_mark(connection)


Check = Callable[[Surroundings], Iterator[Finding]]


def examine(checks: Sequence[Check]) -> list[Finding]:
    """Run checks one after the other. One that raises an error of ours has found something too."""
    connections.close_all()
    try:
        with unchecked():
            surroundings = _look_around()
            return [finding for check in checks for finding in _findings(check, surroundings)]
    finally:
        connections.close_all()


def ask(connection: BaseDatabaseWrapper, statement: str, *parameters: str) -> tuple[object, ...]:
    """Return the first row of a statement."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return tuple(cursor.fetchone() or ())


def _look_around() -> Surroundings:
    reached: dict[str, BaseDatabaseWrapper] = {}
    unreached: dict[str, EboxcastError] = {}
    for alias in ALIASES:
        if alias not in connections.settings:
            continue
        try:
            with sanitized_db_errors():
                connections[alias].ensure_connection()
            reached[alias] = connections[alias]
        except EboxcastError as error:
            unreached[alias] = error
    return Surroundings(reached, unreached)


def _findings(check: Check, surroundings: Surroundings) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(surroundings))
    except (EboxcastError, Misconfigured) as error:
        found.append(Finding(check.__name__, State.FAILED, error.sentence, error.data, error.remedy, error.actions))
    return found
