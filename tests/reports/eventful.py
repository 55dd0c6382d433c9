"""Broadcasts in which things go wrong before they go right, step by step, by people with names."""

from __future__ import annotations

from datetime import date

from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, EVERYBODY, SHORT, Story, launch

from eboxcast.broadcasts import acceptance, contacts, production, requests, scheduling
from eboxcast.broadcasts.acceptance import Seen
from eboxcast.broadcasts.models import Broadcast, Check, Lateness, SeenIn
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.agreed_launch import launch_when_due
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.package.sampling_content import APPLICATION
from eboxcast.senders.models import Person

FIRST, SECOND = p.DAY, date(2027, 2, 16)
NAMES = {"anne": "Anne Dubois", "bram": "Bram Claes", "vera": "Vera Peeters", "ines": "Ines Maes", "lou": "Lou Jacobs"}


def record_names() -> None:
    """Record everybody's full name."""
    for name, full_name in NAMES.items():
        Person.objects.create(
            name=name, full_name=full_name, email=f"{name}@example.be", language="fr", roles=["auditor"]
        )


def postponed_and_agreed() -> Broadcast:
    """The operator accepts a date, BCSS proposes another, the institution agrees, the operator accepts again."""
    p.set_clock("2027-01-18T09:05")
    wanted = p.wanted(application=APPLICATION, message_type="DEMO-INFO", expected={"fr": EVERYBODY})
    broadcast = requests.request(wanted, actor=ANNE)[0]
    p.set_clock("2027-01-19T10:05")
    scheduling.accept(broadcast, actor=p.INES, day=FIRST)
    scheduling.postpone(broadcast, actor=p.VERA, reason="the registers are away", dates=[SECOND])
    p.set_clock("2027-01-20T10:05")
    scheduling.agree(broadcast, actor=ANNE, day=SECOND)
    return scheduling.accept(broadcast, actor=p.INES, day=SECOND)


def judged(broadcast: Broadcast, *, passed: bool, remark: str = "", check: Check = Check.TITLE) -> None:
    """Judge one check of the second recipient."""
    seen = [Seen(recipient=2, check=check, passed=passed, remark=remark)]
    acceptance.judge(broadcast, actor=ANNE, seen=seen, seen_in=SeenIn.EBOX)


def rejected_then_corrected(story: Story, broadcast: Broadcast) -> Broadcast:
    """A first test is rejected; in the second a check fails and passes after all."""
    p.set_clock("2027-01-21T10:05")
    story.deliver(broadcast, story.files(SHORT, title="Another title"))
    run_test(broadcast, actor=p.INES)
    acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    judged(broadcast, passed=False, remark="the end is missing")
    acceptance.reject(broadcast, actor=ANNE, reason="the title is cut")
    p.set_clock("2027-01-25T10:05")
    story.deliver(broadcast, story.files(SHORT))
    run_test(broadcast, actor=p.INES)
    judged(broadcast, passed=False, remark="I cannot see it", check=Check.EXPIRY)
    p.set_clock("2027-01-26T11:05")
    judged(broadcast, passed=True, remark="it is at the bottom", check=Check.EXPIRY)
    others = [one for one in p.seen(SHORT) if (one.recipient, one.check) != (2, Check.EXPIRY)]
    acceptance.judge(broadcast, actor=ANNE, seen=others, seen_in=SeenIn.PROOF)
    return acceptance.approve(broadcast, actor=ANNE)


def confirmed_twice(story: Story, broadcast: Broadcast) -> Broadcast:
    """It is reconfirmed late, which is waived; the GO is void by new files, and given for these."""
    p.set_clock("2027-02-05T10:05")
    requests.reconfirm(broadcast, actor=ANNE)
    requests.waive(broadcast, actor=p.INES, what=Lateness.RECONFIRMATION, reason="asked for by telephone in time")
    story.deliver(broadcast, story.files(EVERYBODY), "production")
    production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    p.set_clock("2027-02-09T10:05")
    story.deliver(broadcast, story.files(EVERYBODY, seed=5), "production")
    production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=12)
    for team in ("", "gatb"):
        contacts.set_contact(broadcast, actor=p.INES, team=team, name="Somebody", phone="02 000 00 00")
    return broadcast


def eventful(story: Story) -> Broadcast:
    """All of it, to the day before the evening."""
    record_names()
    return confirmed_twice(story, rejected_then_corrected(story, postponed_and_agreed()))


def launched_by_hand(broadcast: Broadcast) -> Run:
    p.set_clock("2027-02-16T18:30")
    return launch(broadcast)


def launched_by_the_steward(broadcast: Broadcast) -> Run:
    production.arm(broadcast, actor=p.LOU)
    p.set_clock("2027-02-16T18:00:10")
    launch_when_due(broadcast, moment=clock.now())
    return Run.objects.get(id=broadcast.production_run)
