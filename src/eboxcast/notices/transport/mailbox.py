"""A folder of mails on an IMAP server (RFC 9051): read from where one stopped; nothing is ever deleted or moved.

At most the first megabyte of a mail is fetched, whatever its size: what people write comes before their attachments.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import IPPROTO_TCP, TCP_NODELAY

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.errors import MailboxUnreachable
from eboxcast.notices.transport.imap_server import ImapServer

SECONDS = 30
MOST_BYTES = 1024 * 1024
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A mail as it lies on the server, as far as it was fetched."""

    raw: bytes
    is_whole: bool


class Mailbox:
    """An open folder."""

    def __init__(self, client: IMAPClient, *, name: str, validity: int) -> None:
        self._client = client
        self.name = name
        self.validity = validity
        """Another one says that the server numbers its mails anew."""

    def after(self, number: int) -> list[int]:
        """Return the numbers of the mails after this one, in order."""
        with _said():
            # "n:*" names the last mail even where its number is lower.
            found = self._client.search(["UID", f"{number + 1}:*"])
        return sorted(one for one in found if one > number)

    def fetch(self, number: int) -> Fetched | None:
        """Return a mail and leave it unread; none where somebody has removed it meanwhile."""
        with _said():
            answer = self._client.fetch([number], [f"BODY.PEEK[]<0.{MOST_BYTES}>", "RFC822.SIZE"]).get(number, {})
        raw = answer.get(b"BODY[]<0>")
        if raw is None:
            return None
        return Fetched(raw=raw, is_whole=len(raw) >= answer[b"RFC822.SIZE"])

    def mark_read(self, number: int) -> None:
        """Show a mail as read to whoever looks into the folder."""
        with _said():
            self._client.add_flags([number], [SEEN], silent=True)


@contextmanager
def open_mailbox(server: ImapServer) -> Iterator[Mailbox]:
    """Yield the folder. Raises MailboxUnreachable, also where a certificate is not trusted."""
    with _said():
        client = _connect(server)
    try:
        with _said():
            validity = _select(client, server)
        yield Mailbox(client, name=server.name, validity=validity)
    finally:
        with suppress(IMAPClientError, OSError):
            client.logout()


def _connect(server: ImapServer) -> IMAPClient:
    client = IMAPClient(
        server.host,
        server.port,
        use_uid=True,
        ssl=server.tls,
        ssl_context=ssl.create_default_context() if server.tls else None,
        timeout=SocketTimeout(connect=SECONDS, read=SECONDS),
    )
    client.socket().setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # a command is written in pieces, and each would wait
    return client


def _select(client: IMAPClient, server: ImapServer) -> int:
    if server.starttls:
        client.starttls(ssl.create_default_context())
    client.login(server.user, server.password)
    return int(client.select_folder(server.folder)[b"UIDVALIDITY"])


@contextmanager
def _said() -> Iterator[None]:
    """Say what a server or the network answers in our words. Raises MailboxUnreachable."""
    try:
        yield
    except (IMAPClientError, OSError) as failure:
        problem = mask_and_strip(f"{type(failure).__name__}: {failure}")[:_LONGEST]
        raise MailboxUnreachable(problem=problem) from None
