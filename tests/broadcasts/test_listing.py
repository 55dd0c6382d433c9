"""A list of hundreds of broadcasts says of each what is said of it alone, whatever its state, in a few questions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.broadcasts import people as p
from tests.broadcasts.random_lives import STARTS

from eboxcast.broadcasts import acceptance, scheduling
from eboxcast.broadcasts.listing import Asked, list_broadcasts, look_at_desk, rank_broadcasts
from eboxcast.broadcasts.models import Broadcast, SeenIn
from eboxcast.broadcasts.progress import standing_of

pytestmark = pytest.mark.usefixtures("january")
MOST_QUESTIONS = 7
"""Broadcasts, decisions, waivers, verdicts, closed days, blackouts, what is booked."""


def one_of_each() -> None:
    """Have broadcasts in many states: also postponed, one half decided, and one with a check that failed."""
    scheduling.postpone(p.requested(), actor=p.VERA, reason="works", dates=[p.DAY])
    scheduling.accept(p.requested(), actor=p.VERA, day=p.DAY)
    for judged in (p.seen(2), p.seen(1, passed=False)):
        acceptance.judge(p.tested(), actor=p.ANNE, seen=judged, seen_in=SeenIn.EBOX)
    for start in STARTS:
        start()


def test_a_list_says_of_each_broadcast_what_is_said_of_it_alone() -> None:
    one_of_each()
    with CaptureQueriesContext(connection) as queries:
        ranked = rank_broadcasts(Asked(), actor=p.VERA)
    assert {one.number: one.standing for one in ranked} == {
        one.number: standing_of(one) for one in Broadcast.objects.all()
    }
    assert len(queries) <= MOST_QUESTIONS
    listed = list_broadcasts(Asked(), actor=p.VERA)
    assert [one.broadcast.number for one in listed] == [one.number for one in ranked]
    assert [one.standing for one in listed] == [one.standing for one in ranked]


def test_a_desk_has_the_most_urgent_of_both_and_counts_the_others() -> None:
    asked = [p.requested() for _ in range(3)]
    planned = [p.scheduled() for _ in range(2)]
    desk = look_at_desk(actor=p.VERA, most=1)
    assert [one.broadcast.number for one in desk.waiting] == [asked[0].number]
    assert [one.broadcast.number for one in desk.others] == [planned[0].number]
    assert desk.waiting_count == len(asked)
    assert desk.others_count == len(planned)
