"""People, their tokens, and whom to call, made from what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eboxcast.accounts.standing import Standing
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_
from eboxcast.presenters.schemas.people import (
    House,
    PersonList,
    PersonSheet,
    PersonShown,
    TokenList,
    TokenShown,
    UsualContact,
    UsualContacts,
)
from eboxcast.senders.models import Mails, Person, StandingContact, Token
from eboxcast.senders.people import mark_of, only_they_are, particulars_of

ROLES = {
    Role.REQUESTER: N_("requests broadcasts"),
    Role.CONFIRMER: N_("gives the GO"),
    Role.INTEGRATION: N_("integration team"),
    Role.LAUNCH: N_("launch team"),
    Role.CONTACT_CENTRE: N_("contact centre"),
    Role.AUDITOR: N_("auditor"),
    Role.VALIDATOR: N_("validator (BCSS)"),
}


MAILS: Mapping[str, str] = {
    Mails.EACH: N_("as things happen"),
    Mails.DAILY: N_("once a day"),
}
"""When somebody gets the mails of the procedure, in words."""


def person_list(people: Iterable[Person]) -> PersonList:
    """Return people."""
    return PersonList(people=tuple(map(_person, people)))


def houses(people: Iterable[Person]) -> tuple[House, ...]:
    """Return people by whom they belong to: the operator's and the validator's first."""
    by_house: dict[str, list[Person]] = {}
    for person in people:
        by_house.setdefault(person.institution_id or "", []).append(person)
    return tuple(
        House(institution=cbe or None, names=_names_of(of_it[0]), people=tuple(map(_person, of_it)))
        for cbe, of_it in sorted(by_house.items())
    )


def full_names() -> dict[str, str]:
    """Return what everybody who ever acted is called, by the name they act by."""
    return dict(Person.objects.values_list("name", "full_name"))


def names_of(logins: Iterable[str]) -> dict[str, str]:
    """Return what some who act are called, by the name they act by; those who are nobody's are left out."""
    return dict(Person.objects.filter(name__in=set(logins)).values_list("name", "full_name"))


def person_sheet(person: Person, standing: Standing) -> PersonSheet:
    """Return a person, and where their account stands."""
    return PersonSheet(
        person=_person(person),
        institution_names=_names_of(person),
        mark=mark_of(particulars_of(person)),
        only_one_for=tuple(only_they_are(person)),
        **vars(standing),
    )


def token_list(tokens: Iterable[Token]) -> TokenList:
    """Return the tokens of a person."""
    return TokenList(tokens=tuple(map(_token, tokens)))


def usual_contacts(contacts: Iterable[StandingContact]) -> UsualContacts:
    """Return the usual contacts of teams and institutions."""
    shown = (
        UsualContact(team=one.team_id, institution=one.institution_id, name=one.name, email=one.email, phone=one.phone)
        for one in contacts
    )
    return UsualContacts(contacts=tuple(shown))


def _names_of(person: Person) -> dict[str, str]:
    return dict(person.institution.names) if person.institution else {}


def _person(person: Person) -> PersonShown:
    return PersonShown(
        name=person.name,
        full_name=person.full_name,
        institution=person.institution_id,
        roles=tuple(person.roles),
        language=person.language,
        email=person.email,
        phone=person.phone,
        service=person.service,
        active=person.active,
        mails=person.mails,
    )


def _token(token: Token) -> TokenShown:
    return TokenShown(
        number=token.id,
        label=token.label,
        made_at=token.made_at,
        made_by=token.made_by,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        in_force=token.revoked_at is None and token.expires_at > clock.now(),
    )
