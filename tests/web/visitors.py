"""Browsers of the characters: each signed in as one of them, or as nobody."""

from __future__ import annotations

from typing import Any

from django.test import Client
from tests.broadcasts import people as p

from eboxcast.accounts.models import Account
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.senders.models import Institution, Person

PASSWORD = "a horse with a blue umbrella"
FULL_NAMES = {
    "anne": "Anne Lambert",
    "bram": "Bram Peeters",
    "dirk": "Dirk Maes",
    "vera": "Vera Claes",
    "ines": "Inès Dubois",
    "lou": "Lou Janssens",
    "carla": "Carla Smith",
    "ada": "Ada Wouters",
}


def browser(**kwargs: Any) -> Client:
    """Return a browser in which nobody has signed in, that follows our addresses and shows English."""
    return Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"}, **kwargs)


def account_of(actor: Actor) -> Account:
    """Return the account of a character, who is recorded with it."""
    if actor.institution:
        Institution.objects.get_or_create(cbe=actor.institution, defaults={"names": p.NAMES})
    person, _ = Person.objects.get_or_create(
        name=actor.name,
        defaults={
            "full_name": FULL_NAMES[actor.name],
            "email": f"{actor.name}@example.be",
            "language": actor.language,
            "institution_id": actor.institution or None,
            "roles": sorted(actor.roles),
        },
    )
    account = Account.objects.filter(person=person).first()
    if account is None:
        account = Account(person=person, opened_at=clock.now())
        account.set_password(PASSWORD)
        account.save()
    return account


def browser_of(actor: Actor, **kwargs: Any) -> Client:
    """Return a browser in which a character has signed in."""
    client = browser(**kwargs)
    client.force_login(account_of(actor), backend="eboxcast.web.visitors")  # type: ignore[arg-type]
    client.cookies["eboxcast_language"] = "en"
    return client
