"""One kept connection to one address, which always knows how far a call got.

What matters is certainty: ``NotSent`` says that the provider cannot have got the whole request, ``Cut`` that it may
have carried it out. urllib3's pools mix the two, so only its connections are used (names, addresses, time-outs, TLS),
one for each lane and address; a request is written as it stands and the standard library reads the answer. No
retries, no redirects, no proxy. docs/adr/0008-http-without-a-pool.md says why.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

SMALL = 65_536
"""Pieces below this many bytes are sent together: one packet, and one waking of the server, for a small call."""
LARGEST_ANSWER = 16 * 1024 * 1024


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
    retry_after: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float
    answer: float
    idle: float = 4.0
    """A connection idle for longer is not used again: many servers close after 5 s, perhaps just while we send."""


class Line:
    """A kept connection to one address. Not shared between threads."""

    def __init__(self, url: SplitResult, *, patience: Patience, tls: ssl.SSLContext | None) -> None:
        host, timeout = url.hostname or "", patience.connect
        self._connection = (
            HTTPSConnection(host, url.port, timeout=timeout, ssl_context=tls)
            if url.scheme == "https"
            else HTTPConnection(host, url.port, timeout=timeout)
        )
        self._host = url.netloc
        self._patience = patience
        self._used_at = 0.0

    def post(
        self,
        path: str,
        *,
        headers: Mapping[str, str],
        body: Sequence[bytes],
        guard: Callable[[], None] = lambda: None,
    ) -> Reply:
        """Send a request and return its answer, whatever its status. Raises NotSent, Cut, and what ``guard`` raises.

        The guard is asked right before each piece is written; when it raises, the request stays unfinished, so that
        the provider does nothing.
        """
        request = [self._head(path, headers, sum(map(len, body))), *body]
        stale = self._make_ready()
        try:
            self._send(request, guard)
        except OSError as cause:
            return self._answered_early(cause)
        except BaseException:
            self.close()
            raise
        return self._answer(stale=stale)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()

    def _head(self, path: str, headers: Mapping[str, str], length: int) -> bytes:
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not all(line.isascii() and line.isprintable() for line in lines):
            raise ValueError("a header holds a sign that it cannot have")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _make_ready(self) -> bool:
        """See that there is a connection; return whether it was used before. Raises NotSent."""
        rested = monotonic() - self._used_at
        if self._connection.is_connected and rested < self._patience.idle:
            return True
        self.close()
        try:
            self._connection.connect()
        except (OSError, urllib3.exceptions.HTTPError) as cause:
            self.close()
            raise NotSent(f"no connection ({_name(cause)})") from None
        self._connection.sock.settimeout(self._patience.answer)
        return False

    def _send(self, pieces: Sequence[bytes], guard: Callable[[], None]) -> None:
        """Send small pieces together, as one packet and one waking of the server; large ones without a copy."""
        if sum(map(len, pieces)) < SMALL:
            pieces = [b"".join(pieces)]
        for piece in pieces:
            guard()
            self._connection.sock.sendall(piece)

    def _answered_early(self, cause: OSError) -> Reply:
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
        response = http.client.HTTPResponse(self._connection.sock, method="POST")
        try:
            response.begin()
            body = response.read(LARGEST_ANSWER)
            whole = _is_whole(response, body)
        except (OSError, http.client.HTTPException) as cause:
            self.close()
            raise Cut(f"no whole answer ({_name(cause)})", stale=stale and isinstance(cause, ConnectionError)) from None
        finally:
            response.close()
        if response.will_close or not whole:
            self.close()
        if not whole:
            raise Cut("no whole answer (cut short, or too long)", stale=False)
        self._used_at = monotonic()
        return Reply(response.status, response.headers.get("Retry-After", ""), body)


def _is_whole(response: http.client.HTTPResponse, body: bytes) -> bool:
    """Tell whether nothing is missing; the standard library takes an end in the middle of the headers for theirs."""
    if response.length is None and not response.chunked and not body:
        return False
    return not response.length and (response.isclosed() or not response.read(1))


def _name(cause: Exception) -> str:
    """Return what broke, without the words of the cause, which may repeat what was sent."""
    if isinstance(cause, ssl.SSLError):
        return cause.reason or "TLS"
    if isinstance(cause, urllib3.exceptions.NewConnectionError) and isinstance(cause.__cause__, OSError):
        return cause.__cause__.strerror or type(cause.__cause__).__name__
    return type(cause).__name__
