"""`eboxcast witness see FOLDER https://…/audit/head`: one line of cron, at the real server, or a bad one."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.db.models import F
from tests.authority import ELSEWHERE, HERE, Authority
from tests.cli.serving import answer_to, free_port, served
from tests.cli.test_witness import PHRASE, Both, _passphrase, both, forge

from eboxcast.accounts.guessing import HEADS
from eboxcast.accounts.models import FailedTry
from eboxcast.audit.actions import record

__all__ = ["_passphrase", "both"]
Answers = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def port(both: Both) -> Iterator[int]:
    """The institution serves its pages, and gives its head to anyone."""
    port = free_port()
    with served(port, EBOXCAST_PUBLIC_AUDIT_HEAD="on", EBOXCAST_SIGNING_PASSPHRASE=PHRASE):
        assert answer_to(port, "/health/ready")[0].status == 200
        yield port


def recorded() -> None:
    """Have something recorded, and let a minute pass."""
    record("a.number_1", by="ines")
    FailedTry.objects.update(at=F("at") - timedelta(minutes=1))


def test_the_same_line_sees_the_first_head_the_next_ones_and_that_nothing_is_new(both: Both, port: int) -> None:
    keys = both.folder / "keys.json"
    keys.write_text(both.command("keys", "list", "--json")[1])
    line = ("witness", "see", both.witness, f"http://127.0.0.1:{port}/audit/head", "--keys", keys)
    said = []
    for entries in (1, 0, 1):
        for _ in range(entries):
            recorded()
        code, out, err = both.command(*line)
        assert (code, err) == (0, "")
        said.append(out)
    assert "It is the first head" in said[0]
    assert said[1] == "There is nothing new. The head with 2 entries was countersigned before.\n"
    assert "the audit only grew since the head with 2 entries." in said[2]
    assert both.verify("--witness", both.record)[1]["witnessed_to"] == 3


def test_a_rewritten_audit_is_refused_and_the_fork_is_kept(
    both: Both, port: int, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    address = f"http://127.0.0.1:{port}/audit/head"
    recorded()
    first = both.see(address)
    forge(sweepers)
    recorded()
    assert both.refused(address)[0] == "witness.audit-forked"
    (kept,) = (both.witness / "forks").iterdir()
    told = json.loads(kept.read_text())
    assert told["seen"] == both.last.read_text().strip()
    assert (told["since"], told["given"]) == (first["size"], json.loads(answer_to(port, "/audit/head")[1])["signed"])


def test_an_audit_that_became_shorter_is_refused(
    both: Both, port: int, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    both.see(both.head(entries=5))
    sweepers[0].execute(b"delete from audit_entry where action = 'a.number_4'")
    forge(sweepers)
    assert both.refused(f"http://127.0.0.1:{port}/audit/head")[0] == "witness.head-older"


def test_whoever_asks_too_often_is_told_by_the_real_server(both: Both, port: int) -> None:
    for _ in range(HEADS.most_from):
        assert answer_to(port, "/audit/head")[0].status == 200
    code, said = both.refused(f"http://127.0.0.1:{port}/audit/head")
    assert code == "proof.not-fetched"
    assert "429" in said


def test_the_real_server_is_closed_by_default(both: Both) -> None:
    port = free_port()
    with served(port, EBOXCAST_SIGNING_PASSPHRASE=PHRASE):
        assert answer_to(port, "/audit/head")[0].status == 404


@contextmanager
def serving(answers: Answers, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer each request so, and yield the address."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HERE, 0), Server)
    server.daemon_threads = False  # closing waits for them
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"{'https' if tls else 'http'}://{HERE}:{server.server_port}/head.json"
    server.shutdown()
    server.server_close()


def giving(content: bytes, status: int = 200, **headers: str) -> Answers:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def test_a_file_on_a_server_is_seen_where_its_authority_is_trusted(both: Both, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(giving(both.head().read_bytes()), authority.certificate(HERE).server()) as address:
        assert "certificate" in both.refused(address)[1]
        assert both.see(address, "--server-authority", authority.file)["new"]
        assert not both.see(address, "--server-authority", authority.file)["new"]
        assert both.refused(address, "--server-authority", both.witness / "key.json")[0] == "proof.authorities-unclear"


@pytest.mark.parametrize(("ended", "named"), [(True, HERE), (False, ELSEWHERE)])
def test_a_server_with_another_certificate_is_not_asked(both: Both, tmp_path: Path, ended: bool, named: str) -> None:
    authority = Authority(tmp_path)
    tls = authority.certificate(named, ended=ended).server()
    with serving(giving(both.head().read_bytes()), tls) as address:
        assert both.refused(address, "--server-authority", authority.file)[0] == "proof.not-fetched"


def test_a_plain_address_elsewhere_is_refused(both: Both) -> None:
    for address in (f"http://{ELSEWHERE}/audit/head", "http://localhost.example.be/audit/head", "http:///head"):
        assert both.refused(address)[0] == "proof.address-plain"


def test_a_redirect_is_not_followed(both: Both) -> None:
    with serving(giving(both.head().read_bytes())) as other, serving(giving(b"", 302, Location=other)) as address:
        assert both.refused(address)[0] == "proof.not-fetched"


def test_what_is_too_much_is_not_read(both: Both) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(bytes(1 << 16))
        except OSError:
            ended.append(request.path)

    ended: list[str] = []
    with serving(endless) as address:
        assert both.refused(address)[0] == "proof.not-fetched"
    assert ended == ["/head.json"]


def test_an_address_keeps_what_it_asks_for_itself(both: Both) -> None:
    head, asked = both.head(), []

    def noting(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        giving(head.read_bytes())(request)

    with serving(noting) as address:
        both.see(f"{address}?of=audit&since=1#head")
        both.see(f"{address}?of=audit&since=1#head")
    assert asked == ["/head.json?of=audit&since=1", "/head.json?of=audit&since=4"]
