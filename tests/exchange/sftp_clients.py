"""An SFTP server on this machine with an institution that may sign in, and the programs it uses."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from tests.broadcasts import people as p
from tests.delivery.procedure import INSTITUTION

from eboxcast.exchange import keys, sftp
from eboxcast.exchange.sftp import Limits, Options

PATIENCE = 20


def public_key() -> str:
    """Return a new public key, as a .pub file has it."""
    return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


class Institution:
    """Whoever signs in to a server: its key, and the programs it uses."""

    def __init__(self, folder: Path, running: Running) -> None:
        self.running = running
        self.private = folder / "id_ed25519"
        made = asyncssh.generate_private_key("ssh-ed25519")
        made.write_private_key(self.private)
        self.private.chmod(0o600)
        self.key = keys.add_key(INSTITUTION, made.export_public_key().decode(), label="server", days=30, actor=p.INES)

    @property
    def address(self) -> str:
        return f"{INSTITUTION}@127.0.0.1"

    @property
    def ssh_options(self) -> list[str]:
        options = {
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        return ["-F", "none", "-i", str(self.private), *(f"-o{name}={value}" for name, value in options.items())]

    @property
    def _opening(self) -> list[str]:
        return [_program("sftp"), "-b", "-", *self.ssh_options, f"-P{self.running.port}", self.address]

    def sftp(self, *commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands of OpenSSH's sftp, until the first that fails."""
        return _run(self._opening, "\n".join((*commands, "")))

    @contextmanager
    def starting(self, command: str, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Start OpenSSH's sftp; it is killed at the end."""
        program, *words = self._opening
        with _started([program, *options, *words]) as client:
            assert client.stdin is not None
            client.stdin.write(f"{command}\n")
            client.stdin.flush()
            yield client

    @contextmanager
    def starting_lftp(self, *commands: str) -> Iterator[subprocess.Popen[str]]:
        """Start lftp; it is killed at the end."""
        with _started(self._lftp(commands)) as client:
            yield client

    def lftp(self, *commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands of lftp, until the first that fails."""
        return _run(self._lftp(commands), "")

    def _lftp(self, commands: Sequence[str]) -> list[str]:
        connect = " ".join(["ssh", "-a", "-x", *self.ssh_options])
        settings = f"set sftp:connect-program '{connect}'; set cmd:fail-exit yes; set net:max-retries 1; "
        opened = f"open -u {INSTITUTION}, sftp://127.0.0.1:{self.running.port}; "
        return [_program("lftp"), "--norc", "-c", settings + opened + "; ".join(commands)]

    async def connect(self, **options: Any) -> asyncssh.SSHClientConnection:
        given = {"username": INSTITUTION, "client_keys": [str(self.private)], **options}
        return await asyncssh.connect("127.0.0.1", self.running.port, known_hosts=None, config=None, **given)


class Running:
    """A server in a thread of its own, with its loop, in which clients can run too."""

    def __init__(self, options: Options) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.root, self.host_key = options.root, options.host_key
        self.server = self.do(_served(options))

    @property
    def port(self) -> int:
        return self.server.port

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the loop of the server and return what came of it."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE)

    def end(self) -> None:
        self.do(self.server.close())
        self.do(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


@contextmanager
def serving(root: Path, *, most_bytes: int = 1 << 30, **limits: float) -> Iterator[Running]:
    """A server for these folders."""
    root.mkdir(exist_ok=True)
    options = Options(
        root=root,
        host="127.0.0.1",
        port=0,
        host_key=asyncssh.generate_private_key("ssh-ed25519"),
        most_bytes=most_bytes,
        limits=replace(Limits(), **limits),  # type: ignore[arg-type]
    )
    running = Running(options)
    try:
        yield running
    finally:
        running.end()


async def _served(options: Options) -> sftp.Server:
    server = sftp.Server(options)
    await server.start()
    return server


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (README.md, Development)")
    return found


@contextmanager
def _started(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as client:
        try:
            yield client
        finally:
            client.kill()


def _run(words: list[str], given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=given, capture_output=True, text=True, timeout=PATIENCE)
