"""A step of the procedure whose audit entry cannot be added is not taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.audit.without_entries import Control, refuse_and_compare
from tests.broadcasts import people as p

from eboxcast.broadcasts import acceptance, aftermath, contacts, production, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Lateness, SeenIn
from eboxcast.broadcasts.states import TABLE
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("january")

Begin = Callable[[], Broadcast]
Do = Callable[[Broadcast], object]


def armed() -> Broadcast:
    return production.arm(p.ready(), actor=p.LOU)


def ready_in_its_evening() -> Broadcast:
    broadcast = p.ready()
    p.set_clock("2027-02-15T18:30")
    return broadcast


def launched() -> Broadcast:
    return production.launched(ready_in_its_evening(), actor=p.LOU)


def postponed() -> Broadcast:
    return scheduling.postpone(p.scheduled(), actor=p.INES, reason="works", dates=[p.DAY])


def delivered_for_acceptance() -> Broadcast:
    return acceptance.receive_for_acceptance(p.scheduled(), actor=p.ANNE, delivered=p.files())


def judged() -> Broadcast:
    return acceptance.judge(p.tested(), actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)


def reported() -> Broadcast:
    return aftermath.reported(p.published(), actor=p.INES, counts={})


STEPS: dict[str, tuple[Begin, Do]] = {
    "accepted": (p.requested, lambda b: scheduling.accept(b, actor=p.INES, day=p.DAY)),
    "postponed": (p.ready, lambda b: scheduling.postpone(b, actor=p.INES, reason="works", dates=[p.DAY])),
    "refused": (p.ready, lambda b: scheduling.refuse(b, actor=p.VERA, reason="no")),
    "date_agreed": (postponed, lambda b: scheduling.agree(b, actor=p.ANNE, day=p.DAY)),
    "date_wanted": (p.ready, lambda b: scheduling.want(b, actor=p.ANNE, dates=[p.DAY])),
    "cancelled": (p.ready, lambda b: scheduling.cancel(b, actor=p.ANNE, reason="no")),
    "reconfirmed": (p.scheduled, lambda b: requests.reconfirm(b, actor=p.ANNE)),
    "waived": (p.scheduled, lambda b: requests.waive(b, actor=p.INES, what=Lateness.ACCEPTANCE, reason="ill")),
    "window_missed": (p.ready, scheduling.miss),
    "files_delivered": (p.confirmed, lambda b: acceptance.receive_for_acceptance(b, actor=p.ANNE, delivered=p.files())),
    "files_rejected": (
        p.scheduled,
        lambda b: acceptance.note_rejected_files(
            b, actor=p.ANNE, environment="acceptance", via="folder", files=[], faults={"row.month": 1}
        ),
    ),
    "files_delivered for production": (
        p.confirmed,
        lambda b: production.receive_for_production(b, actor=p.ANNE, delivered=p.files()),
    ),
    "files_withdrawn": (p.confirmed, lambda b: acceptance.take_files_back(b, actor=p.ANNE)),
    "run_lost": (armed, lambda b: acceptance.lose_run(b, why="given up")),
    "tested": (delivered_for_acceptance, lambda b: acceptance.tested(b, actor=p.INES)),
    "testers_named": (p.tested, lambda b: acceptance.name_testers(b, actor=p.ANNE, names=[])),
    "judged": (p.tested, lambda b: acceptance.judge(b, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)),
    "approved": (judged, lambda b: acceptance.approve(b, actor=p.ANNE)),
    "rejected": (p.approved, lambda b: acceptance.reject(b, actor=p.ANNE, reason="title")),
    "go_given": (p.delivered, lambda b: production.give_go(b, actor=p.BRAM, named=p.named(b))),
    "go_withdrawn": (armed, lambda b: production.withdraw_go(b, actor=p.BRAM, reason="wait")),
    "contacts_set": (
        p.requested,
        lambda b: contacts.set_contact(b, actor=p.INES, team="gatb", name="Jo", phone="02 000"),
    ),
    "contact_centre_warned": (
        p.delivered,
        lambda b: contacts.warn_contact_centre(b, actor=p.INES, first_time=1),
    ),
    "armed": (p.ready, lambda b: production.arm(b, actor=p.LOU)),
    "disarmed": (armed, lambda b: production.disarm(b, actor=p.LOU, reason="wait")),
    "launched": (ready_in_its_evening, lambda b: production.launched(b, actor=p.LOU)),
    "launch_ended": (launched, lambda b: production.fall_back(b, why="disk full")),
    "published": (launched, lambda b: aftermath.finish(b, visible_at=clock.now(), counts={})),
    "recalled": (p.published, lambda b: aftermath.recalled(b, by="lou", reason="wrong")),
    "reported": (p.published, lambda b: aftermath.reported(b, actor=p.INES, counts={})),
    "statistics": (reported, lambda b: aftermath.tell_statistics(b, actor=p.INES, readings={})),
    "closed": (reported, lambda b: aftermath.close(b, actor=p.INES)),
    "noted": (p.requested, lambda b: aftermath.note(b, actor=p.INES, text="by telephone")),
    "reconfirmation_due": (p.scheduled, lambda b: aftermath.remind(b, what="reconfirmation_due")),
}


@pytest.mark.parametrize("step", STEPS)
def test_without_its_entry_no_step_is_taken(sweepers: Control, step: str) -> None:
    begin, do = STEPS[step]
    broadcast = begin()
    refuse_and_compare(sweepers, lambda: do(broadcast))


def test_without_its_entry_nothing_is_requested(sweepers: Control) -> None:
    refuse_and_compare(sweepers, lambda: requests.request(p.wanted(), actor=p.ANNE))


def test_every_step_of_the_table_was_tried() -> None:
    assert {row.entry for row in TABLE} <= {f"broadcast.{step}" for step in STEPS}
