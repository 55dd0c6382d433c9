"""Who takes part in the demo: made-up people, and the form of an institution that nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eboxcast.package.sampling_content import (
    APPLICATION,
    APPLICATION_TITLE,
    INSTITUTION,
    INSTITUTION_NAME,
    TYPE_TITLE,
)

TYPE = "DEMO-INFO"
TEAM = "ebox"

_OPERATOR = {
    "ines": ("Inès Petit", "fr", "integration"),
    "lou": ("Lou Wolf", "de", "launch"),
    "vera": ("Vera Maes", "nl", "validator"),
    "carla": ("Carla Smith", "en", "contact-centre"),
    "ada": ("Ada Janssens", "nl", "auditor"),
}
_INSTITUTION = {"anne": ("Anne Dubois", "fr", "requester"), "bram": ("Bram Claes", "nl", "confirmer")}
_TEAM = f"""
[[team]]
code = "{TEAM}"
name = {{ fr = "eBox", nl = "eBox", de = "eBox" }}
"""
_CONTACT = f"""
[[contact]]
institution = "{INSTITUTION}"
name = "Rita Remy"
email = "rita@institution.example"
phone = "+32 2 000 00 02"
"""
_FORM = """[institution]
cbe = "{institution}"
name = {institution_name}

[application]
name = "{application}"
title = {application_title}

[message_type]
code = "{code}"
title = {title}
description = "What changes on 1 January, on one page."
legal_basis = "None: these are made-up letters for made-up people."
ebox_type = "CITIZEN"
languages = ["fr"]
validity = {{ number = 1, unit = "year" }}
media_types = ["application/pdf"]
document_bytes = 2097152
without_ebox = "publish"

[expected]
recipients = {recipients}
broadcasts_a_year = 1
dates = [{date}]

[business_contact]
name = "Anne Dubois"
email = "anne@institution.example"

[technical_contact]
name = "Tom Renard"
email = "tom@institution.example"

[requested_by]
name = "Anne Dubois"
email = "anne@institution.example"
"""


def everybody() -> dict[str, str]:
    """Return the role of each person."""
    return {name: role for name, (_, _, role) in (_INSTITUTION | _OPERATOR).items()}


def write_people(folder: Path) -> tuple[Path, Path]:
    """Write the operator's and BCSS's people, and those of the institution; return where."""
    operator, institution = folder / "operator.toml", folder / "institution.toml"
    people = "".join(_person(name, *who, domain="operator") for name, who in _OPERATOR.items())
    operator.write_text(people + _TEAM, encoding="utf-8")
    people = "".join(_person(name, *who, domain="institution") for name, who in _INSTITUTION.items())
    institution.write_text(people + _CONTACT, encoding="utf-8")
    return operator, institution


def write_form(path: Path, *, recipients: int, date: str) -> Path:
    """Write the request for a message type, filled in."""
    form = _FORM.format(
        institution=INSTITUTION,
        institution_name=_in_languages(INSTITUTION_NAME),
        application=APPLICATION,
        application_title=_in_languages(APPLICATION_TITLE),
        code=TYPE,
        title=_in_languages(TYPE_TITLE),
        recipients=recipients,
        date=date,
    )
    path.write_text(form, encoding="utf-8")
    return path


def _person(name: str, full_name: str, language: str, role: str, *, domain: str) -> str:
    of = f'institution = "{INSTITUTION}"\n' if name in _INSTITUTION else ""
    return (
        f'[[person]]\nname = "{name}"\nfull_name = "{full_name}"\nlanguage = "{language}"\n{of}'
        f'roles = ["{role}"]\nemail = "{name}@{domain}.example"\n\n'
    )


def _in_languages(names: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f'{language} = "{name}"' for language, name in names.items()) + " }"
