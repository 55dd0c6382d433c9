"""A real mail server in this process, which can be told to refuse, to be late, or to be gone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.test import override_settings

from eboxcast.notices.transport.mail_server import read_mail_server

SENDER = "eBox broadcasts <broadcasts@example.be>"
Answer = Callable[[SMTP, EmailMessage], str]


class Mailbox:
    """What the server took, and how it answers: each may be changed while it runs."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.refusals: dict[str, str] = {}
        """By address: what it is answered instead of being accepted."""
        self.answer: Answer = lambda server, message: "250 taken"

    async def handle_EHLO(  # noqa: N802 - the library's name for it
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - the same
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return self.answer(server, message)


def cut(server: SMTP, message: EmailMessage) -> str:
    """Take the mail, and be gone before saying so."""
    assert server.transport is not None
    server.transport.abort()
    return "250 never heard"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def serving(mailbox: Mailbox, port: int) -> Iterator[None]:
    """Let the server be there."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def serving_who_logs_in(mailbox: Mailbox, port: int, password: bytes) -> Iterator[None]:
    """Let the server be there for whoever knows the password."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: object) -> AuthResult:
        known = isinstance(told, LoginPassword) and told.password == password
        return AuthResult(success=known, handled=False)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN"],
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def mailed_to(port: int, *, login: str = "") -> Iterator[None]:
    """Have notices go to a server of this machine."""
    server = read_mail_server(f"smtp://{login}127.0.0.1:{port}")
    with override_settings(EBOXCAST_MAIL_SERVER=server, EBOXCAST_MAIL_FROM=SENDER):
        yield
