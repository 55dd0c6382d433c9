"""People, their tokens, and whom to call, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PersonShown:
    """A person or program that can act."""

    name: str
    """the login"""
    full_name: str
    """the name as colleagues know it"""
    institution: str | None
    """by CBE number; `null` for the operator's and the validator's people"""
    roles: tuple[str, ...]
    """`requester`, `confirmer`, `validator`, `integration`, `launch`, `contact-centre`, `auditor`"""
    language: str
    """the language of their emails"""
    email: str
    """the email address; empty when there is none"""
    phone: str
    """the phone number; empty when it is not known"""
    service: bool
    """whether it is a program's account"""
    active: bool
    """whether they can act"""
    mails: str
    """how they get emails: `each` as things happen, or `daily`"""


@dataclass(frozen=True, kw_only=True)
class PersonList:
    """The people of this installation."""

    format: Literal["eboxcast.people/1"] = "eboxcast.people/1"
    """the form of this answer"""
    people: tuple[PersonShown, ...]
    """each of them, by institution and login"""


@dataclass(frozen=True, kw_only=True)
class TokenShown:
    """A personal token; the secret itself is shown once, when it is made."""

    number: int
    """its number, by which it is revoked"""
    label: str
    """what it is for, in the words of the person who made it"""
    made_at: datetime
    """when it was made"""
    made_by: str
    """the login of the person who made it"""
    expires_at: datetime
    """when it ends automatically"""
    revoked_at: datetime | None
    """when it was revoked; `null` if it was not"""
    in_force: bool
    """whether commands accept it"""


@dataclass(frozen=True, kw_only=True)
class TokenList:
    """The tokens of a person."""

    format: Literal["eboxcast.tokens/1"] = "eboxcast.tokens/1"
    """the form of this answer"""
    tokens: tuple[TokenShown, ...]
    """each of them, in the order in which they were made"""


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
