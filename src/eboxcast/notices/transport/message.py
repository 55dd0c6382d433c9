"""A notice as the mail it is: text and page, the invitation beside them, the files after them."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings

from eboxcast.notices.models import Notice


class _Subject(UnstructuredHeader, BaseHeader):
    """A subject that arrives as it was written.

    The library folds a long one where it loses or doubles spaces, or begins a line with one, and decodes what only
    looks encoded. Encoded words in a row lose nothing (RFC 2047, 6.2), so what does not fit on its line is all of them.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        text, room = str(self), (policy.max_line_length or _LINE) - len(f"{self.name}: ")
        is_plain = text.isascii() and text.isprintable() and text == text.strip() and "=?" not in text
        if not is_plain or len(text) > room:
            words = Header(text, charset="utf-8", header_name=self.name, maxlinelen=_LINE)
            text = words.encode(linesep=policy.linesep)
        return f"{self.name}: {text}{policy.linesep}"


class _Unfolded(UnstructuredHeader, BaseHeader):
    """An address in angle brackets: folded it is no address any more."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_LINE = 76
"""The longest line that may hold an encoded word."""
_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)
# Every line is of seven bits and short, so that no server on the way has to change anything.
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


def message_of(notice: Notice) -> EmailMessage:
    """Return the mail of a notice; the same at every try, but for what libraries choose between its parts."""
    message = new_message(
        address=notice.address,
        subject=notice.subject,
        message_id=notice.message_id,
        at=notice.created_at,
        bodies=(notice.text, notice.html),
    )
    if settings.EBOXCAST_MAILBOX and settings.EBOXCAST_REPLY_TOKENS == "on":
        message.replace_header("Reply-To", _reply_address(notice))
    if notice.references:
        message["References"] = " ".join(notice.references)
        message["In-Reply-To"] = notice.references[-1]
    if notice.calendar:
        message.add_alternative(notice.calendar, subtype="calendar", params={"method": notice.method})
    for file in notice.attachments.order_by("id"):
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(bytes(file.content), maintype=main, subtype=sub, filename=file.file_name)
    # Last of all: what makes the parts moves it into one of them otherwise.
    message["Content-Language"] = notice.language
    return message


def new_message(*, address: str, subject: str, message_id: str, at: datetime, bodies: tuple[str, str]) -> EmailMessage:
    """Return a mail of ours: its text, and the same as a page."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = message["Reply-To"] = _our_address()
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(bodies[0])
    message.add_alternative(bodies[1], subtype="html")
    return message


def _our_address() -> Address:
    name, address = parseaddr(settings.EBOXCAST_MAIL_FROM)
    return Address(display_name=name, addr_spec=address)


def _reply_address(notice: Notice) -> Address:
    """Return our address with what only readers of the notice know: an answer finds its thread without its headers."""
    display_name, address = parseaddr(settings.EBOXCAST_MAIL_FROM)
    name, _, domain = address.rpartition("@")
    token = UUID(notice.message_id.strip("<>").partition("@")[0]).hex
    return Address(display_name=display_name, addr_spec=f"{name}+{token}@{domain}")
