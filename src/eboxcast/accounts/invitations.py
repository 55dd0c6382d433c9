"""Invitations: a link by which somebody sets their password, made once, shown once, valid for some days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from eboxcast.accounts.errors import InvitationNotFound, InvitationUnfit
from eboxcast.accounts.models import Account, Invitation
from eboxcast.accounts.passwords import refuse_unfit_password
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.errors import PersonInactive, PersonUnknown
from eboxcast.senders.models import Person
from eboxcast.senders.people import authorize_care

MOST_DAYS = 30


def invite(name: str, *, days: int, actor: Actor) -> str:
    """Return what ends the link by which somebody sets their password; earlier ones hold no more.

    Raises NotYourRole, PersonUnknown, PersonInactive, InvitationUnfit.
    """
    authorize_care(actor, "account.invite")
    text = secrets.token_urlsafe(32)
    now = clock.now()
    with sanitized_db_errors(), transaction.atomic():
        person = _somebody(name)
        if person.service or not 0 < days <= MOST_DAYS:
            raise InvitationUnfit(most=MOST_DAYS)
        _withdraw(person)
        expires_at = now + timedelta(days=days)
        Invitation.objects.create(
            person=person, digest=_digest(text), made_at=now, made_by=actor.name, expires_at=expires_at
        )
        record("account.invited", by=actor.name, data={"person": person.name, "expires_at": expires_at.isoformat()})
    return text


def invited(text: str) -> Person:
    """Return who is invited by a link that is still valid. Raises InvitationNotFound."""
    with sanitized_db_errors():
        return _valid(text).person


def accept_invitation(text: str, password: str) -> Account:
    """Set the password of whoever was invited; all their sessions end. Raises InvitationNotFound, PasswordUnfit."""
    with sanitized_db_errors(), transaction.atomic():
        invitation = _valid(text, lock=True)
        refuse_unfit_password(password, invitation.person)
        account = Account.objects.filter(person=invitation.person).first() or Account(
            person=invitation.person, opened_at=clock.now()
        )
        account.set_password(password)
        account.save()
        account.sessions.all().delete()
        invitation.used_at = clock.now()
        invitation.save(update_fields=["used_at"])
        record("account.password_set", by=account.get_username(), data={"person": account.get_username()})
    return account


def _somebody(name: str) -> Person:
    person = Person.objects.filter(name=name).first()
    if person is None:
        raise PersonUnknown(name=mask_and_strip(name))
    if not person.active:
        raise PersonInactive(name=name)
    return person


def _withdraw(person: Person) -> None:
    Invitation.objects.filter(person=person, used_at=None).delete()


def _valid(text: str, *, lock: bool = False) -> Invitation:
    invitations = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects
    found = (
        invitations.select_related("person")
        .filter(digest=_digest(text), used_at=None, expires_at__gt=clock.now(), person__active=True)
        .first()
    )
    if found is None:
        raise InvitationNotFound
    return found


def _digest(text: str) -> bytes:
    """Return what is kept. Plain SHA-256 is enough: the text is 256 random bits, not a password."""
    return hashlib.sha256(text.encode()).digest()
