"""The people of a broadcast with their addresses and languages, in January 2027."""

from __future__ import annotations

import pytest
from tests.broadcasts.conftest import january
from tests.broadcasts.people import INSTITUTION

from eboxcast.senders.models import Institution, Person

__all__ = ["january"]

PEOPLE = {
    "anne": ("Anne Dubois", "fr", ["requester"]),
    "bram": ("Bram Claes", "nl", ["confirmer"]),
    "vera": ("Vera Maes", "nl", ["validator"]),
    "ines": ("Inès Petit", "fr", ["integration"]),
    "lou": ("Lou Wolf", "de", ["launch"]),
    "carla": ("Carla Smith", "en", ["contact-centre"]),
    "ada": ("Ada Janssens", "nl", ["auditor"]),
}


@pytest.fixture
def addressed(january: None) -> None:
    """Everybody of the story is on record, each with an address."""
    institution = Institution.objects.get(cbe=INSTITUTION)
    for name, (full_name, language, roles) in PEOPLE.items():
        Person.objects.create(
            name=name,
            full_name=full_name,
            email=f"{name}@example.be",
            language=language,
            institution=institution if {"requester", "confirmer"} & set(roles) else None,
            roles=roles,
        )
