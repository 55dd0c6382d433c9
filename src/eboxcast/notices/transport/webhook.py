"""How an alarm leaves: one signed POST, as standardwebhooks.com describes it, to an address that somebody registered.

No redirect is followed, no proxy of the surroundings is used and nothing of an answer but its status is looked at: an
address that leads to something inside shows nobody anything of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from eboxcast import __version__
from eboxcast.notices.transport.ways import Later, Refused

SECONDS = 8
"""The longest a whole call takes: the steward waits for it."""
_CONNECT_SECONDS = 3
_GONE = 410
_GOOD = range(200, 300)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent: the same at every try."""

    name: str
    body: str


def post(message: Message, *, address: str, key: bytes, within: float = SECONDS) -> None:
    """Send a message. Raises Refused where the other side is gone for good, Later for all else.

    The time limits of urllib3 are for each piece that arrives, so a server that sends a byte now and then would hold
    the caller for hours. The call has a thread of its own, and its connection is shut when ``within`` seconds are over.
    """
    line, answered = _Line(), Future[int]()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"eboxcast/{__version__}",
        **signature_of(message, key),
    }
    Thread(target=_call, args=(answered, line, address, message.body.encode(), headers), daemon=True).start()
    try:
        status = answered.result(timeout=within)
    except TimeoutError:
        line.shut()
        raise Later(f"no answer within {within:g} seconds") from None
    except urllib3.exceptions.HTTPError as lost:
        raise Later(_words_of(lost)) from None
    if status == _GONE:
        raise Refused(f"HTTP {status}")
    if status not in _GOOD:
        raise Later(f"HTTP {status}")


def signature_of(message: Message, key: bytes) -> dict[str, str]:
    """Return the headers that prove from whom a message is, and when it was sent: by the clock of the world."""
    now = str(int(time.time()))
    signed = f"{message.name}.{now}.{message.body}".encode()
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message.name, "webhook-timestamp": now, "webhook-signature": f"v1,{digest}"}


def is_fit_address(text: str, *, plain: bool) -> bool:
    """Return whether alarms may go to an address: by HTTPS; ``plain`` allows HTTP to this very machine as well."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or parts.fragment or not has_port:
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and parts.hostname in LOOPBACK)


def origin_of(address: str) -> str:
    """Return what of an address may be shown: the rest of many is a key."""
    parts = urlsplit(address)
    return SplitResult(parts.scheme, parts.netloc, "", "", "").geturl()


def _words_of(lost: Exception) -> str:
    """Return the kind of trouble; its own words hold the address."""
    cause = getattr(lost, "reason", None) or lost
    return type(cause).__name__


class _Line:
    """The connection of one call, as another thread can shut it: in the midst of the greetings of TLS as well."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []
        self._over = False

    def hold(self, made: socket.socket) -> None:
        """Keep a second handle of a connection: TLS takes the first one away from its object."""
        self._held.append(made.dup())
        if self._over:
            self.shut()

    def shut(self) -> None:
        """End the connection, and one that is only being made; whoever waits for it finds out at once."""
        self._over = True
        for one in self._held:
            with suppress(OSError):  # the other side, or the call itself, was quicker
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the second handles back."""
        for one in self._held:
            one.close()


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, line: _Line, **options: Any) -> None:
        super().__init__(*args, **options)
        self._line = line

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._line.hold(made)
        return made


class _Secure(_Plain, HTTPSConnection):
    pass


def _call(answered: Future[int], line: _Line, address: str, body: bytes, headers: dict[str, str]) -> None:
    try:
        answered.set_result(_status_of(address, body, headers, line=line))
    except BaseException as lost:  # whoever waits for the answer raises it
        answered.set_exception(lost)
    finally:
        line.close()


def _status_of(address: str, body: bytes, headers: dict[str, str], *, line: _Line) -> int:
    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, total=SECONDS)
    where = urllib3.util.parse_url(address)
    with urllib3.connection_from_url(address, retries=False, timeout=timeout, line=line) as pool:
        pool.ConnectionCls = _Secure if where.scheme == "https" else _Plain
        answer = pool.request(
            "POST", where.request_uri, body=body, headers=headers, redirect=False, preload_content=False
        )
        answer.close()
    return answer.status
