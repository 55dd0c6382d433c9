"""An installation with the work of years: people with accounts, and broadcasts in many states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.test import Client

from eboxcast.accounts.models import Account
from eboxcast.broadcasts import acceptance, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn, Via
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.files import deliver
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.formatting import short_run
from eboxcast.package.sampling import write_sample
from eboxcast.package.sampling_content import APPLICATION, INSTITUTION
from eboxcast.planning.working_days import WorkingCalendar
from eboxcast.senders.models import Institution, MessageType, Person
from eboxcast.senders.sender_file import load_senders
from eboxcast.tools.bench.measuring import Bench
from eboxcast.tools.bench.publishing import BENCH

TYPE = "DEMO-INFO"
_TICKET = "bench-files"
_TESTERS = 5
_AN_EVENING = 8
_FIRST_DAY = 25
_ROLES = {
    "anne": Role.REQUESTER,
    "bram": Role.CONFIRMER,
    "vera": Role.VALIDATOR,
    "ines": Role.INTEGRATION,
    "lou": Role.LAUNCH,
    "carla": Role.CONTACT_CENTRE,
    "ada": Role.AUDITOR,
}
_OF_INSTITUTION = (Role.REQUESTER, Role.CONFIRMER)
PEOPLE = {
    name: Actor(name, frozenset({role}), INSTITUTION if role in _OF_INSTITUTION else "")
    for name, role in _ROLES.items()
}


@dataclass(frozen=True)
class Desk:
    """What is there to look at."""

    awaiting_files: Broadcast
    """Tested, approved and reconfirmed: its files for production can be delivered."""
    awaiting_go: Broadcast
    """The same, with its files for production."""
    run: str
    """The run of its test."""
    packages: Sequence[Path]
    """Such files, each with other recipients."""


def fill_desk(bench: Bench, *, broadcasts: int, packages: int) -> Desk:
    """Have people, and so many broadcasts: some only requested, most with a date, one of them tested, one delivered."""
    samples = [
        write_sample(
            bench.folder / f"files-{number}", recipients=bench.recipients, seed=number, ticket=_TICKET, sequence=number
        )
        for number in range(1, packages + 1)
    ]
    testers = write_sample(bench.folder / "testers", recipients=_TESTERS, ticket=_TICKET, sequence=0)
    load_senders(samples[0].message_types, actor=BENCH)
    MessageType.objects.update(acceptance_at=clock.now(), production_at=clock.now())
    for name in _ROLES:
        _person(name)
    calendar = WorkingCalendar()
    for number in range(broadcasts - 2):
        if number % 100 == 0:
            bench.tell(f"visits: requesting broadcasts, {number} of {broadcasts}")
        day = calendar.after(clock.today(), _FIRST_DAY + number // _AN_EVENING)
        _requested(f"Letter {number}", day, recipients=1000, accepted=number % 10 > 0)
    last = calendar.after(clock.today(), _FIRST_DAY + broadcasts // _AN_EVENING + 1)
    found = _requested("Letter with files", last, recipients=bench.recipients, accepted=True)
    _approve(found, testers.directory)
    delivered = _requested("Letter with its GO to give", last, recipients=_TESTERS, accepted=True)
    first, second = (
        write_sample(bench.folder / f"go-{number}", recipients=_TESTERS, ticket="bench-go", sequence=number)
        for number in range(2)
    )
    _approve(delivered, first.directory)
    deliver(delivered, second.directory, environment="production", actor=PEOPLE["anne"], via=Via.COMMAND)
    delivered.refresh_from_db()
    run = delivered.acceptance_run
    assert run is not None  # noqa: S101 - it was tested
    return Desk(
        awaiting_files=found,
        awaiting_go=delivered,
        run=short_run(run),
        packages=[sample.directory for sample in samples],
    )


def browser_of(name: str) -> Client:
    """Return a browser in which somebody has signed in."""
    client = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "fr"})
    client.force_login(Account.objects.get(person__name=name), backend="eboxcast.web.visitors")
    return client


def _person(name: str) -> None:
    actor = PEOPLE[name]
    person = Person.objects.create(
        name=name,
        full_name=name.title(),
        email=f"{name}@example.be",
        language="fr",
        institution=Institution.objects.get(cbe=actor.institution) if actor.institution else None,
        roles=sorted(actor.roles),
    )
    account = Account(person=person, opened_at=clock.now())
    account.set_unusable_password()
    account.save()


def _requested(subject: str, day: date, *, recipients: int, accepted: bool) -> Broadcast:
    wanted = requests.Wanted(
        application=APPLICATION, message_type=TYPE, subject=subject, dates=(day,), expected={"fr": recipients}
    )
    (broadcast,) = requests.request(wanted, actor=PEOPLE["anne"])
    if accepted:
        for name in ("vera", "ines"):
            broadcast = scheduling.accept(broadcast, actor=PEOPLE[name], day=day)
    return broadcast


def _approve(broadcast: Broadcast, directory: Path) -> None:
    anne = PEOPLE["anne"]
    deliver(broadcast, directory, environment="acceptance", actor=anne, via=Via.COMMAND)
    run_test(broadcast, actor=PEOPLE["ines"])
    broadcast.refresh_from_db()
    seen = [
        acceptance.Seen(recipient=place, check=check, passed=True)
        for place in range(1, _TESTERS + 1)
        for check in Check
    ]
    acceptance.judge(broadcast, actor=anne, seen=seen, seen_in=SeenIn.EBOX)
    acceptance.approve(broadcast, actor=anne)
    requests.reconfirm(broadcast, actor=anne)
