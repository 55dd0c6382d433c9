"""The readers of a soak: their processes, what they are told, and what they report."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import psutil
from tests.soak.lives import Plan
from tests.soak.messages import LookEverywhere, Report

_PAUSE = 0.02
"""Seconds between two openings of one: so that something is left for all others."""
_PATIENCE = 600
"""Seconds in which the last report must come."""


@dataclass
class _Reader:
    process: BaseProcess
    told: Connection
    found: Connection
    ended: bool = False


class Readers:
    """Processes that open eBoxes all the time."""

    def __init__(self, plan: Plan) -> None:
        self._lock = threading.Lock()
        self._readers = [_begin(plan, number) for number in range(plan.readers)]

    def tell(self, message: object) -> None:
        """Have all of them know something before whoever calls this goes on."""
        with self._lock:
            for reader in self._readers:
                with suppress(BrokenPipeError):  # it died, which `reports` says
                    reader.told.send(message)

    def reports(self, *, patience: float = 0) -> Iterator[Report]:
        """Yield what they found since this was last called."""
        for reader in self._readers:
            while not reader.ended and reader.found.poll(patience):
                try:
                    report: Report = reader.found.recv()
                except EOFError:
                    report = Report(-1, wrong=[f"a reader died: {reader.process.exitcode}"], ended=True)
                reader.ended = report.ended
                yield report

    def last_reports(self) -> Iterator[Report]:
        """Have each open every eBox once more, and yield what they find until all have ended."""
        self.tell(LookEverywhere())
        yield from self.reports(patience=_PATIENCE)
        for reader in self._readers:
            if not reader.ended:
                yield Report(-1, wrong=[f"a reader did not end within {_PATIENCE} s"])

    def processes(self) -> dict[str, psutil.Process]:
        """Return the first of them: what grows in it grows in all."""
        return {"a reader": psutil.Process(self._readers[0].process.pid)}

    def end(self) -> None:
        """Leave none behind."""
        for reader in self._readers:
            reader.process.kill()
            reader.process.join()


@contextmanager
def reading(plan: Plan) -> Iterator[Readers]:
    """Have eBoxes opened until the context ends."""
    readers = Readers(plan)
    try:
        yield readers
    finally:
        readers.end()


def _begin(plan: Plan, number: int) -> _Reader:
    # Only here, as it reads the settings: those of the installation that the soak has made.
    from tests.soak.reader import read

    anew = multiprocessing.get_context("spawn")
    told, tells = anew.Pipe(duplex=False)
    found, finds = anew.Pipe(duplex=False)
    people = plan.people[number :: plan.readers].tolist()
    process = anew.Process(target=read, args=(number, people, plan.seed, _PAUSE, told, finds))
    process.start()
    finds.close()
    return _Reader(process, tells, found)
