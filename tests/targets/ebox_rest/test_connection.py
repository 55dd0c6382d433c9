"""How far a call got is always known: answered, not sent, or cut."""

from __future__ import annotations

import gc
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.authority import ELSEWHERE, HERE, Authority
from tests.targets.wire import CLOSE, RESET, SILENCE, Do, Wire, options_for

from eboxcast.targets.ebox_rest.connection import LARGEST_ANSWER, Cut, Line, NotSent, Patience, Reply
from eboxcast.targets.ebox_rest.credentials import tls_of
from eboxcast.targets.options import TargetsFileWrong

PATIENT = Patience(connect=5, answer=5)
SOON = Patience(connect=5, answer=0.2)
LARGE = 8 * 1024 * 1024
"""More than the buffers between two sockets hold."""


def post(line: Line, *body: bytes) -> Reply:
    return line.post("/x", headers={"Accept": "application/json"}, body=body or (b"{}",))


@pytest.fixture
def line(wire: Wire) -> Iterator[Line]:
    line = Line(urlsplit(wire.address), patience=PATIENT, tls=None)
    yield line
    line.close()


@pytest.fixture
def hasty(wire: Wire) -> Iterator[Line]:
    line = Line(urlsplit(wire.address), patience=SOON, tls=None)
    yield line
    line.close()


def test_calls_share_one_connection(wire: Wire, line: Line) -> None:
    wire.then(Do(), Do(status=400), Do(status=503))
    assert [post(line).status for _ in range(3)] == [201, 400, 503]
    assert wire.connections == 1


def test_a_connection_the_server_closed_is_replaced_before_the_next_call(wire: Wire, line: Line) -> None:
    wire.then(Do(then="close", headers=("Connection: close",)), Do())
    assert [post(line).status for _ in range(2)] == [201, 201]
    assert wire.connections == 2


def test_a_call_given_up_leaves_nothing_to_be_delivered_later() -> None:
    """The connection is reset, not ended: the kernel drops what the provider does not have yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(urlsplit(f"http://127.0.0.1:{server.getsockname()[1]}"), patience=SOON, tls=None)
        with pytest.raises(Cut):
            post(line)
        accepted, _ = server.accept()
    with accepted, pytest.raises(ConnectionResetError):
        list(iter(lambda: accepted.recv(LARGE), b""))


def test_a_connection_idle_for_long_is_not_trusted(wire: Wire) -> None:
    line = Line(urlsplit(wire.address), patience=replace(SOON, idle=0.0), tls=None)
    wire.then(Do(), Do())
    post(line), post(line)
    assert wire.connections == 2
    line.close()


def test_a_body_arrives_whole_whatever_its_size(wire: Wire, line: Line) -> None:
    wire.then(Do(), Do())
    document = bytes(range(256)) * 1200
    post(line, b"start", document, b"end")
    post(line, b"start", b"document", b"end")
    assert [call.body for call in wire.calls] == [b"start" + document + b"end", b"startdocumentend"]


def test_nobody_listening_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(NotSent, match="Connection refused"):
        post(Line(urlsplit(address), patience=PATIENT, tls=None))


def test_a_name_that_does_not_exist_is_not_sent() -> None:
    with pytest.raises(NotSent, match="no connection"):
        post(Line(urlsplit("http://provider.invalid"), patience=PATIENT, tls=None))


def test_a_reset_in_the_middle_of_sending_is_not_sent(wire: Wire, line: Line) -> None:
    wire.then(Do(raw=b"", then="reset", unread=True))
    with pytest.raises(NotSent):
        post(line, b"x" * LARGE)


def test_a_server_that_stops_reading_is_not_sent(wire: Wire, hasty: Line) -> None:
    wire.then(Do(raw=b"", then="silence", unread=True))
    with pytest.raises(NotSent, match="TimeoutError"):
        post(hasty, b"x" * LARGE)


@pytest.mark.parametrize(
    "do",
    [
        CLOSE,
        RESET,
        Do(raw=b"HTTP/1.1 201 Cr", then="close"),
        Do(raw=b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n", then="close"),
        Do(raw=b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{", then="close"),
        Do(raw=b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", then="close"),
        Do(raw=b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{", then="reset"),
        Do(raw=b"this is no HTTP\r\n\r\n", then="close"),
    ],
    ids=["closed", "reset", "in-status", "before-body", "in-body", "in-chunk", "reset-in-body", "no-http"],
)
def test_whatever_breaks_after_sending_is_cut_and_not_stale(wire: Wire, line: Line, do: Do) -> None:
    wire.then(do)
    with pytest.raises(Cut) as cut:
        post(line)
    assert not cut.value.stale


@pytest.mark.parametrize("do", [SILENCE, Do(raw=b"HTTP/1.1 201 Created\r\n", then="silence")])
def test_no_answer_in_time_is_cut(wire: Wire, hasty: Line, do: Do) -> None:
    wire.then(do)
    with pytest.raises(Cut, match="TimeoutError"):
        post(hasty)


@pytest.mark.parametrize("do", [CLOSE, RESET])
def test_a_kept_connection_that_closes_without_a_byte_is_cut_and_stale(wire: Wire, line: Line, do: Do) -> None:
    wire.then(Do(), do)
    post(line)
    with pytest.raises(Cut) as cut:
        post(line)
    assert cut.value.stale


def test_after_a_cut_the_next_call_has_a_connection_of_its_own(wire: Wire, line: Line) -> None:
    wire.then(RESET, Do())
    with pytest.raises(Cut):
        post(line)
    assert post(line).status == 201


def test_an_answer_that_ends_with_its_connection_is_whole(wire: Wire, line: Line) -> None:
    wire.then(Do(raw=b"HTTP/1.0 201 Created\r\n\r\n{}", then="close"))
    assert post(line).body == b"{}"


def test_an_answer_in_chunks_is_whole(wire: Wire, line: Line) -> None:
    wire.then(Do(raw=b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), Do())
    assert (post(line).body, post(line).status, wire.connections) == (b"{}", 201, 1)


@pytest.mark.parametrize(
    "framing", [f"Content-Length: {LARGEST_ANSWER + 1}", "Transfer-Encoding: chunked", "X-None: 1"]
)
def test_an_answer_without_end_is_not_swallowed(wire: Wire, line: Line, framing: str) -> None:
    body = b"x" * (LARGEST_ANSWER + 1)
    if "chunked" in framing:
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    wire.then(Do(raw=f"HTTP/1.1 201 Created\r\n{framing}\r\n\r\n".encode() + body, then="close"))
    with pytest.raises(Cut, match="too long"):
        post(line)


class TooLate(Exception):
    """What a guard raises."""


def until(pieces: int) -> Callable[[], AbstractContextManager[None]]:
    """Return a guard that lets so many pieces be written."""
    allowed = iter(range(pieces))

    @contextmanager
    def guard() -> Iterator[None]:
        if next(allowed, None) is None:
            raise TooLate
        yield

    return guard


@pytest.mark.parametrize(("body", "pieces"), [((b"{}",), 0), ((b"x" * LARGE, b"the end"), 2)])
def test_a_guard_ends_a_request_before_it_is_whole(
    wire: Wire, line: Line, body: tuple[bytes, ...], pieces: int
) -> None:
    """Up to its last piece; the server has nothing to carry out, and the next call has a connection of its own."""
    wire.then(*[Do()] * (2 if pieces else 1))
    with pytest.raises(TooLate):
        line.post("/x", headers={}, body=body, guard=until(pieces))
    assert post(line, b"[]").status == 201
    whole = [call.body for call in wire.calls if len(call.body) == int(call.headers["content-length"])]
    assert whole == [b"[]"]


def test_a_header_cannot_bring_another_with_it(line: Line) -> None:
    with pytest.raises(ValueError, match="cannot have"):
        line.post("/x", headers={"Idempotency-Key": '"a"\r\nX: y'}, body=[b""])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=provider"
    files = (folder / "certificate.pem", folder / "key.pem")
    try:
        subprocess.run(
            [*words.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("needs the program openssl")
    return files


@pytest.fixture
def secure_wire(certificate: tuple[Path, Path]) -> Iterator[Wire]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.load_verify_locations(certificate[0])
    context.verify_mode = ssl.CERT_OPTIONAL
    wire = Wire(tls=context)
    yield wire
    wire.end()


def test_a_provider_is_spoken_to_over_tls_on_one_connection(
    secure_wire: Wire, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    options = options_for(
        secure_wire.address,
        tmp_path,
        authority_file=certificate[0],
        certificate_file=certificate[0],
        certificate_key_file=certificate[1],
    )
    line = Line(urlsplit(secure_wire.address), patience=PATIENT, tls=tls_of(options))
    secure_wire.then(Do(), Do())
    assert [post(line, b"x" * 100_000).status for _ in range(2)] == [201, 201]
    line.close()
    assert (secure_wire.connections, len(secure_wire.calls[1].body)) == (1, 100_000)


def test_a_provider_nobody_vouches_for_gets_nothing(secure_wire: Wire, tmp_path: Path) -> None:
    tls = tls_of(options_for(secure_wire.address, tmp_path))
    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        post(Line(urlsplit(secure_wire.address), patience=PATIENT, tls=tls))
    gc.collect()
    assert secure_wire.calls == []


@pytest.mark.parametrize("address", [HERE, ELSEWHERE])
@pytest.mark.parametrize("ended", [False, True])
def test_a_provider_is_who_its_authority_says_today_or_gets_nothing(address: str, ended: bool, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    wire = Wire(tls=authority.certificate(address, ended=ended).server())
    line = Line(
        urlsplit(wire.address),
        patience=PATIENT,
        tls=tls_of(options_for(wire.address, tmp_path, authority_file=authority.file)),
    )
    try:
        if address == HERE and not ended:
            wire.then(Do())
            assert post(line).status == 201
        else:
            with pytest.raises(NotSent, match=r"(mismatch|expired).*; see authority_file"):
                post(line)
            assert wire.calls == []
    finally:
        line.close()
        wire.end()


@pytest.mark.parametrize("name", ["authority_file", "certificate_file"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, name: str) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing of the kind")
    with pytest.raises(TargetsFileWrong) as refused:
        tls_of(options_for("https://127.0.0.1:1", tmp_path, **{name: wrong}))
    assert refused.value.data["file"] == "wrong.pem"
    assert [fault.data["place"] for fault in refused.value.parts] == [name]
