"""Searching what the audit says of a person: on record like what is found."""

from __future__ import annotations

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.pseudonyms import pseudonym, pseudonyms
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize


def search_person(key: int, *, actor: Actor) -> list[str]:
    """Return what may stand for a recipient in entries; the audit keeps who asked, and about whom by a pseudonym.

    Raises NotYourRole.
    """
    authorize(actor, "audit.find")
    with transaction.atomic():
        record("audit.person_searched", by=actor.name, data={"person": pseudonym(key, clock.now())})
    return pseudonyms(key)
