"""A standby of the server of the tests, on its socket: what a replica of an environment is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connections
from tests import guard
from tests.faults.machine import wait_until

from eboxcast.database.embedded.binaries import Binaries, binaries_for
from eboxcast.database.embedded.configuration import SETUP_ROLE
from eboxcast.database.embedded.owner import Owner, server_owner
from eboxcast.database.embedded.places import PORT, Places
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.names import REPLICAS

_REPLICATION = "local replication all trust\n"  # the folder of the socket is closed to other users


@dataclass(frozen=True, kw_only=True)
class Standby:
    """A server that follows that of the tests."""

    root: Path
    owner: Owner
    binaries: Binaries

    def start(self) -> None:
        options = {
            "hba_file": self.root / "access.conf",
            "unix_socket_directories": self.root,
            "listen_addresses": "",
            "port": PORT,
            "max_connections": 300,  # as many as the server it copies, or it does not start
            "shared_buffers": "32MB",
        }
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "start", "-w", "-s", "-l", str(self.root / "log"), "-o", words, *self._data())

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", *self._data())

    def make(self, places: Places) -> None:
        """Copy the server of the tests, so that it goes on where the copy ends."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.owner.make_folder(self.root)
        (self.root / "access.conf").write_text("local all all trust\n", encoding="utf-8")
        (self.root / "access.conf").chmod(0o644)
        of_tests = ("-h", str(places.socket), "-p", str(PORT), "-U", SETUP_ROLE)
        self._run("pg_basebackup", *of_tests, "--checkpoint=fast", "-R", "--no-sync", *self._data())

    def pause(self) -> None:
        """Have it stay as it is, until it is resumed."""
        self._ask("select pg_wal_replay_pause()")
        wait_until(lambda: self._ask("select pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        self._ask("select pg_wal_replay_resume()")

    def promote(self) -> None:
        """Have it follow nobody any more, and write on its own."""
        self._run("pg_ctl", "promote", "-w", "-s", *self._data())

    def _ask(self, statement: str) -> object:
        with psycopg.connect(host=str(self.root), port=PORT, user=SETUP_ROLE, dbname="postgres") as connection:
            (row,) = connection.execute(statement.encode()).fetchall()
            return row[0]

    def _data(self) -> tuple[str, str]:
        return "-D", str(self.root / "data")

    def _run(self, program: str, *words: str) -> None:
        command = [self.binaries.program(program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.owner.process())


@contextmanager
def standby_of(places: Places) -> Iterator[Standby]:
    """Have a standby run beside the server of the tests."""
    owner = server_owner()
    standby = Standby(root=places.root / "standby", owner=owner, binaries=binaries_for(owner, places))
    guard.watch(standby.root)
    with (places.config / "pg_hba.conf").open("a", encoding="utf-8") as file:
        file.write(_REPLICATION)
    with connect_for_setup(places) as primary:
        primary.execute("select pg_reload_conf()")
    standby.make(places)
    standby.start()
    yield standby
    standby.stop()
    shutil.rmtree(standby.root)


@contextmanager
def replica_at(environment: str, **places: object) -> Iterator[None]:
    """Have the settings name a replica of an environment, where these say."""
    alias = REPLICAS[environment]
    connections.settings[alias] = {**connections.settings[environment], **places}
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
