"""People, their tokens, and whom to call, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from eboxcast.lib.schemas import Schema


class PersonShown(Schema):
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


class PersonList(Schema):
    """The people of this installation."""

    format: Literal["eboxcast.people/1"] = "eboxcast.people/1"
    """the form of this answer"""
    people: tuple[PersonShown, ...]
    """each of them, by institution and login"""


class TokenShown(Schema):
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


class TokenList(Schema):
    """The tokens of a person."""

    format: Literal["eboxcast.tokens/1"] = "eboxcast.tokens/1"
    """the form of this answer"""
    tokens: tuple[TokenShown, ...]
    """each of them, in the order in which they were made"""


class House(Schema):
    """The people of one institution, or of the operator and the validator."""

    institution: str | None
    """by CBE number; `null` for the operator's and the validator's people"""
    names: Mapping[str, str]
    """the names of the institution, by language"""
    people: tuple[PersonShown, ...]
    """each of them, by login"""


class PersonSheet(Schema):
    """Everything about a person that those who look after people may see."""

    person: PersonShown
    """the person"""
    institution_names: Mapping[str, str]
    """the names of their institution, by language; empty for the operator's and the validator's people"""
    mark: str
    """what stands for the record as it is now: another one when anything of it has changed"""
    only_one_for: tuple[str, ...]
    """the roles that nobody else of the same institution or of the operator has who can act"""
    opened_at: datetime | None
    """when they first set a password; `null` if they never did"""
    invited_at: datetime | None
    """when the invitation was made that is still open; `null` if there is none"""
    invited_until: datetime | None
    """until when it is valid"""
    session_count: int
    """in how many browsers they are signed in now"""
    has_factor: bool
    """whether they have a second factor"""


class UsualContact(Schema):
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


class UsualContacts(Schema):
    """The contacts that each new follow-up sheet begins with."""

    format: Literal["eboxcast.contacts/1"] = "eboxcast.contacts/1"
    """the form of this answer"""
    contacts: tuple[UsualContact, ...]
    """the contacts"""
