"""What somebody decides counts for the broadcast as they saw it: of two at a time, one is told of the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from tests.broadcasts import people as p

from eboxcast.broadcasts import aftermath, contacts, scheduling
from eboxcast.broadcasts.errors import ChangedMeanwhile
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.steps import as_seen, mark_of

pytestmark = pytest.mark.usefixtures("january")


def test_of_two_who_decide_at_the_same_moment_the_second_is_told_who_was_first() -> None:
    broadcast = p.scheduled()
    mark = mark_of(broadcast)

    def decide(does: Callable[[Broadcast], object]) -> str:
        mine = Broadcast.objects.get(id=broadcast.id)
        try:
            with as_seen(mine, mark):
                does(mine)
        except ChangedMeanwhile as refusal:
            return str(refusal.data["by"])
        finally:
            connections.close_all()
        return "done"

    deciders: list[Callable[[Broadcast], object]] = [
        lambda one: scheduling.want(one, actor=p.ANNE, dates=[p.DAY]),
        lambda one: scheduling.postpone(one, actor=p.INES, reason="full", dates=[p.far_away()]),
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(decide, deciders))
    assert answers in (["done", "anne"], ["ines", "done"])


def test_what_changes_nothing_of_a_decision_does_not_stand_in_its_way() -> None:
    broadcast = p.scheduled()
    mark = mark_of(broadcast)
    aftermath.note(broadcast, actor=p.LOU, text="called")
    contacts.set_contact(broadcast, actor=p.ANNE, team="", name="Lea", phone="02 555")
    with as_seen(broadcast, mark):
        scheduling.cancel(broadcast, actor=p.ANNE, reason="not needed")
    assert broadcast.state == "cancelled"
