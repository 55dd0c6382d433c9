"""Backups as docs/howto/operate.md makes them: a dump of one database, restored later, whoever is connected then."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.machine import PATIENCE, Machine

from eboxcast.database.embedded.binaries import binaries_for
from eboxcast.database.embedded.configuration import SETUP_ROLE
from eboxcast.database.embedded.owner import server_owner


def dump(machine: Machine, database: str, folder: Path) -> Path:
    """Keep what a database holds now."""
    file = folder / f"{database}.dump"
    _run(machine, "pg_dump", "--format=custom", f"--file={file}", f"eboxcast_{database}")
    return file


def restore(machine: Machine, database: str, file: Path) -> None:
    """Bring a database back to what it held then."""
    _run(machine, "dropdb", "--force", f"eboxcast_{database}")
    _run(machine, "pg_restore", "--create", "--exit-on-error", "--dbname=postgres", str(file))


def _run(machine: Machine, program: str, *words: str) -> None:
    path = binaries_for(server_owner(), machine.places).program(program)
    where = (f"--host={machine.places.socket}", f"--username={SETUP_ROLE}")
    done = subprocess.run([path, *where, *words], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
