"""Mails that anybody may have written are taken apart, or called unreadable, and nothing worse."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.notices.incoming.parsing import IncomingMail, Unreadable, read_mail


def mail(text: str = "Hello", **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "Bram <bram@example.be>", "Subject": "Hello", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def read(message: EmailMessage | bytes) -> IncomingMail:
    return read_mail(message if isinstance(message, bytes) else message.as_bytes())


def raw(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def test_what_people_see_of_a_mail_is_read() -> None:
    found = read(mail("Één vraag.\nEn nog een.", Subject="Één vraag", Date="Mon, 18 Jan 2027 10:15:00 +0100"))
    assert (found.sender, found.sender_name, found.subject) == ("bram@example.be", "Bram", "Één vraag")
    assert found.text == "Één vraag.\nEn nog een."
    assert found.written_at == datetime(2027, 1, 18, 9, 15, tzinfo=UTC)
    assert not found.is_automatic


def test_a_national_number_is_masked_wherever_it_stands() -> None:
    message = mail("About 85.07.30-033.28 and 85073003328.", Subject="85.07.30-033.28", From="85073003328@example.be")
    message.add_attachment(b"", maintype="text", subtype="csv", filename="85073003328.csv")
    assert "033" not in str(read(message)).replace(" ", "")
    assert read(message).text == "About *********** and ***********."


def test_what_is_quoted_is_left_out() -> None:
    assert read(mail("Yes.\n\n> The date?\n> And the time?\n\nAnne")).text == "Yes.\n\nAnne"


def test_a_page_is_read_as_words_without_its_scripts() -> None:
    message = mail()
    message.set_content(
        "<head><title>x</title></head><p>First</p><script>alert(1)</script><p>Second<br>third</p>", subtype="html"
    )
    assert read(message).text == "First\nSecond\nthird"


@pytest.mark.parametrize("page", ["", "<!-- -->", "<p>" * 3000])
def test_a_page_with_nothing_in_it_says_nothing(page: str) -> None:
    assert read(raw("From: a@example.be", "Content-Type: text/html", "", page)).text == ""


@pytest.mark.parametrize("charset", ["utf-8", "x-unknown", "base64_codec", "idna", "undefined", "utf-16", '"'])
def test_a_text_in_no_known_alphabet_is_shown_as_it_can(charset: str) -> None:
    found = read(raw("From: a@example.be", f"Content-Type: text/plain; charset={charset}", "", "Hello \udcff\udcfe"))
    assert all(sign.isprintable() for sign in found.text)


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?b?A?=",
        "=?x-unknown?q?=FF?=",
        "=?utf-8?b?",
        "two\r\n lines",
        "\x1b[2J\u202eevil",
        "\udcff",
        "x" * 90_000,
    ],
)
def test_a_subject_is_a_short_line_without_control_signs(subject: str) -> None:
    found = read(raw("From: a@example.be", f"Subject: {subject}", "", "Hello"))
    assert found.subject
    assert found.subject.isprintable()
    assert len(found.subject) <= 500


def test_a_header_cannot_be_smuggled_in_with_a_subject() -> None:
    found = read(raw("From: a@example.be", "Subject: =?utf-8?q?x=0D=0ABcc:_all@example.be?=", "", "Hello"))
    assert found.subject == "x Bcc: all@example.be"


@pytest.mark.parametrize(
    "sender",
    [
        "=?utf-8?q?bram=40example.be_=28?= <x@example.org>)",
        "=?utf-8?q?Bram_=3Cbram=40example.be=3E=2C?= <x@example.org>",
        '"bram@example.be" <x@example.org>',
    ],
)
def test_a_name_is_no_address_however_it_is_written(sender: str) -> None:
    assert read(raw(f"From: {sender}", "", "Hello")).sender == "x@example.org"


def test_two_senders_are_counted() -> None:
    assert read(raw("From: a@example.be", "From: b@example.be", "", "")).sender_count != 1
    assert read(raw("From: a@example.be, b@example.be", "", "")).sender_count != 1
    assert read(raw("Subject: x", "", "")).sender_count == 0
    assert read(mail()).sender_count == 1


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Jan 2027 10:15:00", "Mon, 18 Jan 99999 10:15:00 +0100"])
def test_a_date_that_is_none_is_none(date: str) -> None:
    assert read(raw("From: a@example.be", f"Date: {date}", "", "Hello")).written_at is None


def test_what_a_mail_answers_is_in_order_the_nearest_last() -> None:
    found = read(mail(References="<1@x> <2@x>", In_Reply_To="<2@x>"))
    assert found.answers == ("<1@x>", "<2@x>")


def test_what_no_database_takes_is_no_message_id() -> None:
    assert read(raw("From: a@example.be", "References: <\0@x> <\udcff@x> <1@x>", "", "")).answers == ("<1@x>",)


def test_files_are_named_and_not_read() -> None:
    message = mail("See the files.")
    for name in ("a.csv", "../../etc/passwd", "x\x1b.pdf"):
        message.add_attachment(b"content", maintype="application", subtype="octet-stream", filename=name)
    found = read(message)
    assert found.text == "See the files."
    assert found.file_names == ("a.csv", "../../etc/passwd", "x�.pdf")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/mixed\r\n\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B",
        b"Content-Type: message/rfc822\r\n\r\n" * 50,
        b"Content-Type: text/plain; charset*=utf-8''%FF\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"From: " + b"a@b," * 200_000,
        b"References: " + b"<x@y> " * 100_000,
        b"\r\n".join(b"X-%d: y" % number for number in range(50_000)),
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(broken: bytes) -> None:
    assert read(broken).sender_count != 1


@pytest.mark.parametrize("depth", [21, 900, 20_000])
def test_a_mail_nested_deeper_than_anybody_reads_is_called_unreadable(depth: int) -> None:
    parts = (b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (one, one) for one in range(depth))
    with pytest.raises(Unreadable):
        read(b"From: x@example.be\r\n" + b"".join(parts))


@given(st.binary(max_size=2000))
def test_anything_is_read_or_called_unreadable(content: bytes) -> None:
    try:
        found = read(content)
    except Unreadable:
        return
    assert found.text == found.text.strip()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_words_become_lines_that_can_be_shown(subject: str, text: str) -> None:
    head = f"From: a@example.be\nSubject: {' '.join(subject.split())}\nContent-Type: text/plain; charset=utf-8\n\n"
    try:
        found = read((head + text).encode("utf-8", "surrogateescape"))
    except (Unreadable, UnicodeEncodeError):
        return
    assert all(sign.isprintable() or sign in "\u00a0\u202f" for sign in found.subject)
    assert all(sign.isprintable() or sign in "\n\u00a0\u202f" for sign in found.text)
