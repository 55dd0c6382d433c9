"""Signing in with a name or an email address and a password. Whoever guesses has to wait."""

from __future__ import annotations

import structlog
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from eboxcast.accounts.errors import SignInRefused
from eboxcast.accounts.guessing import PASSWORDS, Tried
from eboxcast.accounts.models import Account, Invitation, Session
from eboxcast.accounts.sent_forms import forget_sent_forms
from eboxcast.audit.actions import record
from eboxcast.database import installation
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.senders.models import Person
from eboxcast.senders.people import actor_of

_log = structlog.get_logger(__name__)


def sign_in(identity: str, password: str, *, address: str) -> Account:
    """Return the account that fits: a second factor may follow. Raises SignInRefused, TooManyTries."""
    with sanitized_db_errors():
        _forget_what_ended()
        account = account_named(identity)
        whose = counted_as(account, identity)
        tried = PASSWORDS.count(whose, address)
        if account is None:
            make_password(password)  # as slow as checking one, so that the time tells nothing
        if account is None or not account.check_password(password):
            _note_failure(tried, account)
            raise SignInRefused
        PASSWORDS.forget(tried, whose)
    return account


def note_sign_in(account: Account, *, how: str) -> None:
    """Have it on record that somebody has signed in, and how."""
    with sanitized_db_errors(), transaction.atomic():
        name = account.get_username()
        record("account.signed_in", by=name, data={"person": name, "how": how})


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
    return account


def account_in_force(number: int) -> tuple[Account, Actor] | None:
    """Return an account and who acts by it, as both stand now; None where the person may act no more."""
    with sanitized_db_errors():
        account = Account.objects.select_related("person").filter(pk=number).first()
    if account is None or not account.person.active or account.person.service:
        return None
    return account, actor_of(account.person)


def account_named(identity: str) -> Account | None:
    """Return the account of somebody who can act, by name or address; none where an address is that of several."""
    identity = identity.strip()
    found = Account.objects.select_related("person").filter(
        Q(person__name=identity.lower()) | Q(person__email__iexact=identity, person__email__gt=""),
        person__active=True,
        person__service=False,
    )
    accounts = list(found[:2])
    return accounts[0] if len(accounts) == 1 else None


def counted_as(account: Account | None, identity: str) -> str:
    """Return under what tries are counted: an account is one, by its name or by its address."""
    return account.get_username() if account else identity


def _forget_what_ended() -> None:
    """Delete sessions, unused invitations and forms past their time; each sign-in does, so that nothing else has to."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    Invitation.objects.filter(used_at=None, expires_at__lt=clock.now()).delete()
    forget_sent_forms()


def _note_failure(tried: Tried, account: Account | None) -> None:
    """Log it, never with what was typed: it may be a password in the wrong field."""
    _log.warning("sign-in.refused", by=account.get_username() if account is not None else "", nth=tried.nth)
    if account is not None and tried.nth == PASSWORDS.most:
        with transaction.atomic():
            record("account.locked", by=account.get_username(), data={"person": account.get_username()})
