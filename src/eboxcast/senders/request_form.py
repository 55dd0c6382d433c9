"""The form that asks for a new message type, as a value (TOML, docs/reference/type-request-file.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eboxcast.lib import clock
from eboxcast.lib.identifiers import Refused, read_cbe
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.lib.translation import N_
from eboxcast.senders.errors import FormUnreadable, FormWrong
from eboxcast.senders.form_faults import FormFault
from eboxcast.senders.form_reading import Section
from eboxcast.senders.models import WithoutEbox
from eboxcast.senders.sender_file import EBOX_TYPES, MOST_BYTES, SHORTEST_CODE, UNITS
from eboxcast.senders.toml_files import LANGUAGES

MOST_RECIPIENTS = 20_000_000

_NOT_A_CBE = N_("Write a CBE number: ten digits between quotes, of which the last two are check digits.")


@dataclass(frozen=True, kw_only=True)
class RequestForm:
    """What an institution says of the message type it wants; each field as ``TypeRequest`` keeps it."""

    institution: str
    institution_names: dict[str, str]
    application: str
    application_titles: dict[str, str]
    code: str
    titles: dict[str, str]
    description: str
    legal_basis: str
    ebox_type: str
    languages: list[str]
    validity_number: int
    validity_unit: str
    media_types: list[str]
    document_bytes: int
    without_ebox: str
    expected_recipients: int
    broadcasts_a_year: int
    wanted_dates: list[date]
    business_contact: dict[str, str]
    technical_contact: dict[str, str]
    requester: dict[str, str]


def read_form(path: Path) -> RequestForm:
    """Read a form. Raises FormUnreadable, or FormWrong with every wrong place."""
    faults: list[FormFault] = []
    form = _form(Section("", _parse(path), faults))
    if faults:
        raise FormWrong(file=path.name, faults=faults)
    return form


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormUnreadable(file=path.name, problem=error.strerror or "-") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = mask_and_strip(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8"
        raise FormUnreadable(file=path.name, problem=problem) from None


def _form(whole: Section) -> RequestForm:
    fields = {
        **_institution(whole.table("institution")),
        **_application(whole.table("application")),
        **_message_type(whole.table("message_type")),
        **_expected(whole.table("expected")),
        "business_contact": whole.contact("business_contact"),
        "technical_contact": whole.contact("technical_contact"),
        "requester": whole.contact("requested_by"),
    }
    whole.refuse_the_rest()
    return RequestForm(**fields)


def _institution(given: Section) -> dict[str, Any]:
    cbe = given.text("cbe", least=10, most=10)
    if cbe and isinstance(read_cbe(cbe, today=clock.today()), Refused):
        given.wrong("cbe", _NOT_A_CBE)
    fields = {"institution": cbe, "institution_names": given.names("name")}
    given.refuse_the_rest()
    return fields


def _application(given: Section) -> dict[str, Any]:
    fields = {"application": given.text("name", most=150), "application_titles": given.names("title")}
    given.refuse_the_rest()
    return fields


def _message_type(given: Section) -> dict[str, Any]:
    validity = given.table("validity")
    fields = {
        "code": given.text("code", least=SHORTEST_CODE, most=80),
        "titles": given.names("title"),
        "description": given.prose("description", most=2000),
        "legal_basis": given.prose("legal_basis", most=2000),
        "ebox_type": given.one_of("ebox_type", EBOX_TYPES),
        "languages": given.some_of("languages", LANGUAGES),
        "validity_number": validity.number("number", most=3660),
        "validity_unit": validity.one_of("unit", UNITS),
        "media_types": given.some_of("media_types", tuple(sorted(MEDIA_TYPES))),
        "document_bytes": given.number("document_bytes", most=MOST_BYTES),
        "without_ebox": given.one_of("without_ebox", tuple(WithoutEbox.values)),
    }
    validity.refuse_the_rest()
    given.refuse_the_rest()
    return fields


def _expected(given: Section) -> dict[str, Any]:
    fields = {
        "expected_recipients": given.number("recipients", most=MOST_RECIPIENTS),
        "broadcasts_a_year": given.number("broadcasts_a_year", most=10_000),
        "wanted_dates": given.dates("dates", today=clock.today()),
    }
    given.refuse_the_rest()
    return fields
