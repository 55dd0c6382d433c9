"""One kept connection to one address, which always knows how far a call got.

What matters is certainty: ``NotSent`` says that the provider cannot have got the whole request, ``Cut`` that it may
have carried it out. urllib3's pools mix the two, so only its connections are used (names, addresses, time-outs, TLS),
one for each lane and address; a request is written as it stands, and a plain answer is read as it stands: only one of
another form is left to the standard library. No retries, no redirects, no proxy.
docs/adr/0008-http-without-a-pool.md says why.
"""

from __future__ import annotations

import http.client
import io
import re
import select
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, cast
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SMALL = 65_536
"""Pieces below this many bytes are sent together: one packet, and one waking of the server, for a small call."""
_END_OF_REQUEST = 16_384
"""As much as one record of TLS: written at once, or not at all."""
LARGEST_ANSWER = 16 * 1024 * 1024
_DROP_AT_CLOSE = struct.pack("ii", 1, 0)


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
    received: float = 10.0
    """Our kernel gives up what theirs has not confirmed for so long; below half a lease, also in a frozen process."""


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
        self._begun: tuple[object, bytes] = (None, b"")

    def post(
        self,
        path: str,
        *,
        headers: Mapping[str, str],
        body: Sequence[bytes],
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Reply:
        """Send a request and return its answer, whatever its status. Raises NotSent, Cut, and what ``guard`` raises.

        The guard is entered right before each piece is written; when it raises, the request stays unfinished, so that
        the provider does nothing. Within it only the end of the request is written, which never waits: of a process
        that is frozen there the guard makes sure that it does not wake too late.
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
        """Return the head of a request; most differ from the one before in nothing but the length."""
        asked = (path, *headers.items())
        if self._begun[0] != asked:
            lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            if not all(line.isascii() and line.isprintable() for line in lines):
                raise ValueError("a header holds a sign that it cannot have")
            self._begun = (asked, "\r\n".join(lines).encode())
        return b"%b\r\nContent-Length: %d\r\n\r\n" % (self._begun[1], length)

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
        self._hold_nothing_back(self._connection.sock)
        return False

    def _hold_nothing_back(self, sock: socket.socket) -> None:
        """Have the kernel drop what is not delivered when we close or die, or after a while.

        It would deliver it once the network is back: when the call was perhaps made again.
        """
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP_AT_CLOSE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._patience.received * 1000))

    def _send(self, pieces: Sequence[bytes], guard: Callable[[], AbstractContextManager[None]]) -> None:
        """Send small pieces together, as one packet and one waking of the server; large ones without a copy."""
        if sum(map(len, pieces)) < SMALL:
            pieces = [b"".join(pieces)]
        sock, end = self._connection.sock, memoryview(pieces[-1])[-_END_OF_REQUEST:]
        for piece in (*pieces[:-1], pieces[-1][:-_END_OF_REQUEST]):
            if piece:
                with guard():
                    pass
                sock.sendall(piece)
        while end:
            _wait_to_write(sock)
            with guard():
                sent = sock.send(end)
            end = end[sent:]

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
        try:
            reply, reusable = self._read()
        except (OSError, http.client.HTTPException) as cause:
            self.close()
            raise Cut(f"no whole answer ({_name(cause)})", stale=stale and isinstance(cause, ConnectionError)) from None
        if not reusable:
            self.close()
        if reply is None:
            raise Cut("no whole answer (cut short, or too long)", stale=False)
        self._used_at = monotonic()
        return reply

    def _read(self) -> tuple[Reply | None, bool]:
        """Return the answer, None where it is not whole, and whether the connection can be used again."""
        sock = self._connection.sock
        begun = b""
        while (end := begun.find(_END_OF_HEAD)) < 0 and len(begun) < SMALL:
            received = sock.recv(SMALL)
            if not received:
                break
            begun += received
        head = _plain_head(begun[:end]) if end >= 0 else None
        if head is None:
            return _read_any(_Replayed(begun, sock))
        body = bytearray(begun[end + len(_END_OF_HEAD) :])
        while len(body) < head.length and (received := sock.recv(min(head.length - len(body), LARGEST_ANSWER))):
            body += received
        if len(body) < head.length:
            return None, False
        return Reply(head.status, "", bytes(body[: head.length])), head.kept and len(body) == head.length


_END_OF_HEAD = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [^\r\n]*)?")
_HEADER = re.compile(rb"\r\n([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)")
_LENGTH = re.compile(rb"[0-9]{1,9}")
_WITHOUT_BODY = (204, 304)
_ODD = {b"transfer-encoding", b"retry-after"}
"""Answers with these are left to the standard library: none of the many that go well has one."""


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    length: int
    kept: bool


def _plain_head(head: bytes) -> _Head | None:
    """Return what is needed of a head that leaves nothing to be interpreted; None for any other.

    The parser of the standard library, that of emails, took as long as the rest of a small call.
    """
    status = _STATUS.fullmatch(head, 0, max(head.find(b"\r"), 0))
    fields = {name.lower(): value.strip() for name, value in _HEADER.findall(head)}
    lines = len(fields)  # each of its own name, and nothing between them
    if status is None or not head.count(b"\r") == head.count(b"\n") == lines or not fields.keys().isdisjoint(_ODD):
        return None
    length, code = fields.get(b"content-length", b""), int(status[1])
    if not _LENGTH.fullmatch(length) or int(length) > LARGEST_ANSWER or code in _WITHOUT_BODY:
        return None
    return _Head(code, int(length), fields.get(b"connection", b"keep-alive").lower() == b"keep-alive")


class _Replayed(io.RawIOBase):
    """A connection of which the first bytes were read already, as the standard library wants it."""

    def __init__(self, begun: bytes, sock: socket.socket) -> None:
        self._begun = memoryview(begun)
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._begun:
            return self._sock.recv_into(buffer)
        wanted = memoryview(buffer)
        size = min(len(wanted), len(self._begun))
        wanted[:size], self._begun = self._begun[:size], self._begun[size:]
        return size

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _read_any(replayed: _Replayed) -> tuple[Reply | None, bool]:
    response = http.client.HTTPResponse(cast("socket.socket", replayed), method="POST")
    try:
        response.begin()
        body = response.read(LARGEST_ANSWER)
        reply = Reply(response.status, response.headers.get("Retry-After", ""), body)
        whole = _is_whole(response, body)
        return reply if whole else None, whole and not response.will_close
    finally:
        response.close()


def _wait_to_write(sock: socket.socket) -> None:
    """Wait until something can be written at once. Raises TimeoutError."""
    seconds, writable = sock.gettimeout(), select.poll()
    writable.register(sock, select.POLLOUT)
    if not writable.poll(None if seconds is None else seconds * 1000):
        raise TimeoutError


def _is_whole(response: http.client.HTTPResponse, body: bytes) -> bool:
    """Tell whether nothing is missing; the standard library takes an end in the middle of the headers for theirs."""
    if response.length is None and not response.chunked and not body:
        return False
    return not response.length and (response.isclosed() or not response.read(1))


def _name(cause: Exception) -> str:
    """Return what broke, without the words of the cause, which may repeat what was sent."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"{cause.reason}: {cause.verify_message.rstrip('.')}; see authority_file"
    if isinstance(cause, ssl.SSLError):
        return cause.reason or "TLS"
    if isinstance(cause, urllib3.exceptions.NewConnectionError) and isinstance(cause.__cause__, OSError):
        return cause.__cause__.strerror or type(cause.__cause__).__name__
    return type(cause).__name__
