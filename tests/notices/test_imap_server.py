"""The mailbox that is read, as the setting gives it: refused where a password would leave unencrypted."""

from __future__ import annotations

import pytest

from eboxcast.notices.transport.imap_server import ImapServer, read_imap_server
from eboxcast.notices.transport.mail_server import MailSettingWrong


def read(url: str) -> ImapServer:
    server = read_imap_server(url, sends=True)
    assert server is not None
    return server


def test_no_setting_is_no_mailbox() -> None:
    assert read_imap_server("", sends=False) is None


def test_a_mailbox_has_a_folder_a_name_and_tls() -> None:
    server = read("imaps://broadcasts%40example.be:p%2Fw@imap.example.be/Replies/2027")
    assert (server.host, server.port, server.user, server.password) == (
        "imap.example.be",
        993,
        "broadcasts@example.be",
        "p/w",
    )
    assert server.folder == "Replies/2027"
    assert server.tls
    assert not server.starttls
    assert "p/w" not in f"{server} {server.name}"


def test_without_tls_from_the_first_byte_it_is_asked_for_except_on_this_machine() -> None:
    assert read("imap://a:b@imap.example.be").starttls
    assert not read("imap://a:b@127.0.0.1:1143").starttls
    assert read("imap://a:b@imap.example.be").folder == "INBOX"


@pytest.mark.parametrize(
    "url",
    [
        "imap.example.be",
        "https://a:b@imap.example.be",
        "imaps://imap.example.be",
        "imaps://a@imap.example.be",
        "imaps://a:secret@imap.example.be:99999",
        "imaps://a:secret@imap.example.be?tls=0",
        "imaps://a:secret@",
    ],
)
def test_what_is_no_mailbox_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(MailSettingWrong) as wrong:
        read(url)
    assert wrong.value.data["variable"] == "EBOXCAST_IMAP_URL"
    assert "secret" not in str(wrong.value)


def test_replies_are_read_only_where_mails_are_sent() -> None:
    with pytest.raises(MailSettingWrong):
        read_imap_server("imaps://a:b@imap.example.be", sends=False)
