"""A provider of a few lines on loopback that does exactly what it is told with each call, down to the byte."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from eboxcast.lib.digests import digest
from eboxcast.mailboxes.values import Identity, NewMessage
from eboxcast.targets.ebox_rest.options import EboxRestOptions

PDF = b"%PDF-1.7\na letter of a few bytes\n%%EOF\n"
JANE, JOHN, MARY = 90_011_500_287, 85_073_003_328, 88_432_120_454
ACME, OTHER = 1_000_456_789_034, 1_000_403_019_261
TOKEN = "a-token-of-the-wire"
EXPIRES = "2027-06-01T12:00:00+02:00"
UUID = "0d0d9a1e-6f0c-4d55-8c4e-0a52a8a0c6de"


@dataclass(frozen=True, kw_only=True)
class Do:
    """What becomes of one call."""

    status: int = 201
    content: object = None
    raw: bytes | None = None
    """All bytes of the answer, in the place of status and content."""
    headers: tuple[str, ...] = ()
    then: str = "keep"
    """After it: keep the connection, close it, reset it, or say nothing for good (silence)."""
    unread: bool = False
    """Whether to act before the body is read."""

    def bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = json.dumps(self.content).encode()
        lines = [f"HTTP/1.1 {self.status} Some", f"Content-Length: {len(body)}", *self.headers, "", ""]
        return "\r\n".join(lines).encode() + body


CLOSE = Do(raw=b"", then="close")
RESET = Do(raw=b"", then="reset")
SILENCE = Do(raw=b"", then="silence")
PUBLISHED = Do(content={"messageId": "m-1", "expirationDate": EXPIRES})


def refusal(status: int, code: str, message: str, *headers: str) -> Do:
    return Do(status=status, content={"code": code, "id": UUID, "message": message}, headers=headers)


def linked(count: int, *errors: object) -> Do:
    content = {"messageId": "m-1", "expirationDate": EXPIRES, "nbSuccessLinks": count, "errorCases": list(errors)}
    return Do(content=content)


@dataclass(frozen=True)
class Got:
    """A call that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """The provider. Tokens it gives by itself; every other call is done what comes next."""

    tls: ssl.SSLContext | None = None
    todo: list[Do] = field(default_factory=list)
    calls: list[Got] = field(default_factory=list)
    token_calls: list[Got] = field(default_factory=list)
    token_answers: list[Do] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        kind = "http" if self.tls is None else "https"
        return f"{kind}://127.0.0.1:{self._listening.getsockname()[1]}"

    def then(self, *todo: Do) -> None:
        self.todo += todo

    def end(self) -> None:
        self._ended.set()
        for one in [self._listening, *self._open]:
            with suppress(OSError):  # it has ended already
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                continue
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        counted = False
        try:
            with connection, connection.makefile("rb") as reader:
                while head := _head(reader.readline):
                    token = head[0] == "/token"
                    self.connections += not (token or counted)
                    counted = counted or not token
                    do = self._next(token=token)
                    body = b"" if do.unread else reader.read(int(head[1]["content-length"]))
                    (self.token_calls if token else self.calls).append(Got(*head, body))
                    if not self._done(connection, do):
                        return
        except OSError:
            return

    def _next(self, *, token: bool) -> Do:
        if not token:
            return self.todo.pop(0)
        usual = Do(status=200, content={"access_token": TOKEN, "expires_in": 3600})
        return self.token_answers.pop(0) if self.token_answers else usual

    def _done(self, connection: socket.socket, do: Do) -> bool:
        connection.sendall(do.bytes())
        if do.then == "silence":
            self._ended.wait()
        if do.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return do.then == "keep"


def _head(read_line: Callable[[], bytes]) -> tuple[str, dict[str, str]] | None:
    first = read_line()
    if not first:
        return None
    headers: dict[str, str] = {}
    while (line := read_line()) not in (b"\r\n", b""):
        name, _, value = line.decode("iso-8859-1").partition(":")
        headers[name.lower()] = value.strip()
    return first.decode().split(" ")[1], headers


def options_for(address: str, folder: Path, **changes: object) -> EboxRestOptions:
    secret = folder / "secret"
    secret.write_text("a secret\n")
    values: dict[str, object] = {
        "base_url": address + "/registry",
        "token_url": address + "/token",
        "client_id": "a client",
        "client_secret_file": secret,
        "answer_seconds": 10.0,
    }
    return EboxRestOptions(**{**values, **changes})  # type: ignore[arg-type]  # each test gives what fits


def message(**changes: object) -> NewMessage:
    document = changes.pop("document", PDF)
    values: dict[str, object] = {
        "identity": Identity(institution="0456789034", application="demo:broadcast", ticket="t-1", sequence=None),
        "document": document,
        "document_digest": digest(document),  # type: ignore[arg-type]  # bytes
        "metadata_digest": b"",
        "institution_names": {"fr": "Démo"},
        "application_names": {"fr": "Démo"},
        "type_code": "DEMO-INFO",
        "type_names": {"fr": "Info"},
        "ebox_type": "CITIZEN",
        "language": "fr",
        "title": "Vos congés",
        "file_name": "lettre.pdf",
        "media_type": "application/pdf",
        "metas": {},
        "validity_number": 6,
        "validity_unit": "month",
    }
    return NewMessage(**{**values, **changes})  # type: ignore[arg-type]  # as above


def parts_of(call: Got) -> Sequence[tuple[bytes, bytes]]:
    """Return head and content of each part of a multipart body."""
    boundary = call.headers["content-type"].partition("boundary=")[2].encode()
    pieces = call.body.split(b"--" + boundary)
    assert pieces[-1] == b"--\r\n"
    return [tuple(piece.removeprefix(b"\r\n").removesuffix(b"\r\n").split(b"\r\n\r\n", 1)) for piece in pieces[1:-1]]  # type: ignore[misc]  # two of each
