"""Loading people, teams and standing contacts from a TOML file (docs/reference/people-file.md). All of it, or nothing.

What the file names is created or brought up to date; what it does not name stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.digests import digest
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import LANGUAGES
from eboxcast.senders.models import Institution, Person, StandingContact, Team
from eboxcast.senders.people import (
    Particulars,
    add_unasked,
    authorize_care,
    change_unasked,
    refuse_unfit_address,
    refuse_unfit_line,
)
from eboxcast.senders.toml_files import Entry, TomlFile, parse, read

_TABLES = ("person", "team", "contact")
_MOST = 150
_MOST_OF_A_CODE = 40


@dataclass(frozen=True, kw_only=True)
class LoadedPeople:
    """How much a file held."""

    people: int
    teams: int
    contacts: int


def load_people(path: Path, *, actor: Actor) -> LoadedPeople:
    """Load a people file. Raises NotYourRole, SenderFileWrong naming the place, and what is unfit of a person."""
    authorize_care(actor, "person.load")
    content, name = read(path), mask_and_strip(path.name)
    file = TomlFile(name, parse(name, content), tables=_TABLES)
    with sanitized_db_errors(), transaction.atomic():
        loaded = LoadedPeople(
            people=file.each("person", lambda entry: _load_person(entry, by=actor.name)),
            teams=file.each("team", _load_team),
            contacts=file.each("contact", _load_contact),
        )
        told = {"file": name, "digest": digest(content).hex(), **vars(loaded)}
        record("people.loaded", by=actor.name, data=told)
    return loaded


def _load_person(entry: Entry, *, by: str) -> None:
    name = entry.text("name", most=_MOST_OF_A_CODE)
    particulars = Particulars(
        full_name=entry.text("full_name", most=_MOST),
        roles=frozenset(map(Role, entry.some_of("roles", tuple(Role)))),
        language=entry.one_of("language", LANGUAGES),
        institution=entry.text_or_nothing("institution", most=10),
        email=entry.text_or_nothing("email", most=_MOST),
        phone=entry.text_or_nothing("phone", most=_MOST),
        service=entry.yes("service"),
        active=entry.yes("active", otherwise=True),
    )
    if Person.objects.filter(name=name).exists():
        change_unasked(name, by=by, **vars(particulars))
    else:
        add_unasked(name, particulars, by=by)


def _load_team(entry: Entry) -> None:
    code = entry.text("code", most=_MOST_OF_A_CODE)
    refuse_unfit_line(code, "code", code)
    defaults = {"names": entry.names("name"), "active": entry.yes("active", otherwise=True)}
    Team.objects.update_or_create(code=code, defaults=defaults)


def _load_contact(entry: Entry) -> None:
    name = entry.text("name", most=_MOST)
    email, phone = (entry.text_or_nothing(field, most=_MOST) for field in ("email", "phone"))
    refuse_unfit_line(name, "name", name)
    refuse_unfit_address(name, email=email, phone=phone)
    if not email and not phone:
        raise entry.wrong("email", "an email or a phone is needed")
    team, institution = _whose(entry)
    StandingContact.objects.update_or_create(
        team=team, institution=institution, name=name, defaults={"email": email, "phone": phone}
    )


def _whose(entry: Entry) -> tuple[Team | None, Institution | None]:
    if ("team" in entry.values) == ("institution" in entry.values):
        raise entry.wrong("team", "expected either a team or an institution")
    if "team" in entry.values:
        team = Team.objects.filter(code=entry.text("team", most=_MOST_OF_A_CODE)).first()
        if team is None:
            raise entry.wrong("team", "this team is neither in the file nor loaded before")
        return team, None
    institution = Institution.objects.filter(cbe=entry.text("institution", most=10)).first()
    if institution is None:
        raise entry.wrong("institution", "this institution is not loaded yet")
    return None, institution
