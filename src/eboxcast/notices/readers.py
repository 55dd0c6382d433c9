"""Who gets a notice: people by their role, and the contacts of the follow-up sheet, each address once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.actors import INSTITUTION_ROLES, Role
from eboxcast.notices.models import Item, Method
from eboxcast.senders.models import Mails, Person, TypeRequest
from eboxcast.senders.people import reachable


class Group(StrEnum):
    """To whom a notice goes."""

    REQUESTERS = "requesters"
    CONFIRMERS = "confirmers"
    VALIDATORS = "validators"
    INTEGRATION = "integration"
    LAUNCH = "launch"
    CONTACT_CENTRE = "contact-centre"
    AUDITORS = "auditors"
    CONTACTS = "contacts"
    """Everybody on the follow-up sheet."""
    INVITED = "invited"
    """Everybody who has an invitation for the evening."""
    FORM = "form"
    """Who handed in the form for a message type."""
    PERSON = "person"
    """Whose account it is."""


ROLES: Mapping[Group, Role] = {
    Group.REQUESTERS: Role.REQUESTER,
    Group.CONFIRMERS: Role.CONFIRMER,
    Group.VALIDATORS: Role.VALIDATOR,
    Group.INTEGRATION: Role.INTEGRATION,
    Group.LAUNCH: Role.LAUNCH,
    Group.CONTACT_CENTRE: Role.CONTACT_CENTRE,
    Group.AUDITORS: Role.AUDITOR,
}
"""The groups that are a role: where nobody has it, nobody was told. Of the others there may be none."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody a mail goes to."""

    recipient: str
    """A login; the address of a contact who has none."""
    full_name: str
    address: str
    language: str
    roles: frozenset[Role] = frozenset()
    daily: bool = False
    """Whether what can wait is to come once a day."""


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """What a notice is about, as far as it decides who gets it."""

    institution: str
    broadcast: Broadcast | None = None
    request: TypeRequest | None = None
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class Held:
    """An invitation that stands in somebody's calendar."""

    recipient: str
    address: str
    language: str
    starts_at: datetime
    ends_at: datetime


def readers_of(groups: Iterable[Group], concerned: Concerned, *, but: Collection[object] = ()) -> list[Reader]:
    """Return who is in these groups today and has an address, each address once: as a person before as a contact.

    Whoever is in ``but`` is left out, and not the others who have the same address.
    """
    found: dict[str, Reader] = {}
    for group in groups:
        for reader in _FINDERS[group](concerned):
            if reader.recipient in but or not reader.address:
                continue
            if _better(reader, found.get(reader.address.casefold())):
                found[reader.address.casefold()] = reader
    return list(found.values())


def roles_of_nobody(groups: Iterable[Group], concerned: Concerned) -> list[Role]:
    """Return the roles among these groups that nobody has to whom a mail can be sent."""
    return [ROLES[group] for group in groups if group in ROLES and not any(_FINDERS[group](concerned))]


def holders_of(broadcast: UUID) -> list[Held]:
    """Return whose last invitation for a broadcast was not cancelled since."""
    last = Item.objects.filter(broadcast=broadcast).exclude(method="").order_by("address", "-id")
    return [
        Held(
            recipient=one.recipient,
            address=one.address,
            language=one.language,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in last.distinct("address")
        if one.method == Method.REQUEST and one.starts_at and one.ends_at
    ]


def house_language() -> str:
    """Return the language of those of whom none is known."""
    return str(settings.EBOXCAST_LANGUAGE) or "en"


def _better(reader: Reader, before: Reader | None) -> bool:
    return before is None or (bool(reader.roles) and not before.roles)


def _with(role: Role) -> Callable[[Concerned], Iterator[Reader]]:
    of_institution = role in INSTITUTION_ROLES

    def find(concerned: Concerned) -> Iterator[Reader]:
        if of_institution and not concerned.institution:
            return
        yield from map(_person, reachable(role, concerned.institution if of_institution else ""))

    return find


def _person(person: Person) -> Reader:
    return Reader(
        recipient=person.name,
        full_name=person.full_name,
        address=person.email,
        language=person.language,
        roles=frozenset(map(Role, person.roles)),
        daily=person.mails == Mails.DAILY,
    )


def _contacts(concerned: Concerned) -> Iterator[Reader]:
    if concerned.broadcast is not None:
        for contact in concerned.broadcast.contacts.exclude(email=""):
            language = _of_requester(concerned) if not contact.team else house_language()
            yield _outsider(contact.name, contact.email, language)


def _invited(concerned: Concerned) -> Iterator[Reader]:
    if concerned.broadcast is not None:
        for held in holders_of(concerned.broadcast.id):
            yield _outsider(held.recipient, held.address, held.language)


def _form(concerned: Concerned) -> Iterator[Reader]:
    if concerned.request is not None:
        asked = concerned.request.requester
        yield _outsider(str(asked.get("name", "")), str(asked.get("email", "")), concerned.request.languages[0])


def _meant(concerned: Concerned) -> Iterator[Reader]:
    for person in Person.objects.filter(name=concerned.person, active=True, service=False).exclude(email=""):
        yield _person(person)


def _outsider(name: str, address: str, language: str) -> Reader:
    """Return a contact; a person who has this address is meant by it."""
    person = Person.objects.filter(email__iexact=address, active=True, service=False).order_by("name").first()
    if person is not None:
        return _person(person)
    return Reader(recipient=address, full_name=name, address=address, language=language)


def _of_requester(concerned: Concerned) -> str:
    asked = Person.objects.filter(name=concerned.broadcast.requested_by if concerned.broadcast else "").first()
    return asked.language if asked else house_language()


_FINDERS: Mapping[Group, Callable[[Concerned], Iterator[Reader]]] = {
    **{group: _with(role) for group, role in ROLES.items()},
    Group.CONTACTS: _contacts,
    Group.INVITED: _invited,
    Group.FORM: _form,
    Group.PERSON: _meant,
}
