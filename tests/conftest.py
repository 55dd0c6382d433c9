"""What the tests share: one real embedded server for each test process, emptied after each test that used it."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import pytest_socket
from django.db import connections
from django.test import override_settings
from hypothesis import HealthCheck, settings
from psycopg import sql
from tests import cluster, guard, starter
from tests.simulator.simulated import Simulators
from tests.tokens import softhsm as softhsm

from eboxcast.database import boot
from eboxcast.database.embedded.configuration import ROLES
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.embedded.server import take_down
from eboxcast.database.migrating import distribute_environment
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.lib import clock

Eboxcast = Callable[..., "subprocess.CompletedProcess[str]"]

_AS_BEFORE = "update installation set procedure = 'off', kind = 'test', clock_offset = '0'"
_KEPT_TABLES = ("django_migrations", "installation", "environment_mark")


MEMORY = Path("/dev/shm")  # noqa: S108 - as folder for temporary files, with random names in it
_ROOM = 8 * 1024**3
_BYTECODE = Path(__file__).parents[1] / "build" / "bytecode"
"""Stays for the next time: to compile the tests takes longer than to collect them."""


def _in_memory() -> None:
    """Have temporary files in memory where there is room: each commit is synced, and this is no test of the disk."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    disk = os.statvfs(MEMORY)
    free = min(disk.f_bavail * disk.f_frsize, psutil.virtual_memory().available)
    if free > _ROOM and not disk.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _own_state() -> None:
    """Point everything at a state folder of our own before any settings are read; no server starts yet."""
    for name in [name for name in os.environ if name.startswith("EBOXCAST_")]:
        del os.environ[name]
    state = Path(tempfile.mkdtemp(prefix="eboxcast-tests-"))
    state.chmod(0o711)  # as root the system user of the server must pass through
    os.environ["EBOXCAST_STATE_DIR"] = str(state)
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):  # not beside the sources, then, but not anew for each process
        sys.dont_write_bytecode = False
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(_BYTECODE)
    os.environ["EBOXCAST_PROCEDURE"] = "off"  # the engine alone, unless a test asks for `procedure_on`
    os.environ["EBOXCAST_INSTALLATION"] = "test"
    os.environ["EBOXCAST_SECRET_KEY"] = "only for tests, where a session is worth nothing to anybody"
    boot.configure()


# How long an example takes depends on what else the machine does, and is no property of ours.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

# At once, not in pytest_configure: the conftests of the folders below import models.
_in_memory()
_own_state()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server where one was started, and leave nothing behind."""
    connections.close_all()
    cluster.stop_workers()
    take_down(boot.places(), boot.to_stderr)
    shutil.rmtree(boot.places().root)
    shutil.rmtree(_BYTECODE / tempfile.gettempdir().lstrip("/"), ignore_errors=True)  # of copies that are gone
    guard.end()


LONG = (
    "acceptance/test_story",
    "acceptance/test_by_sftp_and_mail",
    "cli/test_demo",
    "browser/test_procedure",
    "cli/test_serve",
    "benchmarks/test_suite",
    "portal/test_addresses",
    "browser/test_console",
    "faults/test_remote_workers",
    "faults/test_remote_in_hand",
)
"""Modules whose tests take long: first of all, so that nobody waits for one of them at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long tests, and leave the longest to `make faults`."""
    items.sort(key=lambda item: not str(item.path.with_suffix("")).endswith(LONG))
    if "faults" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: make faults"))


def pytest_collection_finish() -> None:
    """Keep the tests themselves out of every search for garbage: they are all needed to the end."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let no test reach beyond this machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    if item.get_closest_marker("root") and os.geteuid() != 0:
        pytest.skip("needs root")
    if cluster.wanted() and not cluster.is_there():
        pytest.skip("the PostgreSQL of the tests has no Citus: docs/howto/many-machines.md says how to give it one")
    if item.get_closest_marker("one_server") and cluster.wanted():
        pytest.skip("Citus does not allow what it does")


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Give the handlers back that a command run in this process took: it ends with signals ignored, and we go on."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def nobody_named() -> Iterator[None]:
    """Forget whom a command run in this process acted for: `--as` is said once for each process."""
    yield
    if "eboxcast.cli.shell.acting" in sys.modules:
        sys.modules["eboxcast.cli.shell.acting"].act_as("")


@pytest.fixture(scope="session")
def simulators() -> Iterator[Simulators]:
    """Provider simulators, each emptied whenever a test asks for it."""
    started = Simulators()
    yield started
    started.end()


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """A running, migrated embedded server, shared by the tests of this process."""
    guard.watch(boot.places().root)
    _set_planner(os.environ.get("PLANNER", ""))
    if cluster.wanted():
        cluster.configure_coordinator(boot.places())
    boot.start()
    if cluster.wanted():
        cluster.start_workers(boot.places())
        for name in ENVIRONMENTS:
            distribute_environment(name)
    yield
    connections.close_all()


def _set_planner(settings: str) -> None:
    """Give the shared server other settings, as `PLANNER="enable_seqscan=off jit=on"`: no test may depend on a plan."""
    config = boot.places().config
    config.mkdir()
    (config / "local.conf").write_text("".join(f"{setting}\n" for setting in settings.split()), encoding="utf-8")


@pytest.fixture(scope="session")
def sweepers(server: None) -> Iterator[list[psycopg.Connection[tuple[object, ...]]]]:
    """Connections as superuser to the three databases, with triggers and foreign keys off: for emptying tables."""
    opened = connect_sweepers()
    yield opened
    for connection in opened:
        connection.close()


def connect_sweepers() -> list[psycopg.Connection[tuple[object, ...]]]:
    """Connect as the fixture ``sweepers`` says."""
    opened = [connect_for_setup(boot.places(), database) for database in ROLES]
    for connection in opened:
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        connection.execute("set lock_timeout = '20s'")
    return opened


@pytest.fixture
def installation(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> Iterator[None]:
    """The three databases, empty before the test and emptied after it."""
    with emptied_after(sweepers):
        yield


def _close_what_was_cut() -> None:
    """A server that is told to end a session may do so only after the test that told it."""
    for django_connection in connections.all(initialized_only=True):
        if django_connection.in_atomic_block or not django_connection.is_usable():
            django_connection.close()


@contextmanager
def emptied_after(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> Iterator[None]:
    """Leave the three databases empty, whatever is done to them."""
    _close_what_was_cut()
    yield
    _close_what_was_cut()
    for sweeper in sweepers:
        _empty(sweeper)
    sweepers[0].execute(_AS_BEFORE)
    shutil.rmtree(boot.places().root / "uploads", ignore_errors=True)
    clock.move(timedelta())


@pytest.fixture
def procedure_on(installation: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The procedure is followed, here and in the processes that are started; emptying the tables ends it."""
    monkeypatch.setenv("EBOXCAST_PROCEDURE", "")
    with override_settings(EBOXCAST_PROCEDURE=""):
        with connections["default"].cursor() as cursor:
            cursor.execute("update installation set procedure = 'on'")
        yield


@pytest.fixture
def real_installation(installation: None) -> None:
    """An installation for real people, as the first migration makes it; emptying the tables ends it."""
    with connections["default"].cursor() as cursor:
        cursor.execute("update installation set kind = 'real'")


@pytest.fixture
def eboxcast(installation: None) -> Eboxcast:
    """Run the real command line in a process of its own and return what it said and how it ended."""
    program = Path(sys.executable).with_name("eboxcast")

    def run(
        *words: object, given: str | None = None, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "EBOXCAST_LANGUAGE": "en", **(env or {})}
        return starter.run(program, *words, given=given, env=variables, cwd=cwd)

    return run


_TABLES = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1
"""
"""Each with its partitions."""
_emptied: dict[psycopg.Connection[tuple[object, ...]], list[str]] = {}
"""The tables that the procedure of each sweeper empties."""


def _empty(sweeper: psycopg.Connection[tuple[object, ...]]) -> None:
    """Delete rather than truncate: on small tables a hundred times faster; each statement is planned once."""
    rows = sweeper.execute(_TABLES).fetchall()
    tables = [name for name in (str(name) for (name,) in rows) if name not in _KEPT_TABLES]
    if _emptied.get(sweeper) != tables:
        deletes = [sql.SQL("delete from {};").format(sql.Identifier(table)) for table in tables]
        body = sql.SQL("begin {} end").format(sql.SQL(" ").join(deletes))
        sweeper.execute(
            sql.SQL("create or replace procedure pg_temp.empty_all() language plpgsql as {}").format(
                sql.Literal(body.as_string(sweeper))
            )
        )
        _emptied[sweeper] = tables
    sweeper.execute("call pg_temp.empty_all()")
