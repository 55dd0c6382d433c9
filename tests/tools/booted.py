"""A machine beside this one, with a systemd, set up as docs/howto/operate.md says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from tests.acceptance.desk import Answer

ROOT = Path(__file__).parents[2]
PATIENCE = 60
_PROGRAMS = ("systemctl", "unshare", "nsenter", "ip", "pg_createcluster", "openssl")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_PATH = "/opt/eboxcast/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ADDRESSES = {
    "EBOXCAST_DATABASE_URL_FILE": "/etc/eboxcast/control.url",
    "EBOXCAST_ACCEPTANCE_URL_FILE": "/etc/eboxcast/acceptance.url",
    "EBOXCAST_PRODUCTION_URL_FILE": "/etc/eboxcast/production.url",
}
_EBOXCAST = """#!/opt/eboxcast/bin/python3
import sys
from eboxcast.cli.main import run
sys.exit(run())
"""


@dataclass
class Booted:
    """The machine; it also stands for the desk of whoever runs commands there as root."""

    pid: int
    folder: Path
    """The same folder on both machines."""

    def run(self, *words: object, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        inside = ("nsenter", f"--target={self.pid}", "--all", "env", "-i", f"PATH={_PATH}", "LANG=C.UTF-8")
        command = [*inside, *(f"{name}={value}" for name, value in variables.items()), *map(str, words)]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=10 * PATIENCE)

    def shell(self, script: str) -> str:
        """Run a script that has to succeed, and return what it wrote."""
        done = self.run("bash", "-eu", given=script)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def systemctl(self, *words: object) -> None:
        """Give systemd an order that has to succeed."""
        done = self.run("systemctl", *words)
        assert done.returncode == 0, f"{done.stderr}\n{self.journal()}"

    def shows(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()

    def journal(self, unit: str = "eboxcast-*") -> str:
        return self.run("journalctl", "--no-pager", "--output=cat", "--lines=200", f"--unit={unit}").stdout

    def override(self, unit: str, *lines: str) -> None:
        """Change a unit, until the machine ends."""
        folder = f"/run/systemd/system/{unit}.d"
        self.shell(f"mkdir -p {folder}; cat >{folder}/test.conf <<'END'\n" + "\n".join(lines) + "\nEND\n")
        self.systemctl("daemon-reload")

    def act(self, who: str, *words: object, ends: int = 0, **variables: str) -> Answer:
        """Run a command as somebody, with all databases."""
        named = ["--as", who] if who else []
        done = self.run("eboxcast", *named, *words, **{"EBOXCAST_LANGUAGE": "en", **_ADDRESSES, **variables})
        assert done.returncode == ends, f"{words}\n{done.stdout}\n{done.stderr}"
        return Answer(done.returncode, done.stdout, done.stderr)

    def be(self, moment: str) -> None:
        """Have it be a moment, in Brussels."""
        self.act("", "clock", "set", moment)

    def lead(self) -> str:
        """The steward is a service here."""
        return ""


def until(asked: Callable[[], bool]) -> bool:
    """Return whether something becomes true in the time that a start may take."""
    pause, end = Event(), monotonic() + PATIENCE
    while monotonic() < end:
        if asked():
            return True
        pause.wait(0.2)
    return False


@contextmanager
def booted(folder: Path) -> Iterator[Booted]:
    """Start it and end it. Skips where that is not possible."""
    python = _system_python()
    cgroup = _hierarchy() / f"eboxcast-test-{os.getpid()}"
    for name in ("upper", "work", "root", "shared"):
        (folder / name).mkdir()
    cgroup.mkdir()
    words = [Path(__file__).with_name("boot.sh"), folder, cgroup, sysconfig.get_path("purelib"), ROOT]
    with (folder / "log").open("wb") as log, subprocess.Popen(["bash", *words], stdout=log, stderr=log) as starting:
        try:
            machine = Booted(_first_process(starting), folder / "shared")
            if not until(lambda: _is_up(machine) or starting.poll() is not None) or starting.poll() is not None:
                pytest.skip(f"systemd does not start here: {(folder / 'log').read_text('utf-8')[-500:]}")
            _set_up(machine, python)
            yield machine
        finally:
            starting.kill()
            starting.wait()
            _remove(cgroup)


def _system_python() -> str:
    """Return a Python that other users may run: the libraries of this one fit it."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if missing := [each for each in _PROGRAMS if not shutil.which(each)]:
        pytest.skip(f"needs {', '.join(missing)} (Debian: systemd, postgresql, iproute2, openssl)")
    python = shutil.which(_PYTHON, path="/usr/local/bin:/usr/bin")
    if not python:
        pytest.skip(f"needs {_PYTHON} in /usr/bin: the users of services cannot read a home folder")
    return python


def _hierarchy() -> Path:
    found = re.search(r" (\S+) \S+ - cgroup2 ", Path("/proc/self/mountinfo").read_text("utf-8"))
    if not found or not os.access(found[1], os.W_OK):
        pytest.skip("needs control groups (version 2) that can be written")
    return Path(found[1])


def _first_process(starting: subprocess.Popen[bytes]) -> int:
    """Return the systemd, which is the only child of `unshare`."""
    children = Path(f"/proc/{starting.pid}/task/{starting.pid}/children")
    found: list[str] = []

    def asked() -> bool:
        found[:] = children.read_text("utf-8").split() if starting.poll() is None else ["0"]
        return bool(found)

    until(asked)
    return int(found[0])


def _is_up(machine: Booted) -> bool:
    if Path(f"/proc/{machine.pid}/comm").read_text("utf-8") != "systemd\n":
        return False  # what is asked before would be answered by the systemd of this machine
    return machine.run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}


def _set_up(machine: Booted, python: str) -> None:
    """Do what the how-tos for PostgreSQL and for operators say, word for word; the libraries are those of the tests."""
    machine.shell(
        f"{python} -m venv --without-pip /opt/eboxcast\n"
        f"printf '/opt/packages\\n/opt/checkout/src\\n' >/opt/eboxcast/lib/{_PYTHON}/site-packages/tests.pth\n"
        f"cat >/opt/eboxcast/bin/eboxcast <<'END'\n{_EBOXCAST}END\nchmod 0755 /opt/eboxcast/bin/eboxcast\n"
    )
    own_server = _blocks("use-your-own-postgresql")
    (database,) = [block for block in own_server if "pg_createcluster" in block]
    machine.shell(database.replace("HOST=db.example", "HOST=localhost").replace("apt-get install -y postgresql\n", ""))
    operate = _blocks("operate")
    (users,) = [block for block in operate if "useradd" in block]
    machine.shell(users)
    for block in operate:
        if named := re.match(r"# (/etc/eboxcast/\w+/settings\.env)\n", block):
            machine.shell(f"cat >{named[1]} <<'END'\n{block}END\n")
    machine.shell("cp /opt/checkout/docs/howto/systemd/eboxcast-* /etc/systemd/system/ && systemctl daemon-reload")
    machine.shell("cd /etc/eboxcast; sed s,production,acceptance,g production/settings.env >acceptance/settings.env")
    machine.shell(
        "cd /etc/eboxcast; sed -i 's,_PRODUCTION_,_ACCEPTANCE_,; s,9464,9465,' acceptance/settings.env\n"
        "for each in acceptance production; do cp $each.url $each/environment; cp control.url $each/control; done\n"
        "for each in steward pages; do cp control.url $each/control\n"
        "    cp acceptance.url $each/acceptance; cp production.url $each/production; done\n"
        "cp control.url sftp/control; echo smtp://127.0.0.1:25 >steward/smtp"
    )
    owner = {"EBOXCAST_OWNER_URL_FILE": "/etc/eboxcast/owner.url", "EBOXCAST_INSTALLATION": "test"}
    migrated = machine.run("eboxcast", "migrate", **owner, **_ADDRESSES)
    assert migrated.returncode == 0, migrated.stderr


def give_tokens(machine: Booted) -> None:
    """Let the services be the service account, and nobody but them read what is in their folders."""
    token = machine.act("ines", "person", "token", "scheduler", "--label", "services").out
    machine.shell(
        f"cd /etc/eboxcast; for each in acceptance production steward; do echo {token.strip()} >$each/token; done\n"
        "for each in acceptance production steward pages; do chown -R root:eboxcast-$each $each; done\n"
        "chown -R root:eboxcast-steward sftp; find . -mindepth 2 -type f -exec chmod 0640 {} +"
    )


def _blocks(name: str) -> list[str]:
    """Return what a how-to has people type or write."""
    text = (ROOT / "docs" / "howto" / f"{name}.md").read_text("utf-8")
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _remove(cgroup: Path) -> None:
    """Remove the control groups, once the last process has left them."""

    def asked() -> bool:
        for each in sorted(cgroup.rglob("*"), key=lambda path: -len(path.parts)):
            if each.is_dir():
                try:
                    each.rmdir()
                except OSError:
                    return False
        try:
            cgroup.rmdir()
        except OSError:
            return False
        return True

    until(asked)
