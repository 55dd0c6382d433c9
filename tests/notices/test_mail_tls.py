"""Mails go to a server that proves who it is, by TLS from the first byte or by STARTTLS; to no other."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from tests.authority import ELSEWHERE, HERE, Authority, Certificate
from tests.notices.mailbox import Mailbox, free_port

from eboxcast.notices.transport.mail_server import read_mail_server
from eboxcast.notices.transport.ways import NobodyAnswers, Smtp


class StartTls(Controller):
    """A server that offers TLS, and takes nothing without."""

    def __init__(self, mailbox: Mailbox, certificate: Certificate, port: int) -> None:
        self._certificate = certificate
        super().__init__(mailbox, hostname=HERE, port=port)

    def factory(self) -> SMTP:
        return SMTP(self.handler, require_starttls=True, tls_context=self._certificate.server())


def implicit(mailbox: Mailbox, certificate: Certificate, port: int) -> Controller:
    return Controller(mailbox, hostname=HERE, port=port, ssl_context=certificate.server())


Start = Callable[[Mailbox, Certificate, int], Controller]
WAYS = pytest.mark.parametrize(
    ("start", "url"),
    [(StartTls, f"smtp://{HERE}:{{port}}?starttls=1"), (implicit, f"smtps://{HERE}:{{port}}")],
    ids=["STARTTLS", "TLS from the first byte"],
)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one that this machine trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "A broadcast was requested"
    message.set_content("By TLS.")
    return message


def send(start: Start, url: str, certificate: Certificate) -> list[EmailMessage]:
    """Send a mail to a server with a certificate; return what the server took."""
    mailbox, port = Mailbox(), free_port()
    controller = start(mailbox, certificate, port)
    controller.start()
    try:
        server = read_mail_server(url.format(port=port))
        assert server is not None
        way = Smtp(server)
        way.send(mail(), address="ines@example.be", number=1)
        way.close()
    finally:
        controller.stop()
        assert len(mailbox.taken) <= 1
    return mailbox.taken


@WAYS
def test_a_server_whose_authority_this_machine_trusts_gets_the_mail(
    start: Start, url: str, authority: Authority
) -> None:
    (taken,) = send(start, url, authority.certificate(HERE))
    assert taken["Subject"] == "A broadcast was requested"


@WAYS
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    start: Start, url: str, authority: Authority, tmp_path: Path
) -> None:
    others = {
        "IP address mismatch": authority.certificate(ELSEWHERE),
        "unable to get local issuer certificate": Authority(tmp_path, "stranger").certificate(HERE),
        "certificate has expired": authority.certificate(HERE, ended=True),
    }
    for why, certificate in others.items():
        with pytest.raises(NobodyAnswers) as refused:
            send(start, url, certificate)
        assert refused.value.problem.startswith("the certificate of the mail server was not accepted: ")
        assert why in refused.value.problem
        assert "EBOXCAST_SMTP_URL" in refused.value.problem


def test_a_server_that_does_not_offer_tls_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(NobodyAnswers, match="STARTTLS"):
        send(
            lambda mailbox, _, port: Controller(mailbox, hostname=HERE, port=port),
            f"smtp://{HERE}:{{port}}?starttls=1",
            Authority(tmp_path).certificate(HERE),
        )
