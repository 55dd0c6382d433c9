"""Mails lead to the page where a thing is done; where no page can be reached, to the command."""

from __future__ import annotations

import pytest
from django.test import override_settings
from tests.broadcasts import people as p

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import contacts, production
from eboxcast.database.models import Installation
from eboxcast.lib.next_action import NextAction
from eboxcast.notices.links import link_to, linked, way_to
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice

SEE = NextAction(action="broadcast.see", parameters={"broadcast": "2027-0001"})
NO_PAGE = NextAction(action="run.repair")
HERE = override_settings(EBOXCAST_PAGES_URL="https://broadcasts.example.be/eboxcast")


def mails(kind: str) -> dict[str, Notice]:
    seal_pending()
    make_notices()
    return {one.address: one for one in Notice.objects.filter(kind=kind)}


@HERE
def test_a_link_is_below_the_address_of_the_installation() -> None:
    assert way_to(SEE) == "https://broadcasts.example.be/eboxcast/broadcasts/2027-0001"
    assert way_to(NO_PAGE) == "eboxcast doctor --repair"


@pytest.mark.usefixtures("installation")
def test_an_address_that_only_this_machine_reaches_is_not_mailed_to_others() -> None:
    Installation.objects.update(kind="real")
    assert (link_to(SEE), way_to(SEE)) == ("", "eboxcast broadcast show 2027-0001")
    with HERE:
        assert link_to(SEE)


@HERE
@pytest.mark.parametrize("after", [".", ", and", "<br>", "&quot;", ""])
def test_only_the_address_itself_is_a_link(after: str) -> None:
    address = "https://broadcasts.example.be/eboxcast/broadcasts/2027-0001"
    assert linked(f"<p>{address}{after}</p>") == f'<p><a href="{address}">{address}</a>{after}</p>'
    assert linked("<p>https://elsewhere.example/x</p>") == "<p>https://elsewhere.example/x</p>"


@pytest.mark.usefixtures("addressed")
@HERE
def test_who_can_sign_in_finds_the_page_of_the_broadcast_and_contacts_do_not() -> None:
    broadcast = p.ready()
    contacts.set_contact(broadcast, actor=p.INES, team="gatb", name="Guy", email="guy@example.be")
    p.set_clock("2027-02-15T18:30")
    production.launched(broadcast, actor=p.LOU)
    page = "https://broadcasts.example.be/eboxcast/broadcasts/2027-0001"
    made = mails("launched")
    assert page in made["bram@example.be"].text.split()
    assert f'<a href="{page}">{page}</a>' in made["bram@example.be"].html
    assert page not in made["guy@example.be"].text


@pytest.mark.usefixtures("installation")
def test_the_answer_to_files_is_on_the_page_of_their_broadcast_and_the_command_knows_no_broadcast() -> None:
    check = NextAction(action="package.check", parameters={"directory": "DIR", "broadcast": "2027-0001"})
    with HERE:
        assert link_to(check).endswith("/broadcasts/2027-0001/files")
    Installation.objects.update(kind="real")
    assert way_to(check) == "eboxcast check DIR"
