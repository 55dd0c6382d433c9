"""A step of the procedure whose audit entry cannot be added is not taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.audit.without_entries import Control, refuse_and_compare
from tests.broadcasts import people as p

from eboxcast.broadcasts import confirming, contacts, dating, following, requesting, testing
from eboxcast.broadcasts.models import Broadcast, Lateness, SeenIn
from eboxcast.broadcasts.states import TABLE
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("january")

Begin = Callable[[], Broadcast]
Do = Callable[[Broadcast], object]


def armed() -> Broadcast:
    return confirming.arm(p.ready(), actor=p.LOU)


def ready_in_its_evening() -> Broadcast:
    broadcast = p.ready()
    p.set_clock("2027-02-15T18:30")
    return broadcast


def launched() -> Broadcast:
    return confirming.launched(ready_in_its_evening(), actor=p.LOU)


def postponed() -> Broadcast:
    return dating.postpone(p.scheduled(), actor=p.INES, reason="works", dates=[p.DAY])


def delivered_for_acceptance() -> Broadcast:
    return testing.receive_for_acceptance(p.scheduled(), actor=p.ANNE, delivered=p.files())


def judged() -> Broadcast:
    return testing.judge(p.tested(), actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)


def reported() -> Broadcast:
    return following.reported(p.published(), actor=p.INES, counts={})


STEPS: dict[str, tuple[Begin, Do]] = {
    "accepted": (p.requested, lambda b: dating.accept(b, actor=p.INES, day=p.DAY)),
    "postponed": (p.ready, lambda b: dating.postpone(b, actor=p.INES, reason="works", dates=[p.DAY])),
    "refused": (p.ready, lambda b: dating.refuse(b, actor=p.VERA, reason="no")),
    "date_agreed": (postponed, lambda b: dating.agree(b, actor=p.ANNE, day=p.DAY)),
    "date_wanted": (p.ready, lambda b: dating.want(b, actor=p.ANNE, dates=[p.DAY])),
    "cancelled": (p.ready, lambda b: dating.cancel(b, actor=p.ANNE, reason="no")),
    "reconfirmed": (p.scheduled, lambda b: requesting.reconfirm(b, actor=p.ANNE)),
    "waived": (p.scheduled, lambda b: requesting.waive(b, actor=p.INES, what=Lateness.ACCEPTANCE, reason="ill")),
    "window_missed": (p.ready, dating.miss),
    "files_delivered": (p.confirmed, lambda b: testing.receive_for_acceptance(b, actor=p.ANNE, delivered=p.files())),
    "files_rejected": (
        p.scheduled,
        lambda b: testing.note_rejected_files(
            b, actor=p.ANNE, environment="acceptance", via="folder", files=[], faults={"row.month": 1}
        ),
    ),
    "files_delivered for production": (
        p.confirmed,
        lambda b: confirming.receive_for_production(b, actor=p.ANNE, delivered=p.files()),
    ),
    "files_withdrawn": (p.confirmed, lambda b: testing.take_files_back(b, actor=p.ANNE)),
    "run_lost": (armed, lambda b: testing.lose_run(b, why="given up")),
    "tested": (delivered_for_acceptance, lambda b: testing.tested(b, actor=p.INES)),
    "judged": (p.tested, lambda b: testing.judge(b, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)),
    "approved": (judged, lambda b: testing.approve(b, actor=p.ANNE)),
    "rejected": (p.approved, lambda b: testing.reject(b, actor=p.ANNE, reason="title")),
    "go_given": (p.delivered, lambda b: confirming.give_go(b, actor=p.BRAM, named=p.named(b))),
    "go_withdrawn": (armed, lambda b: confirming.withdraw_go(b, actor=p.BRAM, reason="wait")),
    "contacts_set": (
        p.requested,
        lambda b: contacts.set_contact(b, actor=p.INES, team="gatb", name="Jo", phone="02 000"),
    ),
    "contact_centre_warned": (
        p.delivered,
        lambda b: contacts.warn_contact_centre(b, actor=p.INES, first_time=1),
    ),
    "armed": (p.ready, lambda b: confirming.arm(b, actor=p.LOU)),
    "disarmed": (armed, lambda b: confirming.disarm(b, actor=p.LOU, reason="wait")),
    "launched": (ready_in_its_evening, lambda b: confirming.launched(b, actor=p.LOU)),
    "launch_ended": (launched, lambda b: confirming.fall_back(b, why="disk full")),
    "published": (launched, lambda b: following.finish(b, visible_at=clock.now(), counts={})),
    "recalled": (p.published, lambda b: following.recalled(b, by="lou", reason="wrong")),
    "reported": (p.published, lambda b: following.reported(b, actor=p.INES, counts={})),
    "statistics": (reported, lambda b: following.tell_statistics(b, actor=p.INES, readings={})),
    "closed": (reported, lambda b: following.close(b, actor=p.INES)),
    "noted": (p.requested, lambda b: following.note(b, actor=p.INES, text="by telephone")),
    "reconfirmation_due": (p.scheduled, lambda b: following.remind(b, what="reconfirmation_due")),
}


@pytest.mark.parametrize("step", STEPS)
def test_without_its_entry_no_step_is_taken(sweepers: Control, step: str) -> None:
    begin, do = STEPS[step]
    broadcast = begin()
    refuse_and_compare(sweepers, lambda: do(broadcast))


def test_without_its_entry_nothing_is_requested(sweepers: Control) -> None:
    refuse_and_compare(sweepers, lambda: requesting.request(p.wanted(), actor=p.ANNE))


def test_every_step_of_the_table_was_tried() -> None:
    assert {row.entry for row in TABLE} <= {f"broadcast.{step}" for step in STEPS}
