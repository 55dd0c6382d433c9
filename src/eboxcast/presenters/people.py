"""People, their tokens, and whom to call, made from what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable

from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.translation import N_
from eboxcast.presenters.schemas.people import (
    PersonList,
    PersonShown,
    TokenList,
    TokenShown,
    UsualContact,
    UsualContacts,
)
from eboxcast.senders.models import Person, StandingContact, Token

ROLES = {
    Role.REQUESTER: N_("requests broadcasts"),
    Role.CONFIRMER: N_("gives the GO"),
    Role.INTEGRATION: N_("integration team"),
    Role.LAUNCH: N_("launch team"),
    Role.CONTACT_CENTRE: N_("contact centre"),
    Role.AUDITOR: N_("auditor"),
    Role.VALIDATOR: N_("validator (BCSS)"),
}


def person_list(people: Iterable[Person]) -> PersonList:
    """Return people."""
    return PersonList(people=tuple(map(_person, people)))


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
