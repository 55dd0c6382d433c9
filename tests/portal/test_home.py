"""The first page of who decides: what waits for them, with the evenings in question beside each."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.broadcasts import scheduling
from eboxcast.lib.actors import Actor

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
