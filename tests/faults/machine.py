"""A machine with its database, and the command line on it: what the tests with real processes share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import psutil
import psycopg
import pytest
from tests.starter import Begun, run

from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.lib.crashpoints import Point
from eboxcast.package.sampling import write_sample

PROGRAM = Path(sys.executable).with_name("eboxcast")
PATIENCE = 600
"""Seconds after which something that should have happened never will."""

Row = tuple[object, ...]

_AUDIENCE = """
select k.key
from release r join message m on m.id = r.message_id join audience a on a.release = r.id, unnest(a.keys) as k (key)
where m.ticket = %s and r.visible_at is not null and r.recalled_at is null
order by 1
"""
_VISIBLE = """
select sum(cardinality(a.keys))
from release r join audience a on a.release = r.id
where r.visible_at is not null and r.recalled_at is null
group by r.id order by r.id
"""


class NothingSaid(AssertionError):
    """The command ended without the words that were waited for."""


class Process:
    """One command under way."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str], program: Path = PROGRAM) -> None:
        pipe = subprocess.PIPE
        self.popen = Begun([program, *words], env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)

    def until_halted(self) -> Process:
        """Wait until it has halted itself at its point."""
        until_stopped(self.popen)
        assert self.popen.poll() is None, self.popen.communicate()
        return self

    def until_it_says(self, text: str) -> Process:
        """Wait until a line with this text has come on standard error."""
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            if text in line:
                return self
        raise NothingSaid(f"it ended without saying {text!r}")

    def go_on(self) -> Process:
        self.popen.send_signal(signal.SIGCONT)
        return self

    def kill(self) -> None:
        self.popen.kill()
        self.popen.communicate(timeout=PATIENCE)

    def signal(self, number: signal.Signals) -> Process:
        self.popen.send_signal(number)
        return self

    def ended(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end, and return what it said."""
        out, err = self.popen.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(self.popen.args, self.popen.returncode, out, err)


def mostly_long(values: Iterable[object], *short: object) -> list[object]:
    """Return values for parametrize, of which `make test` tries a few and `make faults` all."""
    return [one if one in short else pytest.param(one, marks=pytest.mark.faults) for one in values]


@dataclass
class Machine:
    """A state folder, and what runs there."""

    state: Path
    begun: list[Process] = field(default_factory=list)
    anew: bool = False
    """Commands that are run are processes with arguments of their own, for whoever looks at these."""

    @property
    def places(self) -> Places:
        return Places(self.state)

    def env(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {**os.environ, "EBOXCAST_STATE_DIR": str(self.state), "EBOXCAST_LANGUAGE": "en", **(more or {})}

    def run(self, *words: object, given: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        begins = subprocess.Popen if self.anew else Begun
        return run(PROGRAM, *words, given=given, env=self.env(variables), timeout=PATIENCE, begins=begins)

    def begin(self, *words: object, **variables: str) -> Process:
        """Start a command and do not wait."""
        process = Process(tuple(map(str, words)), self.env(variables))
        self.begun.append(process)
        return process

    def halted(self, point: Point, *words: object, **variables: str) -> Process:
        """Start a command and wait until it has halted at a point."""
        return self.begin(*words, EBOXCAST_TEST="1", EBOXCAST_HALT_AT=str(point), **variables).until_halted()

    def connect(self, database: str) -> psycopg.Connection[Row]:
        """Connect as superuser to control, acceptance or production."""
        return connect_for_setup(self.places, f"eboxcast_{database}")

    def ask(self, database: str, query: str, *values: object) -> list[Row]:
        with self.connect(database) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def audience(self, environment: str, ticket: str) -> list[object]:
        """Return everybody who can see a ticket now, as often as they see it."""
        return [key for (key,) in self.ask(environment, _AUDIENCE, ticket)]

    def runs(self) -> list[Row]:
        """Return the states of all runs, and how often each was published by the audit."""
        return self.ask("control", "select state from run order by created_at")

    def states(self) -> list[object]:
        return sorted(str(state) for (state,) in self.runs())

    def audited(self, action: str) -> int:
        return int(str(self.ask("control", "select count(*) from audit_entry where action = %s", action)[0][0]))

    def open_intents(self) -> int:
        return int(str(self.ask("control", "select count(*) from intent where done_at is null")[0][0]))

    def until_blocked(self, environment: str) -> None:
        """Wait until somebody waits for a lock in an environment."""
        query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        wait_until(lambda: self.ask(environment, query) != [(0,)])

    def until_unlocked(self, environment: str) -> None:
        """Wait until no transaction is open in an environment."""
        query = "select count(*) from pg_stat_activity where xact_start is not null and datname = current_database()"
        wait_until(lambda: self.ask(environment, query) == [(1,)])

    def kill_server(self, how: signal.Signals) -> None:
        """End the server at once, without any goodbye."""
        pid = postmaster(self.places)
        assert pid is not None
        server = psutil.Process(pid)
        os.kill(pid, how)
        server.wait(timeout=PATIENCE)

    @contextmanager
    def observed(self, environment: str) -> Iterator[Observer]:
        """Look all the time at what is visible in an environment."""
        observer = Observer(self, environment)
        observer.start()
        try:
            yield observer
        finally:
            observer.end()

    def clean_up(self) -> None:
        for process in self.begun:
            if process.popen.poll() is None:
                process.kill()
            for pipe in (process.popen.stdout, process.popen.stderr):
                if pipe is not None:
                    pipe.close()


class Observer(threading.Thread):
    """Somebody who looks into the eBoxes of everybody again and again, in one statement each time."""

    def __init__(self, machine: Machine, environment: str) -> None:
        super().__init__(daemon=True)
        self._machine = machine
        self._environment = environment
        self._over = Event()
        self.looks = 0
        self.seen: list[tuple[int, ...]] = []
        """What was visible, whenever that changed: for each release, to how many."""

    def run(self) -> None:
        while not self._over.is_set():
            try:
                with self._machine.connect(self._environment) as connection:
                    self._look(connection)
            except psycopg.Error:
                self._over.wait(0.05)  # the server is away: that is what some of the tests are about

    def _look(self, connection: psycopg.Connection[Row]) -> None:
        while True:
            over = self._over.is_set()
            now = tuple(int(str(count)) for (count,) in connection.execute(_VISIBLE.encode()).fetchall())
            self.looks += 1
            if not self.seen or self.seen[-1] != now:
                self.seen.append(now)
            if over:
                return
            self._over.wait(0.002)

    def end(self) -> None:
        """Look a last time and stop looking."""
        self._over.set()
        self.join(PATIENCE)


@dataclass(frozen=True)
class Letter:
    """A package on disk."""

    directory: Path
    message_types: Path
    ticket: str

    @property
    def lists(self) -> list[Path]:
        return sorted(self.directory.glob("*.csv"))

    @property
    def keys(self) -> list[int]:
        """Everybody in its lists, read by nothing of ours."""
        rows = b"".join(path.read_bytes() for path in self.lists)
        return sorted(int(number) for number in re.findall(rb"^(\d{11});", rows, re.MULTILINE))


def letter(folder: Path, ticket: str, *, recipients: int = 2_000, seed: int = 1, language: str = "fr") -> Letter:
    """Write a package of two lists."""
    paths = write_sample(
        folder / f"{ticket}-{language}-{seed}",
        recipients=recipients,
        seed=seed,
        lists=2,
        ticket=ticket,
        language=language,
    )
    return Letter(paths.directory, paths.message_types, ticket)


def wait_until(condition: object) -> None:
    """Wait for a condition."""
    assert callable(condition)
    pause = Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")


def until_stopped(process: subprocess.Popen[str]) -> None:
    """Wait until a process has stopped itself, or has ended."""
    seen = psutil.Process(process.pid)
    wait_until(lambda: process.poll() is not None or seen.status() == psutil.STATUS_STOPPED)
