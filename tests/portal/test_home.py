"""The first page of who decides: what waits for them, with the evenings in question beside each."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.broadcasts import scheduling
from eboxcast.lib.actors import Actor
from eboxcast.presenters.desk import MOST_SHOWN

pytestmark = pytest.mark.usefixtures("january")


def home(actor: Actor) -> str:
    return re.sub(r"\s+", " ", browser_of(actor).get("/").content.decode())


def test_who_decides_on_a_date_sees_the_load_of_each_evening_and_what_is_in_the_way() -> None:
    planned = p.scheduled()
    asked = p.requested(dates=(p.DAY, date(2027, 2, 16)), expected={"fr": 12_000_000})
    for actor in (p.VERA, p.INES):
        page = home(actor)
        assert f'href="/broadcasts/{asked.number}/accept"' in page
        assert "Planned besides this one: 1 of 10 broadcasts, 180,000 of 12,000,000 recipients." in page
        assert "180,000 too many" in page
        assert f'href="/broadcasts/{planned.number}"' in page


def test_who_does_not_decide_sees_no_evenings() -> None:
    p.requested()
    for actor in (p.ANNE, p.LOU, p.ADA):
        assert "Planned besides this one" not in home(actor)


def test_once_somebody_has_decided_it_waits_for_the_other_side_alone() -> None:
    asked = p.requested()
    scheduling.accept(asked, actor=p.VERA, day=p.DAY)
    assert "Nothing is waiting for you." in home(p.VERA)
    assert "accept" in home(p.INES)


def test_the_first_page_shows_the_most_urgent_and_leads_to_the_others() -> None:
    for number in range(MOST_SHOWN + 1):
        p.requested(subject=f"Letter {number}")
    page = home(p.VERA)
    assert page.count("<h2") == MOST_SHOWN
    assert 'href="/broadcasts?mine=on">Show all 31' in page


def test_a_long_list_of_broadcasts_comes_in_pages_that_keep_what_is_asked() -> None:
    for number in range(51):
        p.requested(subject=f"Letter {number}")
    client = browser_of(p.VERA)
    first = client.get("/broadcasts?mine=on").content.decode()
    assert first.count('<th scope="row">') == 50
    assert "51 broadcasts" in first
    assert 'href="?mine=on&amp;page=2"' in first
    second = client.get("/broadcasts?mine=on&page=2").content.decode()
    assert second.count('<th scope="row">') == 1
    assert client.get("/broadcasts?page=x").status_code == 200


def test_how_many_broadcasts_there_are_does_not_change_how_often_the_database_is_asked() -> None:
    asked = []
    for day in (p.DAY, date(2027, 2, 16)):
        for _ in range(5):
            p.scheduled(day)
            p.requested()
            scheduling.postpone(p.requested(), actor=p.INES, reason="x", dates=[date(2027, 3, 1)])
        for path in ("/", "/broadcasts"):
            client = browser_of(p.INES)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
