"""Characters with rights, and what they do until a broadcast is where a test begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from tests.moments import move_to

from eboxcast.broadcasts import acceptance, aftermath, contacts, production, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.senders.models import Application, Institution, MessageType, Person, Team

NAMES = {"fr": "Office", "nl": "Dienst", "de": "Amt"}
INSTITUTION = "0456789034"
ANNE = Actor("anne", frozenset({Role.REQUESTER}), INSTITUTION, "fr")
BRAM = Actor("bram", frozenset({Role.CONFIRMER}), INSTITUTION, "nl")
ELSE_WHERE = Actor("dirk", frozenset({Role.REQUESTER, Role.CONFIRMER}), "0403019261", "nl")
VERA = Actor("vera", frozenset({Role.VALIDATOR}))
INES = Actor("ines", frozenset({Role.INTEGRATION}))
LOU = Actor("lou", frozenset({Role.LAUNCH}))
CARLA = Actor("carla", frozenset({Role.CONTACT_CENTRE}))
ADA = Actor("ada", frozenset({Role.AUDITOR}))
EVERYBODY = (ANNE, BRAM, ELSE_WHERE, VERA, INES, LOU, CARLA, ADA)

DAY = date(2027, 2, 15)
"""A Monday; reconfirmed by 1 February, files for acceptance by 8 February."""
DOCUMENT, METADATA = b"d" * 32, b"m" * 32


def set_clock(moment: str) -> None:
    """Have it be a moment in Brussels."""
    move_to(datetime.fromisoformat(moment).replace(tzinfo=clock.BRUSSELS))


def begin_january() -> None:
    """Have it be Monday 18 January 2027, the sender configured in both environments, and one team there."""
    set_clock("2027-01-18T09:00")
    institution = Institution.objects.create(cbe=INSTITUTION, names=NAMES)
    application = Application.objects.create(name="demo:letters", institution=institution, titles=NAMES)
    message_type = MessageType.objects.create(
        code="DEMO-LETTER",
        titles=NAMES,
        ebox_type="CITIZEN",
        validity_number=6,
        validity_unit="month",
        languages=["fr", "nl", "de"],
        document_bytes=1_000_000,
        media_types=["application/pdf"],
        without_ebox="publish",
        acceptance_at=clock.now(),
        production_at=clock.now(),
    )
    message_type.applications.set([application])
    Team.objects.create(code="gatb", names=NAMES)
    know_contact_centre()


def know_contact_centre() -> None:
    """Record CARLA, without whom nothing can be armed: somebody has to read the warning."""
    Person.objects.create(
        name="carla", full_name="Carla Smith", email="carla@example.be", language="en", roles=["contact-centre"]
    )


def wanted(**changes: object) -> requests.Wanted:
    values: dict[str, object] = {
        "application": "demo:letters",
        "message_type": "DEMO-LETTER",
        "subject": "Pension 2027",
        "dates": (DAY,),
        "expected": {"fr": 180_000},
    }
    return requests.Wanted(**(values | changes))  # type: ignore[arg-type]


def requested(**changes: object) -> Broadcast:
    return requests.request(wanted(**changes), actor=ANNE)[0]


def scheduled(day: date = DAY) -> Broadcast:
    broadcast = requested(dates=(day,))
    scheduling.accept(broadcast, actor=VERA, day=day)
    return scheduling.accept(broadcast, actor=INES, day=day)


def files(*, document: bytes = DOCUMENT, lists: bytes = b"l" * 32, recipients: int = 2) -> acceptance.Delivered:
    return acceptance.Delivered(
        run=uuid4(),
        application="demo:letters",
        message_type="DEMO-LETTER",
        language="fr",
        institution=INSTITUTION,
        document=document,
        metadata=METADATA,
        lists=lists,
        recipients=recipients,
        via="command",
        files=[],
        faults={},
    )


def tested() -> Broadcast:
    broadcast = scheduled()
    acceptance.receive_for_acceptance(broadcast, actor=ANNE, delivered=files())
    return acceptance.tested(broadcast, actor=INES)


def seen(recipients: int = 2, *, passed: bool = True) -> list[acceptance.Seen]:
    return [
        acceptance.Seen(recipient=number, check=check, passed=passed)
        for number in range(1, recipients + 1)
        for check in Check
    ]


def approved() -> Broadcast:
    broadcast = tested()
    acceptance.judge(broadcast, actor=ANNE, seen=seen(), seen_in=SeenIn.EBOX)
    return acceptance.approve(broadcast, actor=ANNE)


def delivered() -> Broadcast:
    broadcast = approved()
    requests.reconfirm(broadcast, actor=ANNE)
    return production.receive_for_production(broadcast, actor=ANNE, delivered=files(recipients=180_000))


def named(broadcast: Broadcast) -> production.Named:
    assert broadcast.agreed_at is not None
    return production.Named(agreed_at=broadcast.agreed_at, files=production.files_digest(broadcast)[:12])


def confirmed() -> Broadcast:
    broadcast = delivered()
    return production.give_go(broadcast, actor=BRAM, named=named(broadcast))


def ready() -> Broadcast:
    """Return a broadcast that only waits for its evening."""
    broadcast = confirmed()
    contacts.warn_contact_centre(broadcast, actor=INES, first_time=12)
    for team in ("", "gatb"):
        contacts.set_contact(broadcast, actor=INES, team=team, name="Somebody", phone="02 000 00 00")
    return broadcast


def published() -> Broadcast:
    broadcast = ready()
    set_clock("2027-02-15T18:30")
    production.launched(broadcast, actor=LOU)
    return aftermath.finish(broadcast, visible_at=clock.now(), counts={"published": 180_000})


def far_away() -> date:
    """Return a Monday beyond those that are looked through for a free one."""
    day = clock.today() + timedelta(days=400)
    return day - timedelta(days=day.weekday())
