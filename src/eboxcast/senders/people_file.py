"""Loading people, teams and standing contacts from a TOML file (docs/reference/people-file.md). All of it, or nothing.

What the file names is created or brought up to date; what it does not name stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.forms import (
    Cbe,
    Form,
    Name,
    OpenNames,
    Unfit,
    flag,
    line,
    one_of,
    read_form,
    some_of,
    unfit_entries,
)
from eboxcast.lib.translation import LANGUAGES, N_
from eboxcast.senders.errors import FileUnreadable, SenderFileWrong
from eboxcast.senders.models import Institution, Mails, Person, StandingContact, Team
from eboxcast.senders.people import Particulars, add_unasked, authorize_care, change_unasked, refuse_unfit_address

_REACH = N_("Give an email address or a phone number.")
_EITHER = N_("Give either a team or an institution.")
_NO_TEAM = N_("This team is not in the file and has not been loaded before.")
_NO_INSTITUTION = N_("This institution has not been loaded.")

_Code = Annotated[str, line(40)]
_Address = Annotated[str, line(150)]


@dataclass(frozen=True, kw_only=True)
class _Person(Form):
    name: _Code
    full_name: Name
    roles: Annotated[list[str], some_of(tuple(Role))]
    language: Annotated[str, one_of(LANGUAGES)]
    institution: Cbe = ""
    email: _Address = ""
    phone: _Address = ""
    service: Annotated[bool, flag()] = False
    active: Annotated[bool, flag()] = True
    mails: Annotated[str, one_of(tuple(Mails))] = Mails.EACH


@dataclass(frozen=True, kw_only=True)
class _Team(Form):
    code: _Code
    name: OpenNames
    active: Annotated[bool, flag()] = True


@dataclass(frozen=True, kw_only=True)
class _Contact(Form):
    team: _Code = ""
    institution: Cbe = ""
    name: Name
    email: _Address = ""
    phone: _Address = ""

    def __post_init__(self) -> None:
        if not self.email and not self.phone:
            raise Unfit(_REACH, "email")
        if bool(self.team) == bool(self.institution):
            raise Unfit(_EITHER, "team")


@dataclass(frozen=True, kw_only=True)
class _PeopleFile(Form):
    person: list[_Person] = field(default_factory=list)
    team: list[_Team] = field(default_factory=list)
    contact: list[_Contact] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class LoadedPeople:
    """How much a file held."""

    people: int
    teams: int
    contacts: int


def load_people(path: Path, *, actor: Actor) -> LoadedPeople:
    """Load a people file.

    Raises NotYourRole; FileUnreadable; SenderFileWrong with every wrong place; and what is unfit of a person.
    """
    authorize_care(actor, "person.load")
    wrong = partial(SenderFileWrong, page="docs/reference/people-file.md")
    file, told = read_form(path, _PeopleFile, unreadable=FileUnreadable, wrong=wrong)
    with sanitized_db_errors(), transaction.atomic():
        for person in file.person:
            _load_person(person, by=actor.name)
        for team in file.team:
            defaults = {"names": team.name.by_language(), "active": team.active}
            Team.objects.update_or_create(code=team.code, defaults=defaults)
        faults = list(unfit_entries("contact", file.contact, _load_contact))
        if faults:
            raise wrong(file=told["file"], faults=faults)
        loaded = LoadedPeople(people=len(file.person), teams=len(file.team), contacts=len(file.contact))
        record("people.loaded", by=actor.name, data={**told, **vars(loaded)})
    return loaded


def _load_person(entry: _Person, *, by: str) -> None:
    values = {name: value for name, value in vars(entry).items() if name != "name"}
    particulars = Particulars(**{**values, "roles": frozenset(map(Role, entry.roles))})
    if Person.objects.filter(name=entry.name).exists():
        change_unasked(entry.name, by=by, **vars(particulars))
    else:
        add_unasked(entry.name, particulars, by=by)


def _load_contact(entry: _Contact) -> None:
    refuse_unfit_address(entry.name, email=entry.email, phone=entry.phone)
    team = Team.objects.filter(code=entry.team).first()
    institution = Institution.objects.filter(cbe=entry.institution).first()
    if entry.team and team is None:
        raise Unfit(_NO_TEAM, "team")
    if entry.institution and institution is None:
        raise Unfit(_NO_INSTITUTION, "institution")
    StandingContact.objects.update_or_create(
        team=team, institution=institution, name=entry.name, defaults={"email": entry.email, "phone": entry.phone}
    )
