"""One POST of an alarm: whatever the other side does, it is over in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from eboxcast.notices.transport.ways import Later
from eboxcast.notices.transport.webhook import Message, post

MESSAGE = Message(name="msg_1", body="{}")
LONG = b"HTTP/1.1 204 No Content\r\nX-Long: " + b"x" * 40
"""Half a minute and more, with a byte each half second."""
# A record of TLS that says it is a long greeting: as slowly as this it is never complete.
GREETING = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"x" * 60


@contextmanager
def dripping(text: bytes) -> Iterator[tuple[int, Event]]:
    """Have a server that sends a byte each half second; give its port, and whether its caller has left."""
    left, end = Event(), Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as client, suppress(OSError):
                for byte in text:
                    client.sendall(bytes([byte]))
                    if end.wait(0.5):
                        return
            left.set()

        thread = Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], left
        finally:
            end.set()
            thread.join()


@pytest.mark.parametrize(("scheme", "text"), [("http", LONG), ("https", GREETING)], ids=["headers", "tls"])
def test_a_server_that_drips_holds_nobody(scheme: str, text: bytes) -> None:
    """Neither whoever posts nor, afterwards, the thread and its connection."""
    with dripping(text) as (port, left):
        began = time.monotonic()
        with pytest.raises(Later, match=r"no answer within 1\.2 seconds"):
            post(MESSAGE, address=f"{scheme}://127.0.0.1:{port}/", key=b"k", within=1.2)
        assert time.monotonic() - began < 10
        assert left.wait(10)
