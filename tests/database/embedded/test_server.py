"""The embedded server starts, survives, recovers and stops."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from eboxcast.database.embedded.binaries import binaries_for
from eboxcast.database.embedded.owner import server_owner
from eboxcast.database.embedded.places import Places, Tell
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.embedded.server import answers, bring_up, take_down

PROGRAM = Path(sys.executable).with_name("eboxcast")

ACTIVE = b"select 1 from pg_stat_activity where pid = %s and state = 'active'"


def kill_postmaster(places: Places) -> None:
    """Kill it without a chance to say goodbye, and wait until the system has forgotten it."""
    pid = postmaster(places)
    assert pid is not None
    process = psutil.Process(pid)
    process.kill()
    process.wait(timeout=20)


def test_data_and_socket_are_closed_to_everybody_else(shared: Places) -> None:
    for folder in (shared.data, shared.socket, shared.log):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == server_owner().uid


def test_nothing_listens_on_the_network(shared: Places) -> None:
    with connect_for_setup(shared) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_what_is_stored_is_safe_and_checked(shared: Places) -> None:
    with connect_for_setup(shared) as connection:
        names = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "TimeZone", "server_encoding")
        shown = [connection.execute(f"show {name}".encode()).fetchone() for name in names]
    assert shown == [("on",), ("on",), ("on",), ("on",), ("UTC",), ("UTF8",)]


def test_the_server_outlives_who_started_it_and_hears_no_ctrl_c(state: Places, env: dict[str, str]) -> None:
    starter = subprocess.Popen(
        [PROGRAM, "up", "--database"], env=env, start_new_session=True, stdout=subprocess.DEVNULL
    )
    assert starter.wait() == 0
    pid = postmaster(state)
    assert pid is not None
    assert os.getsid(pid) != starter.pid
    assert answers(state)


def test_two_processes_starting_at_once_share_one_server(state: Places, env: dict[str, str]) -> None:
    starters = [
        subprocess.Popen([PROGRAM, "up", "--database"], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [starter.communicate()[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0]
    assert said[0] == said[1]
    serving = [
        process for process in psutil.process_iter(["cmdline"]) if str(state.data) in (process.info["cmdline"] or [])
    ]
    assert len(serving) == 1


def test_down_stops_the_server_and_can_be_said_twice(running: Places, told: Tell) -> None:
    assert take_down(running, told) is True
    assert not answers(running)
    assert take_down(running, told) is False


def test_up_again_finds_the_data_as_it_was(running: Places, told: Tell) -> None:
    with connect_for_setup(running) as connection:
        connection.execute("create table kept as select 7 as number")
    take_down(running, told)
    bring_up(running, told)
    with connect_for_setup(running) as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)


@pytest.mark.faults
def test_a_kill_during_writes_loses_nothing_that_was_confirmed(running: Places, told: Tell) -> None:
    confirmed: list[int] = []
    enough = threading.Event()
    with connect_for_setup(running) as connection:
        connection.execute("create table written (number int primary key)")

    def write() -> None:
        with suppress(psycopg.OperationalError), connect_for_setup(running) as connection:
            while True:
                connection.execute("insert into written values (%s)", [len(confirmed)])
                confirmed.append(len(confirmed))
                if len(confirmed) == 50:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(timeout=60)
    kill_postmaster(running)
    writer.join()
    bring_up(running, told)
    with connect_for_setup(running) as connection:
        rows = connection.execute("select number from written order by number").fetchall()
    # What was under way in the moment of the kill may be there or not; all that was confirmed must be.
    assert [number for (number,) in rows][: len(confirmed)] == confirmed


@pytest.mark.faults
def test_a_worker_left_over_by_a_killed_server_is_ended_before_the_next_starts(running: Places, told: Tell) -> None:
    busy = connect_for_setup(running)
    busy.execute("set max_parallel_workers_per_gather = 0")

    def ask() -> None:
        with suppress(psycopg.OperationalError):
            busy.execute("select count(*) from generate_series(1, 1000000000000)")

    asking = threading.Thread(target=ask)
    asking.start()
    with connect_for_setup(running) as watcher:
        while watcher.execute(ACTIVE, [busy.info.backend_pid]).fetchone() is None:
            assert asking.is_alive()
    kill_postmaster(running)
    bring_up(running, told)
    asking.join()
    busy.close()
    assert answers(running)


def test_a_pid_file_whose_number_another_program_has_now_is_no_obstacle(running: Places, told: Tell) -> None:
    take_down(running, told)
    stale = running.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{running.data}\n0\n5432\n{running.socket}\n\n  1 1\nready\n", encoding="ascii")
    os.chown(stale, server_owner().uid, server_owner().gid)
    bring_up(running, told)
    assert answers(running)


def test_a_creation_cut_short_is_begun_anew(state: Places, told: Tell) -> None:
    half = state.root / "data.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18", encoding="ascii")
    bring_up(state, told)
    assert answers(state)
    assert not half.exists()


def test_a_set_up_cut_short_is_completed(running: Places, told: Tell) -> None:
    with connect_for_setup(running) as connection:
        connection.execute("drop database eboxcast_production")
        connection.execute("drop role eboxcast_production")
    bring_up(running, told)
    assert psycopg.connect(_conninfo(running, "production", "production")).close() is None


def test_a_start_that_takes_long_says_so(state: Places, told: Tell) -> None:
    """Another process holds the lock: what a long start looks like from beside."""
    handle = os.open(state.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    waiting = threading.Thread(target=bring_up, args=(state, told))
    waiting.start()
    assert told.heard.wait(timeout=60)  # type: ignore[attr-defined]
    os.close(handle)
    waiting.join()
    assert told.sentences[0].startswith("Another process")  # type: ignore[attr-defined]


def _conninfo(places: Places, role: str, database: str) -> str:
    return f"host={places.socket} user=eboxcast_{role} dbname=eboxcast_{database}"


def test_the_binaries_of_the_server_are_those_of_the_wheel(shared: Places) -> None:
    program = binaries_for(server_owner(), shared).program("postgres")
    pid = postmaster(shared)
    assert pid is not None
    assert Path(psutil.Process(pid).exe()).samefile(program)


@pytest.mark.root
def test_as_root_the_server_is_not_root(shared: Places) -> None:
    pid = postmaster(shared)
    assert pid is not None
    assert psutil.Process(pid).username() == "eboxcast"
    assert psutil.Process(pid).gids().real != 0


def test_stopping_at_once_after_a_kill_is_no_error(running: Places, told: Tell) -> None:
    pid = postmaster(running)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    psutil.Process(pid).wait(timeout=20)
    assert take_down(running, told) is False
