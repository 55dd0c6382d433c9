"""Message types and the requests for them, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.schemas import Schema


class TypeStep(Schema):
    """A step of a request."""

    step: str
    """`request`, `validate`, `accept`, `configure_acceptance`, `configure_production`, `refuse` or `withdraw`"""
    at: datetime
    """when"""
    by: str
    """who"""
    side: str
    """`institution`, `validator` or `operator`"""
    reason: str
    """the reason, if one was given"""


class TypeRequestShown(Schema):
    """A request for a message type: the form, its state, and its history."""

    number: int
    """the number of the request"""
    state: str
    """[the states](type-request-file.md#what-becomes-of-it)"""
    turn: str | None
    """who must do the next step: `validator`, `integration` or `requester`; `null` for no one"""
    replaces: int | None
    """the request before it"""
    replaced_by: int | None
    """the request after it"""
    institution: str
    """the number of the institution"""
    institution_names: Mapping[str, str]
    """its names by language"""
    application: str
    """the code of the application"""
    application_names: Mapping[str, str]
    """its names by language"""
    code: str
    """the code of the message type"""
    titles: Mapping[str, str]
    """its titles by language"""
    ebox_type: str
    """`CITIZEN` or `ENTERPRISE`"""
    languages: tuple[str, ...]
    """the languages its messages may have"""
    validity_number: int
    """how many days, months or years a message stays in the eBox"""
    validity_unit: str
    """`day`, `month` or `year`"""
    media_types: tuple[str, ...]
    """the media types a document may have"""
    document_bytes: int
    """the largest document, in bytes"""
    without_ebox: str
    """what happens to recipients without an active eBox: `publish` or `refuse`"""
    description: str
    """what the messages are about"""
    legal_basis: str
    """the legal basis"""
    expected_recipients: int
    """how many recipients a broadcast is expected to have"""
    broadcasts_a_year: int
    """how many broadcasts are expected in a year"""
    wanted_dates: tuple[date, ...]
    """the first requested dates"""
    business_contact: Mapping[str, str]
    """`name`, `email` and perhaps `phone`, as in the next two"""
    technical_contact: Mapping[str, str]
    """the contact for technical questions"""
    requested_by: Mapping[str, str]
    """who requested it"""
    steps: tuple[TypeStep, ...]
    """the history, oldest first"""


class MessageTypeShown(Schema):
    """A message type as it is configured."""

    code: str
    """the code of the message type"""
    titles: Mapping[str, str]
    """its titles by language"""
    ebox_type: str
    """`CITIZEN` or `ENTERPRISE`"""
    languages: tuple[str, ...]
    """the languages its messages may have"""
    validity_number: int
    """how many days, months or years a message stays in the eBox"""
    validity_unit: str
    """`day`, `month` or `year`"""
    media_types: tuple[str, ...]
    """the media types a document may have"""
    document_bytes: int
    """the largest document, in bytes"""
    without_ebox: str
    """what happens to recipients without an active eBox: `publish` or `refuse`"""
    applications: tuple[str, ...]
    """which may send it"""
    acceptance_at: datetime | None
    """since when it works in acceptance; `null` where it does not"""
    production_at: datetime | None
    """since when it works in production; `null` where it does not"""


class TypeAnswer(Schema):
    """A message type, and the request that led to it."""

    format: Literal["eboxcast.message-type/1"] = "eboxcast.message-type/1"
    """the form of this answer"""
    request: TypeRequestShown | None
    """the last one where a code was given; `null` for a type that was loaded"""
    message_type: MessageTypeShown | None
    """`null` while there is none"""


class TypeList(Schema):
    """The message types and requests that the reader may see."""

    format: Literal["eboxcast.message-types/1"] = "eboxcast.message-types/1"
    """the form of this answer"""
    requests: tuple[TypeRequestShown, ...]
    """oldest first"""
    message_types: tuple[MessageTypeShown, ...]
    """by code"""


class OfferedStep(Schema):
    """A step that the reader can take with a message type."""

    sentence: str
    """what it does, as an order"""
    action: NextAction
    """the step as data"""


class ListedType(Schema):
    """A message type in a list: by its last request, or as it was loaded."""

    code: str
    """the code of the message type"""
    titles: Mapping[str, str]
    """its titles by language"""
    number: int | None
    """its last request; `null` for a type that was loaded"""
    state: str
    """the state of the request, or of the type that was loaded: `in-acceptance`, `in-production`, `not-configured`"""
    turn: str | None
    """who must do the next step; `null` for no one"""
    institution_names: Mapping[str, str]
    """the names of the institution by language; empty for a type that was loaded"""
    application: str
    """which may send it"""
    since: datetime | None
    """when it came into this state; `null` for a type that was loaded"""
    steps: tuple[OfferedStep, ...]
    """what the reader can do now, as it is their turn"""


class TypeDesk(Schema):
    """All message types of somebody, by what is to be done with them."""

    tasks: tuple[ListedType, ...]
    """those that wait for the reader, the oldest first"""
    waiting: tuple[ListedType, ...]
    """those that wait for others, the oldest first"""
    usable: tuple[ListedType, ...]
    """those that work in production or were loaded, by code"""
    ended: tuple[ListedType, ...]
    """refused or withdrawn"""


class TypeSheet(Schema):
    """Everything about one message type, with what comes next."""

    answer: TypeAnswer
    """the request and the type"""
    listed: ListedType
    """where it stands"""
    next: str
    """what comes next, in a sentence"""
    steps: tuple[OfferedStep, ...]
    """everything that the reader can do with it"""
