"""Invitations: a link by which somebody sets their password, once, within some days; handed over or sent by mail.

A forgotten password is the same thing, asked for by whoever forgot it. Whether anybody has an account is told to
nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from eboxcast.accounts.errors import FormSentBefore, InvitationNotFound, InvitationUnfit, NoAddress
from eboxcast.accounts.guessing import RESETS
from eboxcast.accounts.models import Account, Invitation
from eboxcast.accounts.passwords import refuse_unfit_password
from eboxcast.accounts.sent_forms import taken_once
from eboxcast.accounts.signing_in import account_named, counted_as
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.errors import PersonInactive, PersonUnknown
from eboxcast.senders.models import Person
from eboxcast.senders.people import authorize_care

MOST_DAYS = 30
USUAL_DAYS = 7
_FORGOTTEN = timedelta(hours=2)
"""How long the link holds that somebody asked for who forgot their password."""


def invite(name: str, *, days: int, actor: Actor) -> str:
    """Return what ends the link by which somebody sets their password; earlier ones hold no more.

    Raises NotYourRole, PersonUnknown, PersonInactive, InvitationUnfit.
    """
    authorize_care(actor, "account.invite")
    text = secrets.token_urlsafe(32)
    with sanitized_db_errors(), transaction.atomic():
        made = _make(_somebody(name), days=days, by=actor.name, digest=_digest(text))
        record("account.invited", by=actor.name, data=_told(made))
    return text


def invite_by_mail(name: str, *, days: int = USUAL_DAYS, actor: Actor) -> Person:
    """Have somebody be sent the link by which they set their password; earlier ones hold no more.

    Raises NotYourRole, PersonUnknown, PersonInactive, InvitationUnfit, NoAddress.
    """
    authorize_care(actor, "account.invite")
    with sanitized_db_errors(), transaction.atomic():
        person = _somebody(name)
        if not person.email:
            raise NoAddress(name=person.name)
        made = _make(person, days=days, by=actor.name, digest=_of_nothing())
        record("account.invited", by=actor.name, data={**_told(made), "by_mail": True, "invitation": made.pk})
    return person


def ask_new_password(identity: str, *, address: str, form: UUID) -> None:
    """Have somebody who forgot their password be sent a link, if there is such an account. The answer is the same.

    The same form, sent again, has nothing more sent. An invitation of the integration team stays as it is: anybody
    could void it otherwise. Raises TooManyTries.
    """
    with sanitized_db_errors():
        account = account_named(identity)
        RESETS.count(counted_as(account, identity), address)
        if account is None or not account.person.email:
            return
        with suppress(FormSentBefore), taken_once(form, account=account):
            _withdraw(account.person, made_by=STEWARD.name)
            made = _keep(account.person, expires_at=clock.now() + _FORGOTTEN, by=STEWARD.name, digest=_of_nothing())
            record("account.password_forgotten", by=STEWARD.name, data={**_told(made), "invitation": made.pk})


def link_to_mail(number: int, *, address: str) -> str:
    """Return what ends the link of an invitation whose mail leaves now for an address; each try makes another.

    Raises InvitationNotFound where it was replaced, used or has expired, or where the person has another address now.
    """
    with sanitized_db_errors(), transaction.atomic():
        mailed = Invitation.objects.select_related("person").filter(pk=number, used_at=None).first()
        if mailed is None or mailed.expires_at <= clock.now() or not mailed.person.active:
            raise InvitationNotFound
        if mailed.person.email.casefold() != address.casefold():
            raise InvitationNotFound
        text = secrets.token_urlsafe(32)
        _keep(mailed.person, expires_at=mailed.expires_at, by=mailed.made_by, digest=_digest(text), of=mailed)
    return text


def invited(text: str) -> Person:
    """Return who is invited by a link that is still valid. Raises InvitationNotFound."""
    with sanitized_db_errors():
        return _valid(text).person


def accept_invitation(text: str, password: str) -> Account:
    """Set the password of whoever was invited; all their sessions end. Raises InvitationNotFound, PasswordUnfit."""
    with sanitized_db_errors(), transaction.atomic():
        refuse_unfit_password(password, _valid(text, lock=True).person)
        account = take_invitation(text)
        first = not account.has_usable_password()
        account.set_password(password)
        account.save(update_fields=["password"])
        told = {"person": account.get_username(), "first": first}
        record("account.password_set", by=account.get_username(), data=told)
    return account


def take_invitation(text: str) -> Account:
    """Use an invitation up, inside the transaction of what it is used for; all sessions end.

    Return the account, opened where there was none. Raises InvitationNotFound.
    """
    invitation = _valid(text, lock=True)
    account = Account.objects.filter(person=invitation.person).first()
    if account is None:
        account = Account(person=invitation.person, opened_at=clock.now())
        account.set_unusable_password()
        account.save()
    account.sessions.all().delete()
    invitation.used_at, invitation.of = clock.now(), None
    invitation.save(update_fields=["used_at", "of"])
    _withdraw(invitation.person)
    return account


def _somebody(name: str) -> Person:
    person = Person.objects.filter(name=name).first()
    if person is None:
        raise PersonUnknown(name=mask_and_strip(name))
    if not person.active:
        raise PersonInactive(name=name)
    return person


def _make(person: Person, *, days: int, by: str, digest: bytes) -> Invitation:
    if person.service or not 0 < days <= MOST_DAYS:
        raise InvitationUnfit(most=MOST_DAYS)
    _withdraw(person)
    return _keep(person, expires_at=clock.now() + timedelta(days=days), by=by, digest=digest)


def _keep(person: Person, *, expires_at: datetime, by: str, digest: bytes, of: Invitation | None = None) -> Invitation:
    return Invitation.objects.create(
        person=person, digest=digest, made_at=clock.now(), made_by=by, expires_at=expires_at, of=of
    )


def _told(invitation: Invitation) -> dict[str, object]:
    return {"person": invitation.person_id, "expires_at": invitation.expires_at.isoformat()}


def _withdraw(person: Person, **those: str) -> None:
    Invitation.objects.filter(person=person, used_at=None, **those).delete()


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


def _of_nothing() -> bytes:
    """Return a digest that no text has: what goes by mail gets its links when the mail leaves."""
    return secrets.token_bytes(32)
