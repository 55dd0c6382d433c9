"""The people of a broadcast with their addresses and languages, in January 2027."""

from __future__ import annotations

import pytest
from tests.broadcasts.conftest import january
from tests.broadcasts.people import INSTITUTION
from tests.delivery.conftest import story

from eboxcast.senders.models import Institution, Person

__all__ = ["january", "story"]

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
    add_people(INSTITUTION)


def add_people(cbe: str) -> None:
    """Record everybody; requesters and confirmers are of this institution."""
    institution = Institution.objects.get(cbe=cbe)
    for name, (full_name, language, roles) in PEOPLE.items():
        values = {
            "full_name": full_name,
            "email": f"{name}@example.be",
            "language": language,
            "institution": institution if {"requester", "confirmer"} & set(roles) else None,
            "roles": roles,
        }
        Person.objects.update_or_create(name=name, defaults=values)
