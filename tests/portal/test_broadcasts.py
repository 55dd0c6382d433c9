"""The sheet of a broadcast tells its history in words, to everybody who may see the broadcast."""

from __future__ import annotations

import re

import pytest
from tests.broadcasts import people as p
from tests.web.visitors import browser_of

from eboxcast.broadcasts import aftermath, scheduling

pytestmark = pytest.mark.usefixtures("january")


def test_the_history_tells_who_did_what_why_newest_first() -> None:
    broadcast = p.scheduled()
    scheduling.postpone(broadcast, actor=p.INES, reason="no room left", dates=[p.far_away()])
    aftermath.note(broadcast, actor=p.LOU, text="Called back")
    page = browser_of(p.ANNE).get(f"/broadcasts/{broadcast.number}").content.decode()
    entries = re.findall(r'<div class="entry-head"><strong>(.*?)</strong><span[^>]*>(.+?) · ', page)
    assert entries == [
        ("Put a note on record", "lou"),
        ("Postponed the broadcast and proposed dates", "ines"),
        ("The date is fixed: both sides accepted it", "ines"),
        ("Accepted the date", "ines"),
        ("Accepted the date", "vera"),
        ("Requested the broadcast", "Anne Lambert"),
    ]
    assert "<dt>Reason</dt><dd>no room left</dd>" in page


def test_whose_turn_it_is_stands_under_the_step_without_a_sign_before_it() -> None:
    broadcast = p.scheduled()
    page = browser_of(p.CARLA).get(f"/broadcasts/{broadcast.number}").content.decode()
    assert re.search(r'class="step-words">[^<]+</span><br><span class="small quiet">\w', page)


def test_nothing_of_the_history_is_left_as_a_dotted_name() -> None:
    broadcast = p.published()
    for actor in (p.ANNE, p.ADA, p.CARLA):
        page = browser_of(actor).get(f"/broadcasts/{broadcast.number}").content.decode()
        assert page.count('class="entry-head"') >= 12
        assert "broadcast." not in re.sub(r"<[^>]*>", "", page)
