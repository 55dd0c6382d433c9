"""The settings of the mail server are read or refused by name, and their secret is never shown."""

from __future__ import annotations

import pytest

from eboxcast.notices.transport.mail_server import MailServer, MailSettingWrong, read_mail_from, read_mail_server


def test_a_server_with_name_password_and_starttls() -> None:
    server = read_mail_server("smtp://ebox%40cast:p%2Fw%3A@mail.example.be:587?starttls=1")
    assert server == MailServer(
        host="mail.example.be", port=587, user="ebox@cast", password="p/w:", tls=False, starttls=True
    )


@pytest.mark.parametrize(("url", "port", "tls"), [("smtp://mail", 25, False), ("smtps://u:p@mail", 465, True)])
def test_each_way_has_its_port(url: str, port: int, tls: bool) -> None:
    server = read_mail_server(url)
    assert server is not None
    assert (server.port, server.tls) == (port, tls)
    assert not server.starttls


def test_no_url_is_no_server() -> None:
    assert read_mail_server("") is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.be",
        "http://mail",
        "smtp://",
        "smtp://mail/box",
        "smtp://secret@mail",
        "smtp://mail:99999",
        "smtp://mail?starttls=yes",
        "smtp://mail?tls=1",
        "smtps://mail?starttls=1",
        "smtp://u:secret@mail",
    ],
)
def test_what_cannot_be_used_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(MailSettingWrong) as refused:
        read_mail_server(url)
    assert refused.value.data["variable"] == "EBOXCAST_SMTP_URL"
    assert "secret" not in str(refused.value.data)


def test_a_server_shows_no_password() -> None:
    assert "geheim" not in repr(read_mail_server("smtps://u:geheim@mail"))


@pytest.mark.parametrize("text", ["", "nobody", "a@", "@b", "Ebox <nobody>", "a@b\n", "é@example.be"])
def test_an_address_that_mails_cannot_come_from_is_refused(text: str) -> None:
    with pytest.raises(MailSettingWrong) as refused:
        read_mail_from(text, needed=True)
    assert refused.value.data["variable"] == "EBOXCAST_MAIL_FROM"


def test_an_address_may_have_a_name() -> None:
    assert read_mail_from("eBox broadcasts <b@example.be>", needed=True) == "eBox broadcasts <b@example.be>"
    assert read_mail_from("", needed=False) == "eboxcast@localhost"
