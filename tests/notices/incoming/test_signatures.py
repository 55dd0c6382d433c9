"""Who signed a mail is its sender's domain, over all that decides how the mail is read; or it is nobody."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from tests.notices.incoming.signing import SIGNED, Domain

from eboxcast.notices.incoming.parsing import read_mail
from eboxcast.notices.incoming.signatures import signing_domain


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain("example.be")


def mail(sender: str = "Bram <bram@example.be>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = "RE: [2027-0001] The files for production were delivered"
    message["Message-ID"] = "<1@example.be>"
    message.set_content("GO 2027-02-15T18:00 0123abcd\n")
    return message


def signer(raw: bytes, domain: Domain) -> str:
    return signing_domain(raw, read_mail(raw), find_key=domain.find_key)


def test_a_mail_that_its_domain_signed_is_signed(domain: Domain) -> None:
    assert signer(domain.sign(mail()), domain) == "example.be"
    assert signer(domain.sign(mail("bram@EXAMPLE.be")), domain) == "example.be"
    assert signer(domain.sign(mail(), canonicalize=(b"relaxed", b"relaxed")), domain) == "example.be"


def test_one_good_signature_among_others_will_do(domain: Domain) -> None:
    raw = domain.sign(mail())
    assert signer(Domain("relay.example.org").signature(mail()) + raw, domain) == "example.be"
    assert signer(b"DKIM-Signature: v=1; a=rsa-sha256; d=example.be\r\n" + raw, domain) == "example.be"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"18:00", b"19:00"),
        (b"bram@example.be", b"anne@example.be"),
        (b"<1@example.be>", b"<2@example.be>"),
        (b"text/plain", b"text/html"),
        (b"0123abcd", b"0123abcd\r\nand more"),
    ],
)
def test_whatever_is_changed_afterwards_ends_the_signature(domain: Domain, before: bytes, after: bytes) -> None:
    raw = domain.sign(mail())
    assert before in raw
    assert signer(raw.replace(before, after), domain) == ""


@pytest.mark.parametrize(
    "header",
    [
        b"From: anne@example.be",
        b"Message-ID: <2@example.be>",
        b"Content-Type: text/html",
        b"Content-Transfer-Encoding: base64",
        b"X-Other: x\rFrom: anne@example.be",
    ],
)
def test_a_header_that_is_added_ends_the_signature(domain: Domain, header: bytes) -> None:
    raw = domain.sign(mail())
    assert signer(header + b"\r\n" + raw, domain) == ""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert signer(head + b"\r\n" + header + b"\r\n\r\n" + body, domain) == ""


@pytest.mark.parametrize("left_out", ["Message-ID", "Content-Type"])
def test_a_signature_over_too_little_is_none(domain: Domain, left_out: str) -> None:
    headers = tuple(name for name in SIGNED if name != left_out)
    assert signer(domain.sign(mail(), headers=headers), domain) == ""


def test_a_signature_over_a_part_of_the_body_is_none(domain: Domain) -> None:
    assert signer(domain.sign(mail(), length=True), domain) == ""


def test_a_digest_of_yesterday_is_none(domain: Domain) -> None:
    assert signer(domain.sign(mail(), signature_algorithm=b"rsa-sha1"), domain) == ""


def test_another_domain_signs_for_itself_alone() -> None:
    other = Domain("example.org")
    assert signer(other.sign(mail()), other) == ""
    below = Domain("mail.example.be")
    assert signer(below.sign(mail()), below) == ""


def test_a_key_that_the_domain_does_not_publish_is_nobodys(domain: Domain) -> None:
    assert signer(Domain("example.be").sign(mail()), domain) == ""


def test_a_short_key_is_none() -> None:
    short = Domain("example.be", bits=1024)
    assert signer(short.sign(mail()), short) == ""


def test_name_servers_that_do_not_answer_are_no_signature(domain: Domain) -> None:
    def away(name: bytes, timeout: float = 5) -> bytes | None:
        raise TimeoutError

    raw = domain.sign(mail())
    assert signing_domain(raw, read_mail(raw), find_key=away) == ""


def test_a_mail_without_a_signature_is_signed_by_nobody(domain: Domain) -> None:
    assert signer(mail().as_bytes(), domain) == ""


def test_headers_that_are_none_are_no_signature(domain: Domain) -> None:
    assert signer(b"no header at all\r\n" + domain.sign(mail()), domain) == ""


def test_nobody_is_asked_for_the_key_of_another_domain() -> None:
    other, asked = Domain("example.org"), list[bytes]()

    def note(name: bytes, timeout: float = 5) -> bytes | None:
        asked.append(name)
        return None

    raw = other.sign(mail())
    assert (signing_domain(raw, read_mail(raw), find_key=note), asked) == ("", [])
