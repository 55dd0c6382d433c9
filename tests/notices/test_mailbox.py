"""A mailbox is read over TLS from the server that was asked for and from no other; a password goes nowhere else."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from tests.notices.authority import Authority
from tests.notices.imap import PASSWORD, USER, ImapBox, imap_serving
from tests.notices.mailbox import free_port

from eboxcast.notices.errors import MailboxUnreachable
from eboxcast.notices.transport.imap_server import ImapServer
from eboxcast.notices.transport.mailbox import open_mailbox

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


@pytest.fixture(scope="module")
def plain() -> Iterator[ImapBox]:
    """A server that knows no TLS."""
    with imap_serving() as box:
        yield box


@contextmanager
def with_starttls(certificate: tuple[Path, Path]) -> Iterator[ImapServer]:
    with imap_serving("--cert", certificate[0], "--key", certificate[1]) as box:
        yield _server(box.port)


@contextmanager
def with_tls(certificate: tuple[Path, Path], behind: ImapBox) -> Iterator[ImapServer]:
    """Have a server that speaks TLS from the first byte, in front of one that does not."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with socket.create_server((HERE, 0)) as listening:
        thread = Thread(target=_relay, args=(listening, context, behind.port))
        thread.start()
        try:
            yield replace(_server(listening.getsockname()[1]), tls=True, starttls=False)
        finally:
            with suppress(OSError):
                socket.create_connection((HERE, listening.getsockname()[1])).close()
            thread.join()


def _relay(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """Pass on one connection; one that breaks off its greeting is all there is."""
    with suppress(OSError):
        raw, _ = listening.accept()
        with context.wrap_socket(raw, server_side=True) as outside, socket.create_connection((HERE, port)) as inside:
            back = Thread(target=_pass_on, args=(inside, outside))
            back.start()
            _pass_on(outside, inside)
            with suppress(OSError):
                inside.shutdown(socket.SHUT_RDWR)
            back.join()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while found := one.recv(65536):
            other.sendall(found)


def _server(port: int) -> ImapServer:
    return ImapServer(host=HERE, port=port, user=USER, password=PASSWORD, folder="INBOX", tls=False, starttls=True)


def refused(server: ImapServer) -> str:
    """Return why a server is not read."""
    with pytest.raises(MailboxUnreachable) as trouble, open_mailbox(server):
        pass
    problem = str(trouble.value.data["problem"])
    assert PASSWORD not in problem
    return problem


@pytest.mark.usefixtures("trusted")
def test_a_server_with_the_right_certificate_is_read_with_starttls(authority: Authority) -> None:
    with with_starttls(authority.certificate(HERE)) as server, open_mailbox(server) as mailbox:
        assert mailbox.after(0)
        assert mailbox.name == f"{USER}@{HERE}:{server.port}/INBOX"


@pytest.mark.usefixtures("trusted")
def test_a_server_with_the_right_certificate_is_read_with_tls(authority: Authority, plain: ImapBox) -> None:
    with with_tls(authority.certificate(HERE), plain) as server, open_mailbox(server) as mailbox:
        assert mailbox.after(0)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("names", "days", "why"),
    [(("imap.example.be",), 1, "doesn't match|not valid for"), ((HERE,), -1, "expired")],
    ids=["another name", "expired"],
)
def test_a_certificate_that_is_not_of_this_server_now_is_refused(
    authority: Authority, plain: ImapBox, names: tuple[str, ...], days: int, why: str
) -> None:
    certificate = authority.certificate(*names, days=days)
    with with_starttls(certificate) as server:
        problem = refused(server)
    with with_tls(certificate, plain) as server:
        assert problem == refused(server)
    assert any(word in problem for word in why.split("|"))


def test_an_authority_that_nobody_trusts_is_none(authority: Authority, plain: ImapBox) -> None:
    with with_starttls(authority.certificate(HERE)) as server:
        assert "certificate verify failed" in refused(server)
    with with_tls(authority.certificate(HERE), plain) as server:
        assert "certificate verify failed" in refused(server)


@pytest.mark.usefixtures("trusted")
def test_another_authority_vouches_for_nobody(tmp_path: Path) -> None:
    with with_starttls(Authority(tmp_path, "Stranger").certificate(HERE)) as server:
        assert "certificate verify failed" in refused(server)


def test_where_tls_is_wanted_and_not_there_no_password_is_sent(plain: ImapBox) -> None:
    assert "STARTTLS" in refused(_server(plain.port)).upper()
    assert "SSL" in refused(replace(_server(plain.port), tls=True, starttls=False)).upper()


def test_nobody_there_and_no_such_folder_are_told_as_they_are(plain: ImapBox) -> None:
    assert "refused" in refused(replace(_server(free_port()), starttls=False)).lower()
    assert "select" in refused(replace(_server(plain.port), starttls=False, folder="Nowhere")).lower()
