"""A broadcast with real files, and what people do until it is where a test begins."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.actors import master
from tests.broadcasts import people as p
from tests.moments import pass_time

from eboxcast.broadcasts import acceptance, contacts, production, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, SeenIn
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast
from eboxcast.delivery.broadcasts.files import Receipt, deliver
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib.actors import Actor, Role
from eboxcast.package.model import Package, Policies
from eboxcast.package.sampling import write_sample
from eboxcast.package.sampling_content import APPLICATION, INSTITUTION
from eboxcast.senders.models import Team
from eboxcast.senders.sender_file import load_senders

ANNE = Actor("anne", frozenset({Role.REQUESTER}), INSTITUTION, "fr")
BRAM = Actor("bram", frozenset({Role.CONFIRMER}), INSTITUTION, "nl")
SHORT, EVERYBODY = 3, 40


class Story:
    """What happens to one broadcast; each step takes it from where the one before left it."""

    def __init__(self, folder: Path, *, ticket: str = "pension-2027") -> None:
        self.folder = folder
        self.ticket = ticket
        self.written = 0

    def files(self, recipients: int, **particulars: object) -> Path:
        """Write a package."""
        self.written += 1
        values: dict[str, object] = {"ticket": self.ticket, **particulars}
        out = self.folder / f"{self.ticket}-{self.written}"
        return write_sample(out, recipients=recipients, **values).directory  # type: ignore[arg-type]

    def package(self) -> Package:
        """Check a package that belongs to no broadcast."""
        package = check_for_sending(self.files(EVERYBODY), policies=Policies()).package
        assert package is not None
        return package

    def scheduled(self) -> Broadcast:
        wanted = p.wanted(application=APPLICATION, message_type="DEMO-INFO", expected={"fr": EVERYBODY})
        broadcast = requests.request(wanted, actor=ANNE)[0]
        scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
        return scheduling.accept(broadcast, actor=p.INES, day=p.DAY)

    def deliver(self, broadcast: Broadcast, directory: Path, environment: str = "acceptance") -> Receipt:
        return deliver(broadcast, directory, environment=environment, actor=ANNE, via="command")

    def delivered_for_acceptance(self) -> Broadcast:
        broadcast = self.scheduled()
        assert self.deliver(broadcast, self.files(SHORT)).accepted
        return broadcast

    def tested(self) -> Broadcast:
        broadcast = self.delivered_for_acceptance()
        run_test(broadcast, actor=p.INES)
        return broadcast

    def approved(self) -> Broadcast:
        broadcast = self.tested()
        acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.PROOF)
        return acceptance.approve(broadcast, actor=ANNE)

    def delivered(self) -> Broadcast:
        broadcast = self.approved()
        requests.reconfirm(broadcast, actor=ANNE)
        assert self.deliver(broadcast, self.files(EVERYBODY), "production").accepted
        return broadcast

    def confirmed(self) -> Broadcast:
        broadcast = self.delivered()
        return production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))

    def ready(self) -> Broadcast:
        broadcast = self.confirmed()
        contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=12)
        for team in ("", "gatb"):
            contacts.set_contact(broadcast, actor=p.INES, team=team, name="Somebody", phone="02 000 00 00")
        return broadcast

    def armed(self) -> Broadcast:
        return production.arm(self.ready(), actor=p.LOU)

    def published(self) -> Broadcast:
        broadcast = self.ready()
        p.set_clock("2027-02-15T18:30")
        launch(broadcast)
        return broadcast


def begin_story(folder: Path) -> Story:
    """Have it be Monday 18 January 2027, with a sender whose type is configured, and one team."""
    p.set_clock("2027-01-18T09:00")
    load_senders(write_sample(folder / "senders", recipients=1).message_types, actor=master("somebody"))
    Team.objects.create(code="gatb", names={"fr": "Équipe", "nl": "Team", "de": "Team"})
    p.know_contact_centre()
    return Story(folder)


def launch(broadcast: Broadcast, actor: Actor = p.LOU) -> Run:
    return launch_broadcast(broadcast, actor=actor, waiting=lambda until: pass_time(hours=1))


def go_to(broadcast: Broadcast, **later: float) -> None:
    """Have it be the agreed moment, or some time after it."""
    assert broadcast.agreed_at is not None
    moment = broadcast.agreed_at + timedelta(**later)
    p.set_clock(moment.astimezone(p.clock.BRUSSELS).replace(tzinfo=None).isoformat())
