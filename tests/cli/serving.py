"""The pages, served by processes of their own, as a browser or a program elsewhere sees them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path


def free_port() -> int:
    """Return a port of this machine where nothing listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def served(port: int, path: str = "", **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Serve the pages at a port, below a path."""
    ours = {
        "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}{path}",
        "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}",
        "EBOXCAST_PAGES_PROCESSES": "1",
        "EBOXCAST_SECRET_KEY": "",
        "EBOXCAST_LANGUAGE": "en",
    }
    started = subprocess.Popen(
        [Path(sys.executable).with_name("eboxcast"), "serve"],
        env={**os.environ, **ours, **settings},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert started.stderr is not None
    assert "Serving the pages at" in started.stderr.readline()
    yield started
    with suppress(ProcessLookupError):  # its workers, too, wherever the test ended
        os.killpg(started.pid, signal.SIGKILL)
    started.wait(60)
    started.stderr.close()


def answer_to(port: int, path: str) -> tuple[HTTPResponse, str]:
    """Ask until the server listens; each try waits for the connection to be refused or answered."""
    for _ in range(500_000):
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as asking, suppress(ConnectionRefusedError):
            asking.request("GET", path, headers={"Accept-Language": "en"})
            answer = asking.getresponse()
            return answer, answer.read().decode()
    raise AssertionError("the server does not listen")
