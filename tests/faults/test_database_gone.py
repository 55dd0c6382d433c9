"""The database goes away in the middle of a step: a clear message, nothing half done, and the next run completes."""

from __future__ import annotations

import signal
import subprocess

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, mostly_long, wait_until

from eboxcast.lib.crashpoints import Point

PRODUCTION = ("--environment", "production")

_TERMINATE = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'eboxcast'"
_OPEN = (
    "select count(*) from pg_stat_activity where application_name = 'eboxcast' and state like 'idle in transaction%%'"
)


def assert_told(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "✗ " in done.stderr
    assert "→ " in done.stderr


def assert_completes(machine: Machine, letter: Letter) -> None:
    again = machine.run("publish", letter.directory, *PRODUCTION)
    assert again.returncode == 0, again
    assert machine.audience("production", letter.ticket) == letter.keys


CUT_AT = (
    Point.PREPARE_INTENDED,
    Point.STORED_BEFORE_COMMIT,
    Point.STORED_BEFORE_RESULT,
    Point.FENCE_BEFORE_COMMIT,
    Point.VISIBLE_BEFORE_RESULT,
)


@pytest.mark.parametrize("point", mostly_long(CUT_AT, Point.STORED_BEFORE_COMMIT, Point.FENCE_BEFORE_COMMIT))
def test_every_connection_is_cut(fragile: Machine, fragile_letter: NewLetter, point: Point) -> None:
    letter = fragile_letter("cut")
    with fragile.observed("production") as observer:
        halted = fragile.halted(point, "publish", letter.directory, *PRODUCTION)
        fragile.ask("control", _TERMINATE)
        assert_told(halted.go_on().ended())
        assert_completes(fragile, letter)
    assert {counts[len(observer.seen[0]) :] for counts in observer.seen} <= {(), (len(letter.keys),)}


@pytest.mark.parametrize(
    ("point", "how"),
    [
        pytest.param(Point.STORED_BEFORE_COMMIT, signal.SIGQUIT, marks=pytest.mark.faults),
        (Point.FENCE_BEFORE_COMMIT, signal.SIGKILL),
    ],
)
def test_the_server_dies(fragile: Machine, fragile_letter: NewLetter, point: Point, how: signal.Signals) -> None:
    letter = fragile_letter("dies")
    halted = fragile.halted(point, "publish", letter.directory, *PRODUCTION)
    fragile.kill_server(how)
    assert_told(halted.go_on().ended())
    assert_completes(fragile, letter)


@pytest.mark.parametrize(
    ("table", "limits", "said"),
    [
        ("audience", {"EBOXCAST_LOCK_SECONDS": "1"}, "Another process is using what this step needs"),
        ("release", {"EBOXCAST_STATEMENT_SECONDS": "1"}, "took too long"),
    ],
)
def test_somebody_holds_a_table(
    fragile: Machine, fragile_letter: NewLetter, table: str, limits: dict[str, str], said: str
) -> None:
    letter = fragile_letter("held")
    with fragile.connect("production") as holder, holder.transaction():
        holder.execute(f"lock table {table} in access exclusive mode".encode())
        refused = fragile.run("publish", letter.directory, *PRODUCTION, **limits)
    assert_told(refused)
    assert said in refused.stderr
    assert_completes(fragile, letter)


def test_a_transaction_left_open_is_ended_by_the_server(fragile: Machine, fragile_letter: NewLetter) -> None:
    letter = fragile_letter("idle")
    command = ("publish", letter.directory, *PRODUCTION)
    halted = fragile.halted(Point.STORED_BEFORE_COMMIT, *command, EBOXCAST_IDLE_SECONDS="1")
    wait_until(lambda: fragile.ask("production", _OPEN) == [(0,)])
    assert_told(halted.go_on().ended())
    assert_completes(fragile, letter)


def test_there_is_no_database_at_all(fragile: Machine, fragile_letter: NewLetter) -> None:
    letter = fragile_letter("none")
    names = {"DATABASE": "control", "ACCEPTANCE": "acceptance", "PRODUCTION": "production"}
    base = f"host={fragile.state / 'nowhere'}"
    urls = {f"EBOXCAST_{name}_URL": f"dbname=eboxcast_{alias} {base}" for name, alias in names.items()}
    assert_told(fragile.run("publish", letter.directory, *PRODUCTION, **urls))
