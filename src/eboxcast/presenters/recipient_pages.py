"""What the pages of a recipient show: a page of their eBox, one message of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import name_in
from eboxcast.mailboxes.finding import Found, Selection
from eboxcast.mailboxes.opening import Letter

_SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class RecipientMessage:
    """A message in its recipient's language, with nothing that only the sender needs."""

    run: str
    """the number by which it is addressed: it says nothing about the recipient"""
    title: str
    """the title, in the language of the message"""
    language: str
    """the language of title and document"""
    sender: str
    """the institution"""
    application: str
    """what sends for it"""
    message_type: str
    """what kind of message it is"""
    received_at: datetime
    """since when it can be seen"""
    expires_at: datetime
    """until when"""
    expires_soon: bool
    """whether that is less than a month away"""
    unread: bool
    """whether its document was never opened"""
    hidden: bool
    """whether its recipient hid it"""
    file_name: str
    """the name of the document"""
    media_type: str
    """its media type"""
    size: int
    """in bytes"""


@dataclass(frozen=True, kw_only=True)
class SenderChoice:
    """A sender to filter by."""

    institution: str
    """the CBE number"""
    name: str
    """in the reader's language"""
    count: int
    """messages of it"""
    chosen: bool
    """whether only its messages are shown"""


@dataclass(frozen=True, kw_only=True)
class EboxPage:
    """A page of an eBox."""

    messages: tuple[RecipientMessage, ...]
    """newest first"""
    page: int
    """from 1"""
    page_count: int
    """at least 1"""
    found_count: int
    """that fit what was asked"""
    message_count: int
    """in the eBox, without hidden ones"""
    unread_count: int
    """of those"""
    hidden_count: int
    """beside those"""
    senders: tuple[SenderChoice, ...]
    """by name"""


def ebox_page(found: Found, selection: Selection, language: str) -> EboxPage:
    """Return a page of an eBox."""
    return EboxPage(
        messages=tuple(recipient_message(letter, language) for letter in found.letters),
        page=found.page,
        page_count=found.page_count,
        found_count=found.found_count,
        message_count=found.message_count,
        unread_count=found.unread_count,
        hidden_count=found.hidden_count,
        senders=tuple(
            SenderChoice(
                institution=one.institution,
                name=one.name,
                count=one.count,
                chosen=one.institution == selection.sender,
            )
            for one in found.senders
        ),
    )


def recipient_message(letter: Letter, language: str) -> RecipientMessage:
    """Return a message in its recipient's language."""
    return RecipientMessage(
        run=str(letter.run),
        title=mask_and_strip(letter.title),
        language=letter.language,
        sender=name_in(letter.institution_names, language) or letter.institution,
        application=name_in(letter.application_names, language),
        message_type=name_in(letter.type_names, language),
        received_at=letter.visible_at,
        expires_at=letter.expires_at,
        expires_soon=letter.expires_at - clock.now() < _SOON,
        unread=letter.read_at is None,
        hidden=letter.hidden_at is not None,
        file_name=mask_and_strip(letter.file_name),
        media_type=letter.media_type,
        size=letter.size,
    )
