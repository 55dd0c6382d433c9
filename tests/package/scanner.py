"""A real ClamAV daemon that knows one signature, that of the harmless file which all scanners are tested with."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.faults.machine import wait_until

from eboxcast.lib.errors import EboxcastError
from eboxcast.package.malware import Address, ask_scanner

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def scanning(folder: Path) -> Iterator[Address]:
    """Have a scanner answer on a socket in this folder. Skips where ClamAV is not installed."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("clamd is not installed (CONTRIBUTING.md)")
    known = folder / "signatures"
    known.mkdir()
    (known / "test.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Test\n")  # noqa: S324 - its format
    socket = folder / "clamd.ctl"
    settings = {
        "DatabaseDirectory": known,
        "LocalSocket": socket,
        "Foreground": "yes",
        "StreamMaxLength": "1M",
        "SelfCheck": 86400,
    }
    file = folder / "clamd.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    running = subprocess.Popen(
        [program, "--config-file", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _answers(socket))
        yield socket
    finally:
        running.terminate()
        running.wait()


def _answers(socket: Path) -> bool:
    try:
        return bool(ask_scanner(socket).version)
    except EboxcastError:
        return False
