"""The characters of the procedure as people who can be named with `--as`, and what they do on the command line."""

from __future__ import annotations

from tests.broadcasts.people import ADA, ANNE, BRAM, CARLA, ELSE_WHERE, INES, LOU, VERA

from eboxcast.lib.actors import Actor, Role
from eboxcast.senders.models import Institution, Person
from eboxcast.senders.people import Particulars, add_person

_FOUNDER = Actor(name="founder", roles=frozenset({Role.INTEGRATION}))


def record_people() -> None:
    """Record everybody, and the other institution one of them is of."""
    Person.objects.filter(name=CARLA.name).delete()  # as she is recorded in every story, but with another address
    Institution.objects.get_or_create(cbe=ELSE_WHERE.institution, defaults={"names": {"fr": "x", "nl": "x", "de": "x"}})
    for one in (ANNE, BRAM, ELSE_WHERE, VERA, INES, LOU, CARLA, ADA):
        particulars = Particulars(
            full_name=one.name.title(),
            roles=one.roles,
            language="en",
            institution=one.institution,
            email=f"{one.name}@example.org",
        )
        add_person(one.name, particulars, actor=_FOUNDER)
