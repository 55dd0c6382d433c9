"""Whom to call: as a rule, about one broadcast, and on the sheet of an evening."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.broadcasts import people as p
from tests.portal.test_people import tree, words
from tests.web.visitors import account_of, browser_of

from eboxcast.broadcasts import contacts
from eboxcast.senders.models import Institution, StandingContact

GUY = {"name": "Guy Claes", "phone": "+32 2 123 45 67", "email": "guy@example.be"}
OURS = f"/contacts/institution/{p.INSTITUTION}"


@pytest.fixture
def ines(january: None) -> Client:
    account_of(p.ANNE)
    account_of(p.ELSE_WHERE)
    return browser_of(p.INES)


def test_the_team_of_operators_names_the_contact_of_a_team(ines: Client) -> None:
    assert "no one named" in words(ines.get("/contacts").content)
    assert ines.post("/contacts/team/gatb", GUY).headers["Location"] == "/contacts"
    ines.post("/contacts/team/gatb", GUY | {"name": "Lea Maes"})
    assert list(StandingContact.objects.values_list("team_id", "name", "phone")) == [
        ("gatb", "Lea Maes", "+32 2 123 45 67")
    ]
    page = words(ines.get("/contacts").content)
    assert "Lea Maes is the contact from now on." in page
    assert "Guy Claes" not in page


def test_people_of_an_institution_keep_their_own_contact_and_see_no_other(ines: Client) -> None:
    anne = browser_of(p.ANNE)
    assert anne.post(OURS, GUY).status_code == 302
    links = tree(anne.get("/contacts").content).xpath("//table//a[starts-with(@href, '/')]/@href")
    assert links == [OURS]
    theirs = browser_of(p.ELSE_WHERE)
    assert theirs.get(OURS).status_code == 404
    assert theirs.post(OURS, GUY | {"name": "Dirk"}).status_code == 404
    assert "Guy Claes" not in words(theirs.get("/contacts").content)
    assert StandingContact.objects.get().name == "Guy Claes"
    assert Institution.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "", "email": ""}, ""),
        ({"email": "nowhere"}, "email"),
        ({"phone": "85.07.30-033.28"}, "phone"),
        ({"name": "85.07.30-033.28"}, "name"),
        ({"name": "x" * 151}, "name"),
    ],
)
def test_what_is_no_contact_is_said_beside_the_field(ines: Client, changes: dict[str, str], field: str) -> None:
    answer = ines.post(OURS, GUY | changes)
    assert answer.status_code == 422
    places = tree(answer.content).xpath("//div[@data-field='validation']/@id")
    assert places == ([f"id_{field}_error"] if field else [])
    assert not StandingContact.objects.exists()


def test_a_team_that_is_not_there_is_not_found(ines: Client) -> None:
    assert ines.get("/contacts/team/nobody").status_code == 404
    assert ines.post("/contacts/team/nobody", GUY).status_code == 404


def test_whom_to_call_about_a_broadcast_is_shown_to_all_who_see_it_and_changed_by_those_who_may(ines: Client) -> None:
    path = f"/broadcasts/{p.scheduled().number}"

    def links(client: Client) -> list[str]:
        return list(tree(client.get(f"{path}/contacts").content).xpath("//tbody//a[starts-with(@href, '/')]/@href"))

    assert links(browser_of(p.CARLA)) == []
    assert links(browser_of(p.ANNE)) == [f"{path}/set-contact?team="]
    assert links(ines) == [f"{path}/set-contact?team=", f"{path}/set-contact?team=gatb"]


def test_after_the_launch_the_contacts_stay_as_they_were(ines: Client) -> None:
    assert not tree(ines.get(f"/broadcasts/{p.published().number}/contacts").content).xpath(
        "//tbody//a[starts-with(@href, '/')]"
    )


def test_the_sheet_of_an_evening_says_who_does_what_and_whom_to_call(ines: Client) -> None:
    first = p.ready()
    other = p.scheduled()
    contacts.set_contact(other, actor=p.INES, team="gatb", name="Lea", phone="+32 475 12 34 56")
    page = words(ines.get(f"/evenings/{p.DAY}").content)
    for told in (first.number, other.number, "bram", "warned on", "Somebody", "02 000 00 00", "+32 475 12 34 56"):
        assert told in page
    assert "not given yet" in page, "the other has no GO"
    assert "Still to be done" in page


def test_people_of_another_institution_find_an_empty_evening(ines: Client) -> None:
    p.ready()
    page = words(browser_of(p.ELSE_WHERE).get(f"/evenings/{p.DAY}").content)
    assert "No broadcasts on this evening." in page
    assert "02 000 00 00" not in page


@pytest.mark.parametrize("day", ["2027-02-30", "0001-01-01", "9999-12-31", "today", "2027-2-1x"])
def test_a_day_that_is_none_is_not_found(ines: Client, day: str) -> None:
    assert ines.get(f"/evenings/{day}").status_code == 404
