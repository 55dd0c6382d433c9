"""People, their tokens, and whom to call, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PersonShown:
    """Somebody who may act."""

    name: str
    """the login"""
    full_name: str
    institution: str | None
    """by CBE number; `null` for the operator's and the validator's people"""
    roles: tuple[str, ...]
    language: str
    email: str
    phone: str
    service: bool
    """whether it is a program's account"""
    active: bool


@dataclass(frozen=True, kw_only=True)
class PersonList:
    """The people of this installation."""

    people: tuple[PersonShown, ...]


@dataclass(frozen=True, kw_only=True)
class TokenShown:
    """A personal token; the secret itself is shown once, when it is made."""

    number: int
    label: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    in_force: bool


@dataclass(frozen=True, kw_only=True)
class TokenList:
    """The tokens of a person."""

    tokens: tuple[TokenShown, ...]


@dataclass(frozen=True, kw_only=True)
class UsualContact:
    """Whom to call, usually."""

    team: str | None
    """the team of the operator; `null` for an institution"""
    institution: str | None
    """by CBE number; `null` for a team"""
    name: str
    """the name"""
    email: str
    """the email address"""
    phone: str
    """the phone number"""


@dataclass(frozen=True, kw_only=True)
class UsualContacts:
    """The contacts that each new follow-up sheet begins with."""

    format: Literal["eboxcast.contacts/1"] = "eboxcast.contacts/1"
    """the form of this answer"""
    contacts: tuple[UsualContact, ...]
    """the contacts"""
