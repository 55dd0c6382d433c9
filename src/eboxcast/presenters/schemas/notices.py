"""The mails of the procedure as they are shown: all of them in a list, or one whole."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class NoticeItem(Schema):
    """One event in a notice."""

    seal: int
    """the number of the seal of its audit entry"""
    entry: str
    """the name of the audit entry, such as `broadcast.scheduled`"""
    kind: str
    """the kind of notice ([the table](notices.md))"""
    broadcast: str | None
    """the broadcast it is about (UUID)"""


class NoticeShown(Schema):
    """A notice: one email to one person."""

    number: int
    """its number"""
    seal: int
    """the number of the seal of the last event in it"""
    entry: str
    """the audit entry of the last event in it"""
    kind: str
    """the kind of the last event in it ([the table](notices.md))"""
    broadcast: str | None
    """the broadcast it is about (UUID); `null` if it is about several, or about none"""
    recipient: str
    """a login; the address of a contact without a login; `role:` and a role, in `no-reader`"""
    address: str
    """the email address; empty in `no-reader`"""
    language: str
    """the language it is written in"""
    subject: str
    """its subject"""
    message_id: str
    """its Message-ID"""
    state: str
    """`waiting`, `sent`, `failed` (will be retried), `given-up`, or `no-reader` (no one had the role to be told)"""
    attempts: int
    """how many times sending was tried"""
    made_at: datetime
    """when it was made"""
    sent_at: datetime | None
    """when it was sent; `null` while it was not"""
    problem: str | None
    """why the last attempt failed"""
    items: tuple[NoticeItem, ...]
    """the events in it, in order"""


class NoticeList(Schema):
    """Some notices."""

    format: Literal["eboxcast.notices/1"] = "eboxcast.notices/1"
    """the form of this answer"""
    notices: tuple[NoticeShown, ...]
    """the newest, oldest first"""


class Invitation(Schema):
    """What a notice does in a calendar."""

    method: str
    """`REQUEST` or `CANCEL`"""
    starts_at: datetime
    """from when"""
    ends_at: datetime
    """until when"""


class WholeNotice(NoticeShown):
    """A notice as its reader receives it."""

    format: Literal["eboxcast.notice/1"] = "eboxcast.notice/1"
    """the form of this answer"""
    text: str
    """the email as text; empty once it was deleted at the end of its retention period"""
    html: str
    """the same as an HTML page"""
    calendar: str | None
    """the invitation (iCalendar)"""
    invitation: Invitation | None
    """what it does in a calendar"""
    attachments: tuple[str, ...]
    """the names of the attached files"""


class MailIn(Schema):
    """What came of a pass over the emails that came in."""

    format: Literal["eboxcast.mail-in/1"] = "eboxcast.mail-in/1"
    """the form of this answer"""
    at: datetime
    """when the pass ended"""
    replies: int
    """emails of people, filed with their broadcast"""
    returned: int
    """notices that a mail server could not deliver"""
    automatic: int
    """answers of programs, such as those about holidays; not kept"""
    ours: int
    """our own emails that came back; left alone"""
    others: int
    """emails that belong to no broadcast; they stay in the mailbox, unread, for the team"""
    unreadable: int
    """emails that cannot be taken apart; they stay in the mailbox, unread"""


class MailSheet(Schema):
    """A notice for those who look after mails."""

    mail: WholeNotice
    """the notice"""
    broadcasts: tuple[str, ...]
    """the numbers of the broadcasts it is about"""
    next_try_at: datetime | None
    """when sending is tried again; `null` where it is not"""
    can_retry: bool
    """whether somebody can have it tried again"""
    role: str | None
    """the role that nobody with an address had, in `no-reader`"""
