"""Signing in with a name or an email address and a password. Whoever guesses has to wait."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from eboxcast.accounts.errors import SignInRefused, TooManyTries
from eboxcast.accounts.models import Account, FailedTry, Invitation, Session
from eboxcast.audit.actions import record
from eboxcast.database import installation
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.senders.models import Person
from eboxcast.senders.people import actor_of

MINUTES = 15
MOST_TRIES = 5
"""With a name, before whoever has it must wait."""
MOST_TRIES_FROM = 50
"""From one address, where a whole institution may sit behind one."""


def sign_in(identity: str, password: str, *, address: str) -> Account:
    """Return the account that fits. Raises SignInRefused, TooManyTries."""
    keys = _Keys(identity, address)
    with sanitized_db_errors():
        _refuse_guessing(keys)
        account = _account_of(identity.strip())
        if account is None:
            make_password(password)  # as slow as checking one, so that the time tells nothing
        if account is None or not account.check_password(password):
            _note_failure(keys, account)
            raise SignInRefused
        with transaction.atomic():
            FailedTry.objects.filter(identity=keys.identity).delete()
            record("account.signed_in", by=account.get_username(), data={"person": account.get_username()})
    return account


def people_to_try() -> list[Person]:
    """Return whom anybody may be on a demo or test installation, as with `--as` of the commands; nobody elsewhere."""
    if installation.is_real():
        return []
    with sanitized_db_errors():
        people = Person.objects.select_related("institution").filter(active=True, service=False)
        return list(people.order_by("institution_id", "name"))


def sign_in_by_name(name: str) -> Account:
    """Return the account of one of the people to try, made where there is none. Raises SignInRefused."""
    person = next((one for one in people_to_try() if one.name == name), None)
    if person is None:
        raise SignInRefused
    with sanitized_db_errors(), transaction.atomic():
        account = Account.objects.filter(person=person).first()
        if account is None:
            account = Account(person=person, opened_at=clock.now())
            account.set_unusable_password()
            account.save()
        record("account.signed_in", by=person.name, data={"person": person.name, "by_name": True})
    return account


def account_in_force(number: int) -> tuple[Account, Actor] | None:
    """Return an account and who acts by it, as both stand now; None where the person may act no more."""
    with sanitized_db_errors():
        account = Account.objects.select_related("person").filter(pk=number).first()
    if account is None or not account.person.active or account.person.service:
        return None
    return account, actor_of(account.person)


class _Keys:
    """Who tries and from where, as digests that tell nothing without the secret of the installation."""

    def __init__(self, identity: str, address: str) -> None:
        self.identity = _digest("identity", identity.strip().casefold())
        self.address = _digest("address", address)


def _digest(kind: str, text: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{text}".encode(), hashlib.sha256).digest()


def _forget_what_ended(since: datetime) -> None:
    """Delete tries, sessions and unused invitations past their time; each sign-in does, so that nothing else has to."""
    FailedTry.objects.filter(at__lt=since).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    Invitation.objects.filter(used_at=None, expires_at__lt=clock.now()).delete()


def _refuse_guessing(keys: _Keys) -> None:
    since = clock.now() - timedelta(minutes=MINUTES)
    _forget_what_ended(since)
    recent = FailedTry.objects.filter(at__gte=since)
    if (
        recent.filter(identity=keys.identity).count() >= MOST_TRIES
        or recent.filter(address=keys.address).count() >= MOST_TRIES_FROM
    ):
        raise TooManyTries(minutes=MINUTES)


def _note_failure(keys: _Keys, account: Account | None) -> None:
    with transaction.atomic():
        FailedTry.objects.create(at=clock.now(), identity=keys.identity, address=keys.address)
        if account is not None and FailedTry.objects.filter(identity=keys.identity).count() == MOST_TRIES:
            record("account.locked", by=account.get_username(), data={"person": account.get_username()})


def _account_of(identity: str) -> Account | None:
    """Return the account of somebody who can act; none where an address is that of several."""
    found = Account.objects.select_related("person").filter(
        Q(person__name=identity.lower()) | Q(person__email__iexact=identity, person__email__gt=""),
        person__active=True,
        person__service=False,
    )
    accounts = list(found[:2])
    return accounts[0] if len(accounts) == 1 else None
