"""A national number in a list is found nowhere but where it belongs, whatever goes wrong on its way."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psutil
import pytest
from django.db import connections
from tests import cluster
from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine

from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib.crashpoints import Point
from eboxcast.package.model import Policies

PRODUCTION = ("--environment", "production")
CUT = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'eboxcast'"
_TABLES = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
"""
"""Each with its partitions."""
WHERE_THEY_BELONG = {"audience", "outcome", "rejected_rows", "ebox", "ebox_successor", "ebox_predecessor", "reading"}


class Places:
    """Every place where somebody could read something, and what stands there."""

    def __init__(self, machine: Machine, marked: list[int]) -> None:
        self.machine = machine
        self.found: dict[str, str] = {}
        self._forms = {form for number in marked for form in forms(number)}
        self._number = count(1)

    def run(self, *words: object, given: str | None = None, **variables: str) -> int:
        done = self.machine.run(*words, given=given, **variables)
        self.found[f"{next(self._number)} eboxcast {words[0]}"] = done.stdout + done.stderr
        return done.returncode

    def add_arguments_of_processes(self) -> None:
        """Keep what everybody on this machine can read of the processes now."""
        for process in psutil.process_iter():
            try:
                self.found[f"arguments of {process.pid}"] = " ".join(process.cmdline())
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue

    def add_server_log(self) -> None:
        """Keep what the server has logged, and each worker of a cluster."""
        for path in (*self.machine.places.log.iterdir(), *(worker.log for worker in cluster.workers())):
            self.found[f"log {path}"] = path.read_text(encoding="utf-8", errors="replace")

    def add_databases(self) -> None:
        """Keep every table as text, but those where the numbers belong."""
        for database in ("control", "acceptance", "production"):
            tables = self.machine.ask(database, _TABLES)
            for table in {str(name) for (name,) in tables} - (WHERE_THEY_BELONG if database != "control" else set()):
                rows = self.machine.ask(database, f"select t::text from {table} t")  # noqa: S608 - names of the catalogue
                self.found[f"{database}.{table}"] = "\n".join(str(row) for (row,) in rows)

    def leaking(self) -> list[str]:
        return [name for name, text in self.found.items() if any(form in text for form in self._forms)]


def forms(number: int) -> Iterator[str]:
    """Return the ways in which a number may be written."""
    text = f"{number:011d}"
    yield from (text, text.lstrip("0"), f"{text[:2]}.{text[2:4]}.{text[4:6]}-{text[6:9]}.{text[9:]}", text[:9])
    yield from (text.encode().hex(), number.to_bytes(8, "big").hex())


@pytest.fixture
def letter(new_letter: NewLetter) -> Letter:
    return new_letter("private", recipients=200)


@pytest.fixture
def marked(letter: Letter) -> list[int]:
    """Somebody of the package, and a number with a wrong check digit."""
    return [letter.keys[50], letter.keys[150] + 1]


@pytest.fixture
def places(machine: Machine, marked: list[int]) -> Places:
    return Places(replace(machine, anew=True), marked)


def test_lists_with_faults(places: Places, letter: Letter, marked: list[int], tmp_path: Path) -> None:
    first, wrong = marked
    with letter.lists[0].open("a") as rows:
        rows.write(f"{wrong:011d};D1;FR\r\n{first:011d};D2;FR\r\n{first:011d};D3;FR\r\n{first % 10**9}E+10;D4;FR\r\n")
    assert places.run("check", letter.directory, "--rejected", tmp_path / "rejected.csv") == 3
    assert places.run("check", letter.directory, "--json") == 3
    assert places.run("publish", letter.directory, *PRODUCTION) == 3
    assert places.run("publish", letter.directory, *PRODUCTION, "--duplicates", "block") == 3
    assert places.run("publish", letter.directory, *PRODUCTION, "--faulty-rows", "exclude", "--json") == 0
    assert places.run("report", "private", "--rejected-rows", tmp_path / "rows.csv") == 0
    assert places.run("recall", "private", "--reason", f"for {first:011d}") == 2
    assert f"{wrong:011d}" in (tmp_path / "rejected-recipients-01.csv").read_text()
    places.add_databases()
    assert places.leaking() == []


def test_wrong_identifiers_and_a_look_into_an_ebox(places: Places, letter: Letter, marked: list[int]) -> None:
    first, wrong = marked
    assert places.run("publish", letter.directory, "--environment", "acceptance") == 0
    assert places.run("ebox", "-", given=f"{first:011d}\n") == 0
    assert "Ce qui change" in places.found["2 eboxcast ebox"]
    assert places.run("ebox", "-", given=f"{wrong:011d}\n") != 0
    places.add_server_log()
    places.add_databases()
    assert places.leaking() == []


@pytest.fixture
def kept_out(machine: Machine, marked: list[int]) -> Iterator[None]:
    """A rule in the production database that breaks as soon as the first of the two comes, and quotes its row."""
    rule = f"alter table audience add constraint keep_out check (not keys && array[{marked[0]}]::bigint[])"
    with machine.connect("production") as connection:
        connection.execute(rule.encode())
        yield
        connection.execute(b"alter table audience drop constraint keep_out")


def test_an_error_of_the_database_that_quotes_the_row(
    places: Places, letter: Letter, kept_out: None, marked: list[int]
) -> None:
    told = "XX000" if cluster.wanted() else "keep_out"  # a worker's rule loses its name on the way to the coordinator
    assert places.run("publish", letter.directory, *PRODUCTION) == 1
    assert told in places.found["1 eboxcast publish"]
    places.found["exception"] = told_by(lambda: prepare(letter))
    assert told in places.found["exception"]
    places.add_server_log()
    places.add_databases()
    assert places.leaking() == []


def prepare(letter: Letter) -> None:
    package = check_for_sending(letter.directory, policies=Policies()).package
    assert package is not None
    actions.prepare(package, environment="production", actor=master("tests"))


def told_by(act: Callable[[], None]) -> str:
    """Return all that an exception and those behind it can tell."""
    try:
        act()
    except Exception as error:
        failure: BaseException | None = error
    told = "".join(traceback.format_exception(failure))
    while failure is not None:
        told += f"{failure!r} {failure} {failure.args} {getattr(failure, '__notes__', '')}"
        failure = failure.__cause__ or failure.__context__
    return told


def test_kills_cut_connections_and_time_limits(machine: Machine, places: Places, letter: Letter) -> None:
    command = ("publish", letter.directory, *PRODUCTION)
    with machine.connect("production") as holder, holder.transaction():
        holder.execute(b"lock table audience")
        assert places.run(*command, EBOXCAST_LOCK_SECONDS="1") == 1
    halted = machine.halted(Point.STORED_BEFORE_COMMIT, *command)
    places.add_arguments_of_processes()
    connections.close_all()  # those of this process are not meant
    machine.ask("production", CUT)
    ended = halted.go_on().ended()
    places.found["cut"] = ended.stdout + ended.stderr
    assert places.run(*command, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=Point.FENCE_BEFORE_COMMIT) < 0
    assert places.run(*command) == 0
    places.add_server_log()
    places.add_databases()
    assert places.leaking() == []
