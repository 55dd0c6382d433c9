"""Whom teams and institutions name as a rule, and that new broadcasts begin with them."""

from __future__ import annotations

import json

import pytest
from tests.broadcasts import people
from tests.cli.conftest import Command

from eboxcast.audit.models import Entry
from eboxcast.senders.models import StandingContact

pytestmark = pytest.mark.usefixtures("office")

GUS = ("--name", "Gus", "--email", "gus@example.org")


def test_a_new_broadcast_begins_with_the_standing_contacts(command: Command) -> None:
    assert command("--as", "ines", "contacts", "set", "gatb", *GUS)[0] == 0
    assert command("--as", "anne", "contacts", "set", "-", "--name", "Anne", "--phone", "02 000 00 00")[0] == 0
    found = people.requested().contacts.order_by("team").values_list("team", "name")
    assert list(found) == [("", "Anne"), ("gatb", "Gus")]


def test_naming_another_takes_the_place_of_the_first(command: Command) -> None:
    command("--as", "ines", "contacts", "set", "gatb", *GUS)
    command("--as", "ines", "contacts", "set", "gatb", "--name", "Lea", "--phone", "1")
    assert StandingContact.objects.get().name == "Lea"
    assert Entry.objects.filter(action="contacts.standing_set").count() == 2


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("anne", ("gatb", *GUS), 4),
        ("lou", ("gatb", *GUS), 4),
        ("ines", ("nobody", *GUS), 2),
        ("ines", ("gatb", "--name", "Gus"), 3),
        ("ines", ("gatb", "--name", "85.07.30-033.28", "--phone", "1"), 3),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_named(
    command: Command, name: str, words: tuple[str, ...], code: int
) -> None:
    assert command("--as", name, "contacts", "set", *words)[0] == code
    assert not StandingContact.objects.exists()


def test_people_of_an_institution_see_the_teams_and_their_own(command: Command) -> None:
    command("--as", "ines", "contacts", "set", "gatb", *GUS)
    command("--as", "anne", "contacts", "set", "-", "--name", "Anne", "--phone", "1")
    seen = {
        name: [one["name"] for one in json.loads(command("--as", name, "contacts", "list", "--json")[1])["contacts"]]
        for name in ("ines", "anne", "dirk")
    }
    assert seen == {"ines": ["Anne", "Gus"], "anne": ["Anne", "Gus"], "dirk": ["Gus"]}
    assert "gus@example.org" in command("--as", "lou", "contacts", "list")[1]
