"""A cluster of Citus on loopback: the embedded server of the tests coordinates, two workers stand beside it.

Only where the programs of PostgreSQL that the tests use have Citus in them (`make citus`, docs/howto/many-machines.md).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import psutil
import psycopg
from psycopg import sql
from tests import guard

from eboxcast.database.embedded.binaries import Binaries, binaries_for, wheel
from eboxcast.database.embedded.configuration import ROLES, SETUP_ROLE
from eboxcast.database.embedded.owner import Owner, server_owner
from eboxcast.database.embedded.places import PORT, Places
from eboxcast.database.embedded.processes import end_orphans, postmaster
from eboxcast.database.embedded.roles import connect_for_setup

SHARDS = 6
_ENVIRONMENTS = tuple(role for role in ROLES if not role.endswith("control"))
_SETTINGS = {
    "shared_preload_libraries": "'citus'",
    "max_prepared_transactions": "100",
    "max_connections": "100",
    "citus.node_conninfo": "'sslmode=disable'",
    "citus.recover_2pc_interval": "'1s'",
    "citus.enable_statistics_collection": "off",
}


_QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""What docs/howto/use-your-own-postgresql.md asks of every server; the embedded one has it already."""


def wanted() -> bool:
    """Return whether the tests are to run on a cluster."""
    return os.environ.get("CITUS_TESTS") == "1"


def is_there() -> bool:
    """Return whether the programs that the tests use have Citus in them."""
    return (Path(wheel().program("postgres")).parents[1] / "lib" / "postgresql" / "citus.so").exists()


def configure_coordinator(places: Places) -> None:
    """Have the embedded server load Citus; before its first start."""
    access = places.config / "cluster_hba.conf"
    access.write_text("local all all trust\n", encoding="utf-8")  # its folder is closed to other users
    settings = {**_SETTINGS, "hba_file": f"'{access}'", "citus.local_hostname": f"'{places.socket}'"}
    with (places.config / "local.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = {value}\n" for name, value in settings.items())


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One server that holds a part of the eBoxes."""

    root: Path
    port: int
    owner: Owner
    binaries: Binaries

    @property
    def places(self) -> Places:
        return Places(self.root)

    @property
    def log(self) -> Path:
        return self.root / "log"

    def start(self) -> None:
        """Start it, for the first time or again, unless it runs."""
        if postmaster(self.places) is not None:
            return
        while end_orphans(self.places):
            Event().wait(0.05)
        self._pg_ctl("start", "-w", "-t", "60", "-s", "-l", str(self.log))

    def promote(self) -> None:
        """Have it write too, where it followed another."""
        self._pg_ctl("promote", "-w", "-s")

    def stop(self) -> None:
        """Stop it, if it runs."""
        if postmaster(self.places) is not None:
            self._pg_ctl("stop", "-w", "-m", "immediate", "-s")

    def kill(self) -> None:
        """Kill all of it at once, as when its machine loses power."""
        kill_server(self.places)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=SETUP_ROLE, dbname=database, autocommit=True, sslmode="disable"
        )

    def set(self, settings: dict[str, str]) -> None:
        """Set these before it starts, whatever it was told before."""
        with (self.places.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _pg_ctl(self, *words: str) -> None:
        command = [self.binaries.program("pg_ctl"), *words, "-D", str(self.places.data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.owner.process())


def kill_server(places: Places) -> None:
    """Kill the server of a folder, and wait until the system has forgotten it."""
    pid = postmaster(places)
    assert pid is not None
    server = psutil.Process(pid)
    server.kill()
    server.wait(timeout=60)


_started: list[Worker] = []


def stop_workers() -> None:
    """Stop the workers that were started."""
    for worker in _started:
        worker.stop()
    _started.clear()


@contextmanager
def connected(database: str) -> Iterator[list[psycopg.Connection[tuple[object, ...]]]]:
    """Connect to a database on each worker, as superuser; where there are no workers, to none."""
    with ExitStack() as stack:
        holders = _started if database in _ENVIRONMENTS else []
        yield [stack.enter_context(worker.connect(database)) for worker in holders]


def workers() -> list[Worker]:
    """Return the workers that were started."""
    return list(_started)


def start_workers(places: Places, count: int = 2) -> list[Worker]:
    """Start workers, make the coordinator know them, and let both environments have the extension."""
    owner = server_owner()
    binaries = binaries_for(owner, places)
    workers = [_made(places.root / f"worker{number}", owner, binaries) for number in range(1, count + 1)]
    for worker in workers:
        guard.watch(worker.root)
        worker.start()
        _started.append(worker)
        _prepare(worker)
    for database in _ENVIRONMENTS:
        with connect_for_setup(places, database) as coordinator:
            coordinator.execute("create extension citus")
            coordinator.execute(
                sql.SQL("alter database {} set citus.shard_count = {}").format(sql.Identifier(database), SHARDS)
            )
            coordinator.execute("select citus_set_coordinator_host(%s, %s)", (str(places.socket), PORT))
            for worker in workers:
                coordinator.execute("select citus_add_node('127.0.0.1', %s)", (worker.port,))
    return workers


@contextmanager
def one_more(places: Places, database: str) -> Iterator[Worker]:
    """Have another machine join the cluster of an environment, empty; at the end its eBoxes move back and it leaves."""
    owner = server_owner()
    worker = _made(places.root / f"worker{len(_started) + 1}", owner, binaries_for(owner, places))
    guard.watch(worker.root)
    worker.start()
    _started.append(worker)
    _prepare(worker)
    try:
        with connect_for_setup(places, database) as coordinator:
            coordinator.execute("select citus_add_node('127.0.0.1', %s)", (worker.port,))
            yield worker
            coordinator.execute("select citus_drain_node('127.0.0.1', %s, 'block_writes')", (worker.port,))
            coordinator.execute("select citus_remove_node('127.0.0.1', %s)", (worker.port,))
    finally:
        _started.remove(worker)
        worker.stop()


def standby_of(worker: Worker) -> Worker:
    """Have a server follow a worker so closely that each commit waits for it."""
    standby = replace(worker, root=worker.root.with_name(f"{worker.root.name}-standby"), port=_free_port())
    shutil.rmtree(standby.root, ignore_errors=True)
    standby.owner.make_folder(standby.root)
    guard.watch(standby.root)
    copied = ["-h", "127.0.0.1", "-p", str(worker.port), "-U", SETUP_ROLE, "-D", str(standby.places.data)]
    command = [standby.binaries.program("pg_basebackup"), *copied, "--checkpoint=fast", "-R", "--no-sync"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **standby.owner.process())
    standby.set({"port": str(standby.port)})
    standby.start()
    with worker.connect("postgres") as connection:
        connection.execute("alter system set synchronous_standby_names = '*'")
        connection.execute("select pg_reload_conf()")
    return standby


def take_over(standby: Worker, *, of: Worker, places: Places) -> None:
    """Have the standby of a worker that is gone take its place, as docs/howto/many-machines.md says."""
    standby.promote()
    for database in _ENVIRONMENTS:
        with connect_for_setup(places, database) as coordinator:
            coordinator.execute(
                "select citus_update_node(nodeid, '127.0.0.1', %s) from pg_dist_node where nodeport = %s",
                (standby.port, of.port),
            )
    _started[_started.index(of)] = standby


def _made(root: Path, owner: Owner, binaries: Binaries) -> Worker:
    shutil.rmtree(root, ignore_errors=True)
    owner.make_folder(root)
    worker = Worker(root=root, port=_free_port(), owner=owner, binaries=binaries)
    command = [
        binaries.program("initdb"),
        "-D",
        str(worker.places.data),
        "-U",
        SETUP_ROLE,
        "--auth=trust",
        "--no-instructions",
    ]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    subprocess.run([*command, *locale], check=True, stdout=subprocess.DEVNULL, **owner.process())
    settings = {
        **_SETTINGS,
        **_QUIET_LOG,
        "port": str(worker.port),
        "listen_addresses": "'127.0.0.1'",
        "unix_socket_directories": "''",
        "shared_buffers": "'64MB'",
    }
    worker.set(settings)
    return worker


def _prepare(worker: Worker) -> None:
    with worker.connect("postgres") as connection:
        for role in _ENVIRONMENTS:
            name = sql.Identifier(role)
            connection.execute(sql.SQL("create role {} login").format(name))
            connection.execute(sql.SQL("create database {} owner {} template template0").format(name, name))
    for database in _ENVIRONMENTS:
        with worker.connect(database) as connection:
            connection.execute("create extension citus")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
