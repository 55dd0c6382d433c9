"""A real IMAP server in a process of its own, with one mailbox that tests fill and look into."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from tempfile import TemporaryFile

from django.conf import settings
from django.test import override_settings
from imapclient import IMAPClient
from tests.notices.mailbox import SENDER, free_port

from eboxcast.notices.transport.imap_server import ImapServer, read_imap_server
from eboxcast.notices.transport.mail_server import read_mail_server

USER, PASSWORD = "broadcasts", "geheim-9"


class ImapBox:
    """The mailbox of our address, as its server and the people who read it see it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._client: IMAPClient | None = None

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    @contextmanager
    def opened(self) -> Iterator[IMAPClient]:
        """Yield the folder as it is now. Signing in is half of the work of this server: it is done once."""
        client = self._client or IMAPClient("127.0.0.1", self.port, ssl=False, timeout=60)
        if self._client is None:
            client.socket().setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            client.login(USER, PASSWORD)
            self._client = client
        client.select_folder("INBOX")
        yield client

    def close(self) -> None:
        """Leave the server."""
        if self._client is not None:
            self._client.shutdown()

    def put(self, *mails: EmailMessage | bytes) -> None:
        """Have mails arrive."""
        with self.opened() as client:
            for mail in mails:
                client.append("INBOX", mail if isinstance(mail, bytes) else mail.as_bytes())

    def unread(self) -> int:
        """Return how many mails nobody has read."""
        with self.opened() as client:
            return len(client.search("UNSEEN"))

    def clear(self) -> None:
        with self.opened() as client:
            if found := client.search("ALL"):
                client.delete_messages(found)
                client.expunge()

    @contextmanager
    def read(self, **more: object) -> Iterator[None]:
        """Have this be the mailbox that is read."""
        with override_settings(
            EBOXCAST_MAILBOX=server_of(self.url),
            EBOXCAST_MAIL_SERVER=settings.EBOXCAST_MAIL_SERVER or read_mail_server("smtp://127.0.0.1"),
            EBOXCAST_MAIL_FROM=SENDER,
            **more,
        ):
            yield


def server_of(url: str) -> ImapServer:
    server = read_imap_server(url, sends=True)
    assert server is not None
    return server


@contextmanager
def imap_serving(*options: str | Path, port: int = 0, user: str = USER, password: str = PASSWORD) -> Iterator[ImapBox]:
    """Let the server be there."""
    port = port or free_port()
    program = Path(sys.executable).with_name("pymap")
    tls = options or ("--no-tls",)
    words = [program, "--host", "127.0.0.1", "--port", str(port), *tls, "dict"]
    command = [*map(str, words), "--demo-data", "--demo-user", user, "--demo-password", password]
    with TemporaryFile() as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            _wait_for(port, server)
            box = ImapBox(port)
            yield box
            box.close()
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            IMAPClient("127.0.0.1", port, ssl=False, timeout=5).shutdown()
        except OSError:
            continue
        return
    raise AssertionError(f"the server ended with {server.returncode}")
