"""Message types and the requests for them, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class TypeStep:
    """A step of a request."""

    step: str
    """`request`, `validate`, `accept`, `configure_acceptance`, `configure_production`, `refuse` or `withdraw`"""
    at: datetime
    by: str
    side: str
    """`institution`, `validator` or `operator`"""
    reason: str


@dataclass(frozen=True, kw_only=True)
class TypeRequestShown:
    """A request for a message type: the form, its state, and its history."""

    number: int
    state: str
    """[the states](type-request-file.md#what-becomes-of-it)"""
    turn: str | None
    """who must do the next step: `validator`, `integration` or `requester`; `null` for no one"""
    replaces: int | None
    """the request before it"""
    replaced_by: int | None
    """the request after it"""
    institution: str
    institution_names: Mapping[str, str]
    application: str
    application_names: Mapping[str, str]
    code: str
    titles: Mapping[str, str]
    ebox_type: str
    languages: tuple[str, ...]
    validity_number: int
    validity_unit: str
    media_types: tuple[str, ...]
    document_bytes: int
    without_ebox: str
    description: str
    legal_basis: str
    expected_recipients: int
    broadcasts_a_year: int
    wanted_dates: tuple[date, ...]
    """the first requested dates"""
    business_contact: Mapping[str, str]
    """`name`, `email` and perhaps `phone`, as in the next two"""
    technical_contact: Mapping[str, str]
    requested_by: Mapping[str, str]
    steps: tuple[TypeStep, ...]


@dataclass(frozen=True, kw_only=True)
class MessageTypeShown:
    """A message type as it is configured."""

    code: str
    titles: Mapping[str, str]
    ebox_type: str
    languages: tuple[str, ...]
    validity_number: int
    validity_unit: str
    media_types: tuple[str, ...]
    document_bytes: int
    """the largest document, in bytes"""
    without_ebox: str
    """what happens to recipients without an active eBox: `publish` or `refuse`"""
    applications: tuple[str, ...]
    """which may send it"""
    acceptance_at: datetime | None
    """since when it works in acceptance; `null` where it does not"""
    production_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TypeAnswer:
    """A message type, and the request that led to it."""

    format: Literal["eboxcast.message-type/1"] = "eboxcast.message-type/1"
    request: TypeRequestShown | None
    """the last one where a code was given; `null` for a type that was loaded"""
    message_type: MessageTypeShown | None
    """`null` while there is none"""


@dataclass(frozen=True, kw_only=True)
class TypeList:
    """The message types and requests that the reader may see."""

    format: Literal["eboxcast.message-types/1"] = "eboxcast.message-types/1"
    requests: tuple[TypeRequestShown, ...]
    """oldest first"""
    message_types: tuple[MessageTypeShown, ...]
    """by code"""
