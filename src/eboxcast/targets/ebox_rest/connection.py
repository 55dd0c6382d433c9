"""One kept connection to one address, which always knows how far a call got.

What matters is certainty: ``NotSent`` says that the provider cannot have got the whole request, ``Cut`` that it may
have carried it out. urllib3's pools mix the two (they read on after a broken send), so its connections are used
directly, one for each lane and address: no pool, no retries, no redirects, no proxy.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

SMALL = 65_536
"""Pieces below this many bytes are sent together: one packet, and one waking of the server, for a small call."""
LARGEST_ANSWER = 16 * 1024 * 1024
IDLE_SECONDS = 4.0
"""A connection idle for longer is not used again: many servers close after 5 s, perhaps just while we send."""

_Broken = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


class NotSent(Exception):
    """The provider certainly did not get the whole request, so it did nothing."""


class Cut(Exception):
    """The request was sent and its answer never came, or not whole."""

    def __init__(self, reason: str, *, stale: bool) -> None:
        super().__init__(reason)
        self.stale = stale
        """Whether the connection had been used before, so that the provider may have closed it beforehand."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float
    answer: float


class _OneWrite:
    """Sends small pieces together; a large one goes out as it is, without a copy."""

    sock: ssl.SSLSocket

    def send(self, data: bytes) -> None:
        held = self.__dict__.setdefault("held", [])
        if len(data) < SMALL:
            held.append(data)
            return
        self.flush()
        self.sock.sendall(data)

    def flush(self) -> None:
        held = self.__dict__.setdefault("held", [])
        together = b"".join(held)
        held.clear()
        if together:
            self.sock.sendall(together)


class _Plain(_OneWrite, HTTPConnection):  # type: ignore[misc]  # send takes bytes only: nothing else is ever given
    pass


class _Secure(_OneWrite, HTTPSConnection):  # type: ignore[misc]  # as above
    pass


class Line:
    """A kept connection to one address. Not shared between threads."""

    def __init__(self, url: SplitResult, *, patience: Patience, tls: ssl.SSLContext | None) -> None:
        host, timeout = url.hostname or "", patience.connect
        self._connection = (
            _Secure(host, url.port, timeout=timeout, ssl_context=tls)
            if url.scheme == "https"
            else _Plain(host, url.port, timeout=timeout)
        )
        self._patience = patience
        self._used_at = 0.0

    def post(self, path: str, *, headers: Mapping[str, str], body: Sequence[bytes]) -> Reply:
        """Send a request and return its answer, whatever its status. Raises NotSent, Cut."""
        stale = self._make_ready()
        length = {"Content-Length": str(sum(map(len, body)))}
        try:
            self._connection.request("POST", path, body=body, headers={**headers, **length}, preload_content=False)
            self._connection.flush()
        except _Broken as cause:
            return self._answered_early(cause)
        return self._answer(stale=stale)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()
        self._connection.__dict__.pop("held", None)

    def _make_ready(self) -> bool:
        """See that there is a connection; return whether it was used before. Raises NotSent."""
        rested = monotonic() - self._used_at
        if self._connection.is_connected and rested < IDLE_SECONDS:
            return True
        self.close()
        try:
            self._connection.timeout = self._patience.connect
            self._connection.connect()
        except _Broken as cause:
            self.close()
            raise NotSent(f"no connection ({_name(cause)})") from None
        self._connection.timeout = self._patience.answer
        self._connection.sock.settimeout(self._patience.answer)
        return False

    def _answered_early(self, cause: Exception) -> Reply:
        """Return the answer of a server that refused without reading on, otherwise raise NotSent."""
        not_sent = NotSent(f"the request could not be sent ({_name(cause)})")
        try:
            if not isinstance(cause, ConnectionError):
                raise not_sent
            return self._answer(stale=False)
        except Cut:
            raise not_sent from None
        finally:
            self.close()

    def _answer(self, *, stale: bool) -> Reply:
        try:
            response = self._connection.getresponse()
            body = response.read(LARGEST_ANSWER + 1)
        except _Broken as cause:
            self.close()
            gone = isinstance(cause, ConnectionError)
            raise Cut(f"no whole answer ({_name(cause)})", stale=stale and gone) from None
        if len(body) > LARGEST_ANSWER:
            self.close()
            raise Cut("the answer is too long", stale=False)
        self._used_at = monotonic()
        return Reply(response.status, response.headers, body)


def _name(cause: Exception) -> str:
    """Return what broke, without the words of the cause, which may repeat what was sent."""
    if isinstance(cause, ssl.SSLError):
        return cause.reason or "TLS"
    if isinstance(cause, urllib3.exceptions.NewConnectionError) and isinstance(cause.__cause__, OSError):
        return cause.__cause__.strerror or type(cause.__cause__).__name__
    return type(cause).__name__
