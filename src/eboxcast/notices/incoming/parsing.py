"""Reading a mail that anybody may have written: what it says, what it answers, and what kind of mail it is.

Nothing in it is believed. Headers are cut to a length, words are masked, and of its files only the names are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from lxml import html as web
from lxml.etree import ParserError

from eboxcast.lib.masking import mask_and_strip

_LONGEST_HEADER = 20_000
_LONGEST_LINE = 500
_MOST_CHARACTERS = 20_000
_MOST_FILES = 50
_MOST_REFERENCES = 100
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)
_MOST_BOUNDARIES = 20
_GAPS = re.compile(r"\n{3,}")
_QUOTED_FROM = re.compile(
    r"(?<=\n\n)(?=(?:On|Op|Le|Am)\b)(?=[^\n]{0,300}(?:\n[^\n]{1,200})?\b(?:wrote|schreef|écrit|schrieb)\b)"
    r"[^\n]{1,200}(?:\n(?!>)[^\n]{0,200})?<[^\s<>]+@[^\s<>]+>(?:\s+wrote|\s+a\s+écrit)?\s?:\n+(?=>)"
)
"""Who wrote what is quoted, and when, as programs write above it. Another line with a colon may say more."""
_BY_PROGRAMS = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply")
_PRECEDENCE = ("bulk", "junk", "list", "auto_reply")
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_ANSWERING = ("In-Reply-To", "References")


class Unreadable(Exception):
    """A mail that cannot be taken apart."""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What a mail server says of a mail that it could not deliver (RFC 3464)."""

    original: str
    """The Message-ID of the mail; empty where it is not said."""
    problem: str


@dataclass(frozen=True, kw_only=True)
class IncomingMail:
    """A mail, as far as it matters here."""

    sender: str
    sender_name: str
    sender_count: int
    """More than one, or none, is no mail that anybody sends."""
    subject: str
    text: str
    """What its sender wrote, without what they quote."""
    message_id: str
    written_at: datetime | None
    answers: tuple[str, ...]
    """The mails it says it answers, the nearest last."""
    addressed: str
    """Whom it was sent to, as it stands there."""
    is_automatic: bool
    """Whether a program wrote it (RFC 3834)."""
    returned: Returned | None
    file_names: tuple[str, ...]


def read_mail(raw: bytes) -> IncomingMail:
    """Take a mail apart. Raises Unreadable."""
    message = take_apart(raw)
    try:
        return _read(message)
    except Exception as broken:  # anybody may write anything: no mail may keep the next one waiting
        raise Unreadable(type(broken).__name__) from broken


def take_apart(raw: bytes) -> Message:
    """Return the parts of a mail, or of a part of one. Raises Unreadable."""
    if len(_BOUNDARY.findall(raw)) > _MOST_BOUNDARIES:  # the library asks of each line whether it ends each part
        raise Unreadable("more parts within parts than anybody writes")
    try:
        return message_from_bytes(raw)
    except Exception as broken:  # the same
        raise Unreadable(type(broken).__name__) from broken


def _read(message: Message) -> IncomingMail:
    senders = getaddresses([_plain(message, "From")])  # before it is decoded: encoded words are no addresses
    name, address = senders[0] if senders else ("", "")
    return IncomingMail(
        sender=mask_and_strip(address.strip()),
        sender_name=mask_and_strip(" ".join(_words(name).split()))[:_LONGEST_LINE],
        sender_count=len(senders) * len(message.get_all("From", [])),
        subject=mask_and_strip(" ".join(_words(_plain(message, "Subject")).split()))[:_LONGEST_LINE],
        text=_text(message),
        message_id=next(iter(_MESSAGE_ID.findall(_plain(message, "Message-ID"))), ""),
        written_at=_moment(_plain(message, "Date")),
        answers=_answers(message),
        addressed=" ".join(_plain(message, name) for name in _ADDRESSED),
        is_automatic=_is_automatic(message, address),
        returned=_returned(message),
        file_names=tuple(_file_names(message)),
    )


def _plain(message: Message, name: str) -> str:
    """Return all headers of a name as they stand there."""
    return " ".join(str(value) for value in message.get_all(name, []))[:_LONGEST_HEADER]


def _words(plain: str) -> str:
    """Return a text with its encoded words decoded; what cannot be decoded is shown as it stands there."""
    try:
        parts = decode_header(plain)
    except HeaderParseError:
        return plain
    return "".join(_decoded(part, charset) if isinstance(part, bytes) else part for part, charset in parts)


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _answers(message: Message) -> tuple[str, ...]:
    found = [one for name in reversed(_ANSWERING) for one in _MESSAGE_ID.findall(_plain(message, name))]
    return tuple(dict.fromkeys(found[-_MOST_REFERENCES:]))


def _moment(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _is_automatic(message: Message, sender: str) -> bool:
    submitted = _plain(message, "Auto-Submitted").strip().casefold()
    return (
        submitted not in ("", "no")
        or _plain(message, "Precedence").strip().casefold() in _PRECEDENCE
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or _plain(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or sender.partition("@")[0].casefold() in _BY_PROGRAMS
    )


def _returned(message: Message) -> Returned | None:
    """Return what a report says of a mail that failed for good; none for any other mail or report."""
    if message.get_content_type() != "multipart/report" or message.get_param("report-type") != "delivery-status":
        return None
    parts = list(message.walk())
    fates = [one for part in parts if part.get_content_type() == "message/delivery-status" for one in _blocks(part)]
    failed = next((one for one in fates if _plain(one, "Action").strip().casefold() == "failed"), None)
    if failed is None:
        return None
    said = " ".join(f"{_plain(failed, 'Status')} {_plain(failed, 'Diagnostic-Code')}".split())
    originals = [one for part in parts for one in _original(part)]
    return Returned(original=next(iter(originals), ""), problem=mask_and_strip(said)[:_LONGEST_LINE])


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _original(part: Message) -> list[str]:
    """Return the Message-ID of the mail that a part holds, whole or only its headers."""
    if part.get_content_type() == "message/rfc822":
        return [one for inner in _blocks(part) for one in _MESSAGE_ID.findall(_plain(inner, "Message-ID"))]
    if part.get_content_type() == "text/rfc822-headers":
        return _MESSAGE_ID.findall(_plain(message_from_bytes(_content(part)), "Message-ID"))
    return []


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(message: Message) -> str:
    """Return what is written in the first part that is text; that of a page where there is no plain one."""
    parts = [part for part in _own(message) if part.get_content_maintype() == "text" and not _file_name(part)]
    plain = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    written = _written(plain) if plain else _of_page(_written(page)) if page else ""
    lines = (mask_and_strip(line.expandtabs(4)).rstrip() for line in written.splitlines())
    own = "\n".join(line for line in _QUOTED_FROM.sub("", "\n".join(lines)).splitlines() if not line.startswith(">"))
    return _GAPS.sub("\n\n", own).strip()[:_MOST_CHARACTERS]


def _own(message: Message) -> Iterator[Message]:
    """Yield a mail and its parts, without those of mails that are attached to it: these are the words of others."""
    yield message
    if message.is_multipart() and message.get_content_maintype() != "message":
        for part in _blocks(message):
            yield from _own(part)


def _written(part: Message) -> str:
    return _decoded(_content(part), part.get_content_charset())[: 4 * _MOST_CHARACTERS]


def _of_page(page: str) -> str:
    """Return the words of a page, each of its blocks on a line of its own."""
    try:
        tree: Any = web.document_fromstring(page.encode("utf-8", "replace"), parser=web.HTMLParser(encoding="utf-8"))
    except ParserError:  # there is nothing in it
        return ""
    for hidden in list(tree.iter("script", "style", "head", "blockquote")):
        hidden.drop_tree()
    for block in tree.iter("br", "p", "div", "li", "tr", "h1", "h2", "h3"):
        block.tail = f"\n{block.tail or ''}"
    return str(tree.text_content())


def _file_names(message: Message) -> Iterator[str]:
    found = (name for part in message.walk() if (name := _file_name(part)))
    for _, name in zip(range(_MOST_FILES), found, strict=False):
        yield mask_and_strip(name)[:_LONGEST_LINE]


def _file_name(part: Message) -> str:
    if part.is_multipart():
        return ""
    name = part.get_filename() or ""
    return name or ("?" if part.get_content_disposition() == "attachment" else "")
