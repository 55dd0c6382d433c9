"""Begins commands as processes of their own, without each having to import the libraries anew.

Half of the time that a command takes is spent importing Django, psycopg, numpy and the like. A program beside the tests
has imported them, and nothing of ours; for each command it forks, and the child is the command from its first line on:
it has its own arguments, environment and streams, is killed and frozen like every process, and imports our code itself.
What starting really takes, and what it imports, the tests that are about that see with `subprocess`.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

LIBRARIES = (
    "django.contrib.postgres.fields",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.migrations",
    "django.urls",
    "django.utils.log",
    "lxml.etree",
    "numpy",
    "psycopg",
    "rich.progress",
    "typer",
)
"""What most commands import, and nothing that reads the environment."""
_MOST = 1 << 20
"""Bytes of an order: the words and the environment of a command."""


class Begun(subprocess.Popen[str]):
    """A Python program, begun by the starter: the same as a `Popen` otherwise."""

    def _execute_child(self, args: Any, *given: Any) -> None:
        cwd, env, handles = given[4], given[5], given[9:15]
        order = {"words": list(map(str, args)), "env": dict(env or os.environ), "cwd": str(cwd or Path.cwd())}
        theirs = [handle if handle >= 0 else number for number, handle in enumerate((handles[0], *handles[3::2]))]
        self._starter = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._starter.connect(_address())
        socket.send_fds(self._starter, [json.dumps(order).encode()], theirs)
        self.pid = int(self._starter.recv(_MOST))
        self._child_created = True
        self._close_pipe_fds(*handles)  # type: ignore[attr-defined]

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if wait_flags & os.WNOHANG and not select.select([self._starter], [], [], 0)[0]:
            return 0, 0
        with self._starter:
            return self.pid, int(self._starter.recv(_MOST))

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None:
            pid, status = self._try_wait(os.WNOHANG)
            if pid:
                self._handle_exitstatus(status)  # type: ignore[attr-defined]
        return self.returncode


def run(
    *words: object,
    given: str | None = None,
    timeout: float | None = None,
    begins: type[subprocess.Popen[str]] = Begun,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a Python program to its end."""
    pipe = subprocess.PIPE
    stdin = None if given is None else pipe
    with begins(list(map(str, words)), stdin=stdin, stdout=pipe, stderr=pipe, text=True, **options) as begun:
        try:
            out, err = begun.communicate(given, timeout=timeout)
        except BaseException:
            begun.kill()
            raise
    return subprocess.CompletedProcess(words, begun.returncode, out, err)


@cache
def _address() -> bytes:
    """Start the starter, and return where it is reached: an address that is in no folder, and ends with it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind("")
    listener.listen()
    address: bytes = listener.getsockname()
    with listener:
        descriptor = listener.fileno()
        words = [sys.executable, "-P", __file__, str(descriptor)]
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a process with threads is not to be forked
        starter = subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=(descriptor,), env=env)
    atexit.register(starter.communicate)  # the end of its input is its end
    return address


def _serve(listener: socket.socket) -> list[str]:
    """Fork for each order until the tests end; return, in a child, the words it is to run."""
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begun: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([listener, woken, 0], [], [])
        if 0 in ready:
            sys.exit()
        if woken in ready:
            os.read(woken, 4096)
            _tell_ends(begun)
        if listener not in ready:
            continue
        caller, _ = listener.accept()
        message, handles, _, _ = socket.recv_fds(caller, _MOST, 3)
        pid = os.fork()
        if not pid:
            os.close(woken)
            for one in (listener, caller, *begun.values()):
                one.close()
            return _become(json.loads(message), handles)
        for handle in handles:
            os.close(handle)
        begun[pid] = caller
        with suppress(OSError):
            caller.send(str(pid).encode())


def _tell_ends(begun: dict[int, socket.socket]) -> None:
    while begun:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with begun.pop(pid) as caller, suppress(OSError):  # who was cut short no longer listens
            caller.send(str(status).encode())


def _become(order: dict[str, Any], handles: list[int]) -> list[str]:
    """Take over what belongs to a command."""
    os.close(signal.set_wakeup_fd(-1))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin, sys.stdout, sys.stderr = map(_stream, range(3), (sys.stdin, sys.stdout, sys.stderr))
    os.environ.clear()
    os.environ.update(order["env"])
    # An interpreter reads it when it starts; here it names another copy of our code.
    sys.path[:0] = filter(None, order["env"].get("PYTHONPATH", "").split(os.pathsep))
    os.chdir(order["cwd"])
    return list(order["words"])


def _stream(number: int, ours: TextIO) -> TextIO:
    """Return a stream like one of ours, which believes of its file what is true of another."""
    raw = io.FileIO(number, "w" if number else "r", closefd=False)
    buffer = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
    return io.TextIOWrapper(buffer, ours.encoding, ours.errors, line_buffering=number == 2)


if __name__ == "__main__":
    for library in LIBRARIES:
        import_module(library)
    sys.argv[:] = _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_path(sys.argv[0], run_name="__main__")
