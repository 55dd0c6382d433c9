"""The form that asks for a new message type (TOML, docs/reference/type-request-file.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.forms import (
    Cbe,
    Email,
    Form,
    Name,
    Names,
    Phone,
    days_to_come,
    filled,
    number,
    prose,
    read_form,
    some_of,
)
from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.senders.errors import FormUnreadable, FormWrong
from eboxcast.senders.models import Application, Institution
from eboxcast.senders.sender_file import TypeTerms


@dataclass(frozen=True, kw_only=True)
class _Institution(Form):
    cbe: Cbe
    name: Names


@dataclass(frozen=True, kw_only=True)
class _Application(Form):
    name: Name
    title: Names


@dataclass(frozen=True, kw_only=True)
class _MessageType(TypeTerms):
    description: Annotated[str, prose(2000)]
    legal_basis: Annotated[str, prose(2000)]
    media_types: Annotated[list[str], some_of(sorted(MEDIA_TYPES))]


@dataclass(frozen=True, kw_only=True)
class _Expected(Form):
    recipients: Annotated[int, number(20_000_000)]
    broadcasts_a_year: Annotated[int, number(10_000)]
    dates: Annotated[list[date], days_to_come()]


@dataclass(frozen=True, kw_only=True)
class _Contact(Form):
    name: Name
    email: Email
    phone: Phone = ""

    def given(self) -> dict[str, str]:
        """Return what is given."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class RequestForm(Form):
    """What an institution says of the message type it wants."""

    institution: _Institution
    application: _Application
    message_type: _MessageType
    expected: _Expected
    business_contact: _Contact
    technical_contact: _Contact
    requested_by: _Contact

    def columns(self) -> dict[str, object]:
        """Return what is asked as ``TypeRequest`` keeps it."""
        wanted = self.message_type
        return {
            **wanted.columns(),
            "code": wanted.code,
            "description": wanted.description,
            "legal_basis": wanted.legal_basis,
            "institution": self.institution.cbe,
            "institution_names": self.institution.name.by_language(),
            "application": self.application.name,
            "application_titles": self.application.title.by_language(),
            "expected_recipients": self.expected.recipients,
            "broadcasts_a_year": self.expected.broadcasts_a_year,
            "wanted_dates": self.expected.dates,
            "business_contact": self.business_contact.given(),
            "technical_contact": self.technical_contact.given(),
            "requester": self.requested_by.given(),
        }


def read_request(path: Path) -> RequestForm:
    """Read a form. Raises FormUnreadable, or FormWrong with every wrong place."""
    return read_form(path, RequestForm, unreadable=FormUnreadable, wrong=FormWrong)[0]


@sanitized_db_errors()
def fill_request(values: Mapping[str, Any]) -> RequestForm:
    """Return the form from values by table. What is known of the institution and its application needs no names here.

    Raises WrongPlaces with every wrong place.
    """
    cbe, application = values["institution"].get("cbe", ""), values["application"].get("name", "")
    known = Institution.objects.filter(cbe=cbe).first()
    system = Application.objects.filter(name=application, institution=cbe).first()
    institution_names = {"name": known.names} if known else {}
    application_names = {"title": system.titles} if system else {}
    completed = {
        "institution": {**values["institution"], **institution_names},
        "application": {**values["application"], **application_names},
    }
    return filled(RequestForm, {**values, **completed}, folder=Path())
