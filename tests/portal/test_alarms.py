"""The page of the alarms: registering an address, its key shown once, trying it, removing it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.broadcasts import people as p
from tests.notices.receiver import Receiver, receiving
from tests.portal.test_run import text
from tests.web.visitors import browser_of

from eboxcast.notices.models import Webhook
from eboxcast.notices.webhooks import add_webhook


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


def test_an_address_is_registered_and_its_key_is_shown_once(january: None) -> None:
    ines = browser_of(p.INES)
    added = ines.post("/alarms/add", {"label": "Pager", "address": "https://pager.example.be/hook?key=abc"})
    (key,) = re.findall(r">(whsec_[^<]+)<", added.content.decode())
    page = ines.get("/alarms").content.decode()
    assert "https://pager.example.be" in page
    assert "key=abc" not in page
    assert key not in page


@pytest.mark.parametrize("address", ["http://pager.example.be/", "pager", "https://85.07.30-033.28.example.be/"])
def test_an_address_that_will_not_do_is_refused_beside_the_field(january: None, address: str) -> None:
    answer = browser_of(p.INES).post("/alarms/add", {"label": "Pager", "address": address})
    assert answer.status_code == 422
    assert not Webhook.objects.exists()


def test_a_trial_shows_what_came_of_it(january: None, receiver: Receiver) -> None:
    number, ines = add_webhook("pager", receiver.address, actor=p.INES).webhook.pk, browser_of(p.INES)
    ines.post(f"/alarms/{number}/try")
    assert "sent" in text(ines.get("/alarms"))
    receiver.answer = 503
    ines.post(f"/alarms/{number}/try")
    assert "HTTP 503" in text(ines.get("/alarms"))
    assert "alarms" in text(ines.get("/console/doctor"))
    assert "HTTP 503" in text(ines.get("/console/doctor"))


def test_removing_says_what_follows_and_twice_is_not_there(january: None, receiver: Receiver) -> None:
    number, ines = add_webhook("pager", receiver.address, actor=p.INES).webhook.pk, browser_of(p.INES)
    assert "No more alarms are sent to pager" in text(ines.get(f"/alarms/{number}/remove"))
    assert ines.post(f"/alarms/{number}/remove").headers["Location"] == "/alarms"
    assert "by email only" in text(ines.get("/alarms"))
    assert ines.post(f"/alarms/{number}/remove").status_code == 404


def test_the_launch_team_looks_and_changes_nothing(january: None, receiver: Receiver) -> None:
    number, lou = add_webhook("pager", receiver.address, actor=p.INES).webhook.pk, browser_of(p.LOU)
    assert "Send a trial" not in text(lou.get("/alarms"))
    assert lou.post(f"/alarms/{number}/try").status_code == 403
    assert lou.post(f"/alarms/{number}/remove").status_code == 403
    assert not receiver.taken
