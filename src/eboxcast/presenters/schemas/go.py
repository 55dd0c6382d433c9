"""What is prepared for production, as whoever may give the GO sees it before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema
from eboxcast.presenters.schemas.broadcast import GoGiven


class ListToConfirm(Schema):
    """One recipient list: rows = excluded + merged + already + recipients."""

    file_name: str
    """the name of the file"""
    rows: int
    """rows in the file"""
    excluded: int
    """faulty rows that are left out"""
    merged: int
    """rows that name a recipient again"""
    already: int
    """who has the message from an earlier release"""
    recipients: int
    """recipients that it adds"""
    sha256: str
    """the digest of the file"""


class DocumentToConfirm(Schema):
    """The document."""

    file_name: str
    """the name of the file"""
    size: int
    """in bytes"""
    page_count: int | None
    """`null` where it has no pages"""
    sha256: str
    """the digest of the file"""


class SinceTest(Schema):
    """The test, to compare. The document and the metadata without the Sequence are the same: others are not taken."""

    recipients: int | None
    """of the short list"""
    sequence: int | None
    """the Sequence in the test"""
    approved_at: datetime | None
    """when the test was approved"""
    approved_by: str | None
    """who approved it"""


class EarlierGo(Schema):
    """A GO that is void."""

    given_at: datetime
    """when it was given"""
    given_by: str
    """who gave it"""
    void_at: datetime | None
    """since when it is void"""
    why: str
    """why it is void"""


class GoShown(Schema):
    """What a GO would confirm."""

    format: Literal["eboxcast.go/1"] = "eboxcast.go/1"
    """the form of this answer"""
    number: str
    """of the broadcast"""
    subject: str
    """what the broadcast is about"""
    institution: str
    """by CBE number"""
    institution_names: Mapping[str, str]
    """by language"""
    message_type: str
    """the code of the message type"""
    language: str
    """of the message"""
    title: str
    """the title of the message"""
    ticket: str
    """the Ticket of the metadata"""
    sequence: int | None
    """the Sequence of the metadata; `null`: none"""
    document: DocumentToConfirm
    """the document"""
    metadata_sha256: str
    """of the metadata without the Sequence"""
    lists: tuple[ListToConfirm, ...]
    """the recipient lists"""
    recipients: int
    """how many recipients in all"""
    agreed_at: datetime | None
    """the moment that a GO gives; nothing is visible earlier"""
    window_ends_at: datetime | None
    """until when a GO is valid"""
    files: str
    """the digest that a GO gives: of the digests of document, metadata and lists"""
    test: SinceTest
    """the test, to compare"""
    void_go: EarlierGo | None
    """the last GO, where it is void; `null`: none is"""
    given: bool
    """whether a GO was given for this"""


class GoStanding(Schema):
    """How it stands with the GO of a broadcast, for everybody who sees the broadcast."""

    prepared: bool
    """whether files for production are prepared"""
    recipients: int | None
    """for how many recipients"""
    agreed_at: datetime | None
    """the moment that a GO is for"""
    window_ends_at: datetime | None
    """until when a GO is valid"""
    visible_at: datetime | None
    """since when the recipients see it"""
    gos: tuple[GoGiven, ...]
    """every GO, also the void ones"""
