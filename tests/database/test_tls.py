"""Databases at an address of their own: a server that cannot prove who it is gets nothing, and we say what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import guard
from tests.authority import ELSEWHERE, HERE, Authority, Certificate
from tests.faults.machine import PROGRAM
from tests.notices.mailbox import free_port

from eboxcast.database.embedded.owner import server_owner

PASSWORD = "geheim-7f3a"
DATABASES = {
    "EBOXCAST_DATABASE_URL": "control",
    "EBOXCAST_ACCEPTANCE_URL": "acceptance",
    "EBOXCAST_PRODUCTION_URL": "production",
}


@dataclass
class Server:
    """PostgreSQL as an operator has it: with a password, and with TLS where it has a certificate."""

    folder: Path
    port: int
    authority: Authority

    def url(self, database: str) -> str:
        where = f"{HERE}:{self.port}/{database}"
        return f"postgresql://tests:{PASSWORD}@{where}?sslmode=verify-full&sslrootcert={self.authority.file}"

    def eboxcast(self, *words: str) -> subprocess.CompletedProcess[str]:
        urls = {variable: self.url(database) for variable, database in DATABASES.items()}
        if words == ("migrate",):
            urls["EBOXCAST_OWNER_URL"] = urls["EBOXCAST_DATABASE_URL"]
        kind = {"EBOXCAST_LANGUAGE": "en", "EBOXCAST_PROCEDURE": "off", "EBOXCAST_INSTALLATION": "test"}
        here = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "EBOXCAST_STATE_DIR": str(self.folder / "state")}
        return subprocess.run([PROGRAM, *words], env={**here, **kind, **urls}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the programs of a PostgreSQL with TLS are: the embedded one has none."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/postgres"), *map(Path, filter(None, [shutil.which("postgres")]))]
    if not found:
        pytest.skip("needs the programs of a PostgreSQL with TLS (Debian: postgresql)")
    return found[-1].resolve().parent


@contextmanager
def serving(programs: Path, certificate: Certificate | None, authority: Authority) -> Iterator[Server]:
    owner = server_owner()
    folder = Path(tempfile.mkdtemp(prefix="eboxcast-tls-"))
    guard.watch(folder)
    folder.chmod(0o711)
    data, password = folder / "data", folder / "password"
    owner.make_folder(data)
    password.write_text(PASSWORD)
    password.chmod(0o644)
    how = {"check": True, "capture_output": True, **owner.process()}
    made = ["--auth=scram-sha-256", "--username=tests", f"--pwfile={password}", "--no-sync", f"--pgdata={data}"]
    subprocess.run([programs / "initdb", *made], **how)
    server = Server(folder, free_port(), authority)
    settings = {"listen_addresses": HERE, "port": str(server.port), "unix_socket_directories": "", "fsync": "off"}
    if certificate:
        for name, file in (("server.crt", certificate.file), ("server.key", certificate.key)):
            shutil.copy(file, data / name)
            (data / name).chmod(0o600)
            os.chown(data / name, owner.uid, owner.gid)
        settings["ssl"] = "on"
    with (data / "postgresql.conf").open("a") as written:
        written.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    control = [programs / "pg_ctl", "-D", data, "-w", "-s"]
    subprocess.run([*control, "-l", data / "log", "start"], **how)
    try:
        yield server
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **how)
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["another address", "another authority", "an end that is past", "no certificate"])
def test_a_server_that_cannot_prove_who_it_is_is_refused_with_what_to_do(
    kind: str, programs: Path, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    certificates = {
        "another address": authority.certificate(ELSEWHERE),
        "another authority": Authority(tmp_path, "stranger").certificate(HERE),
        "an end that is past": authority.certificate(HERE, ended=True),
    }
    with serving(programs, certificates.get(kind), authority) as server:
        for words in (("migrate",), ("runs",)):
            refused = server.eboxcast(*words)
            assert refused.returncode == 1
            assert "could not prove who it is, or does not speak TLS. Nothing was sent to it." in refused.stderr
            assert "sslrootcert" in refused.stderr
            assert PASSWORD not in refused.stderr + refused.stdout
        examined = server.eboxcast("doctor")
        assert examined.returncode == 1
        assert "The host in EBOXCAST_DATABASE_URL must be a name in the server's certificate" in examined.stdout
        assert PASSWORD not in examined.stderr + examined.stdout


def test_a_server_that_proves_who_it_is_is_used(programs: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(programs, authority.certificate(HERE), authority) as server:
        words = [programs / "psql", server.url("postgres"), "-v", "ON_ERROR_STOP=1", "-q"]
        given = "".join(f"create database {name};\n" for name in DATABASES.values())
        subprocess.run(words, input=given, text=True, check=True, env={"PATH": os.environ["PATH"]})
        migrated = server.eboxcast("migrate")
        assert migrated.returncode == 0, migrated.stderr
        listed = server.eboxcast("runs")
        assert listed.returncode == 0, listed.stderr
