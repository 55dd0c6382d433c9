"""A real HTTP server in this process that takes alarms, and can be told to answer otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from django.db import connections


@dataclass
class Receiver:
    """What the server took, and how it answers: each may be changed while it runs."""

    address: str = ""
    answer: int = 204
    location: str = ""
    taken: list[tuple[dict[str, str], str]] = field(default_factory=list)
    """Headers, and what was said."""
    meanwhile: Callable[[], object] = bool
    """What happens between taking one and answering, in a thread of its own."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Have a server take alarms on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            try:
                receiver.meanwhile()
            finally:
                connections.close_all()
            self.send_response(receiver.answer)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the library
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    receiver.address = f"http://127.0.0.1:{server.server_port}/alarms?key=secret"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
