"""An installation with the work of years: people with accounts, and broadcasts in many states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from eboxcast.accounts.models import Account
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import acceptance, calendar_changes, contacts, production, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn, State, Via
from eboxcast.broadcasts.steps import present
from eboxcast.delivery.broadcasts import closing
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.broadcasts.agreed_launch import launch_broadcast_now
from eboxcast.delivery.broadcasts.files import deliver
from eboxcast.delivery.broadcasts.handing_in import hand_in, handed_in_of
from eboxcast.delivery.broadcasts.kept_files import Arrived, Kind, Order, new_handle
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.formatting import short_run
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice
from eboxcast.package.model import Policies
from eboxcast.package.sampling import write_sample
from eboxcast.package.sampling_content import APPLICATION, INSTITUTION
from eboxcast.planning.working_days import WorkingCalendar
from eboxcast.senders import people_tokens
from eboxcast.senders.models import Institution, MessageType, Person, Team, Token
from eboxcast.senders.sender_file import load_senders
from eboxcast.tools.bench.measuring import Bench
from eboxcast.tools.bench.publishing import BENCH

TYPE = "DEMO-INFO"
TEAM = "bench"
_TESTERS = 5
_EVERYBODY = 300
"""Recipients of what is published."""
_AN_EVENING = 8
_FIRST_DAY = 25
_AGO = timedelta(days=60)
"""When what is published by now was requested."""
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

    broadcasts: Mapping[State, Broadcast]
    """One of each state that has a page of its own; files for production can be delivered to the approved one."""
    handle: str
    """Of the files that were delivered for production on the page."""
    run: str
    """The run of a test."""
    prepared: str
    """A run of no broadcast, prepared in acceptance."""
    notice: int
    closed_day: date
    blackout: int
    token: int
    packages: Sequence[Path]
    """Files for the approved broadcast, each with other recipients."""


def fill_desk(bench: Bench, *, broadcasts: int, packages: int) -> Desk:
    """Have people, and so many broadcasts: some only requested, most with a date; and one in each state beside."""
    senders = write_sample(bench.folder / "senders", recipients=1)
    load_senders(senders.message_types, actor=BENCH)
    MessageType.objects.update(acceptance_at=clock.now(), production_at=clock.now())
    Team.objects.create(code=TEAM, names={"fr": "Équipe", "nl": "Team", "de": "Team"})
    for name in _ROLES:
        _person(name)
    calendar = WorkingCalendar()
    found = {}
    with _moved(-_AGO):
        day = calendar.after(clock.today(), _FIRST_DAY)
        asked = {state: _requested("Published letter", day, recipients=_EVERYBODY) for state in _OF_THE_PAST}
        for state, broadcast in asked.items():
            found[state] = _led(bench, broadcast, to=state)
    seal_pending()
    make_notices()  # before there are hundreds of broadcasts, of each of which there are several mails
    for number in range(broadcasts - len(_TO_COME)):
        if number % 100 == 0:
            bench.tell(f"visits: requesting broadcasts, {number} of {broadcasts}")
        day = calendar.after(clock.today(), _FIRST_DAY + number // _AN_EVENING)
        _requested(f"Letter {number}", day, recipients=1000, accepted=number % 10 > 0)
    last = calendar.after(clock.today(), _FIRST_DAY + broadcasts // _AN_EVENING + 1)
    for state in _TO_COME:
        recipients = bench.recipients if state is State.APPROVED else _TESTERS
        broadcast = _requested(f"Letter that is {state}", last, recipients=recipients, accepted=state in _ACCEPTED)
        found[state] = _led(bench, broadcast, to=state)
    return Desk(
        broadcasts=found,
        handle=handed_in_of(found[State.PRODUCTION_DELIVERED], actor=PEOPLE["anne"])[0].handle,
        run=short_run(present(found[State.PRODUCTION_DELIVERED].acceptance_run)),
        prepared=_prepared_run(bench),
        notice=Notice.objects.latest("id").pk,
        **_calendar_and_token(calendar.after(last, 1)),
        packages=[
            _files(bench, found[State.APPROVED], recipients=bench.recipients, sequence=number)
            for number in range(1, packages + 1)
        ],
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


def _requested(subject: str, day: date, *, recipients: int, accepted: bool = True) -> Broadcast:
    wanted = requests.Wanted(
        application=APPLICATION, message_type=TYPE, subject=subject, dates=(day,), expected={"fr": recipients}
    )
    (broadcast,) = requests.request(wanted, actor=PEOPLE["anne"])
    if accepted:
        for name in ("vera", "ines"):
            broadcast = scheduling.accept(broadcast, actor=PEOPLE[name], day=day)
    return broadcast


def _led(bench: Bench, broadcast: Broadcast, *, to: State) -> Broadcast:
    """Have people do what is to be done until a broadcast is in a state."""
    if to is State.POSTPONED:
        day = WorkingCalendar().after(broadcast.wanted_dates[0], 1)
        return scheduling.postpone(broadcast, actor=PEOPLE["ines"], reason="-", dates=(day,))
    for act in _STEPS:
        if broadcast.state == to:
            return broadcast
        act(bench, broadcast)
        broadcast.refresh_from_db()
    assert broadcast.state == to, broadcast.state  # noqa: S101 - nothing is missing
    return broadcast


def _files(bench: Bench, broadcast: Broadcast, *, recipients: int, sequence: int) -> Path:
    return write_sample(
        bench.folder / f"{broadcast.number}-{sequence}",
        recipients=recipients,
        seed=sequence,
        ticket=f"bench-{broadcast.number}",
        sequence=sequence,
    ).directory


def _test(bench: Bench, broadcast: Broadcast) -> None:
    directory = _files(bench, broadcast, recipients=_TESTERS, sequence=0)
    deliver(broadcast, directory, environment="acceptance", actor=PEOPLE["anne"], via=Via.COMMAND)
    run_test(broadcast, actor=PEOPLE["ines"])
    broadcast.refresh_from_db()
    seen = [
        acceptance.Seen(recipient=place, check=check, passed=True)
        for place in range(1, _TESTERS + 1)
        for check in Check
    ]
    acceptance.judge(broadcast, actor=PEOPLE["anne"], seen=seen, seen_in=SeenIn.EBOX)


def _approve(bench: Bench, broadcast: Broadcast) -> None:
    acceptance.approve(broadcast, actor=PEOPLE["anne"])
    requests.reconfirm(broadcast, actor=PEOPLE["anne"])


def _hand_in(bench: Bench, broadcast: Broadcast) -> None:
    directory = _files(bench, broadcast, recipients=broadcast.expected_count, sequence=1)
    kinds = {".pdf": Kind.DOCUMENT, ".xml": Kind.METADATA, ".csv": Kind.RECIPIENTS}
    arrived = tuple(
        Arrived(kind=kinds[one.suffix], name=one.name, path=one) for one in directory.iterdir() if one.suffix in kinds
    )
    hand_in(broadcast, Order(handle=new_handle(), environment="production", arrived=arrived), actor=PEOPLE["anne"])


def _confirm(bench: Bench, broadcast: Broadcast) -> None:
    named = production.Named(
        agreed_at=present(broadcast.agreed_at), files=production.files_digest(broadcast)[:_ENOUGH_OF_DIGEST]
    )
    production.give_go(broadcast, actor=PEOPLE["bram"], named=named)
    contacts.warn_contact_centre(broadcast, actor=PEOPLE["ines"], first_time=_TESTERS)
    for team in ("", TEAM):
        contacts.set_contact(broadcast, actor=PEOPLE["ines"], team=team, name="Ines", phone="02 000 00 00")


def _arm(bench: Bench, broadcast: Broadcast) -> None:
    production.arm(broadcast, actor=PEOPLE["lou"])


def _launch(bench: Bench, broadcast: Broadcast) -> None:
    with _moved(present(broadcast.agreed_at) - clock.now()):
        launch_broadcast_now(broadcast, actor=PEOPLE["lou"])


def _report(bench: Bench, broadcast: Broadcast) -> None:
    with _moved(present(broadcast.visible_at) - clock.now()):
        closing.report(broadcast, actor=PEOPLE["ines"])


_ENOUGH_OF_DIGEST = 12
_STEPS: Sequence[Callable[[Bench, Broadcast], None]] = (_test, _approve, _hand_in, _confirm, _arm, _launch, _report)
_OF_THE_PAST = (State.PUBLISHED, State.REPORTED)
_ACCEPTED = (State.TESTED, State.APPROVED, State.PRODUCTION_DELIVERED, State.CONFIRMED, State.ARMED)
_TO_COME = (State.REQUESTED, State.POSTPONED, *_ACCEPTED)


@contextmanager
def _moved(by: timedelta) -> Iterator[None]:
    """Have it be another moment in this process."""
    offset = clock.offset()
    clock.move(offset + by)
    try:
        yield
    finally:
        clock.move(offset)


def _prepared_run(bench: Bench) -> str:
    sample = write_sample(bench.folder / "alone", recipients=_TESTERS, ticket="bench-alone")
    package = check_for_sending(sample.directory, policies=Policies()).package
    assert package is not None  # noqa: S101 - of our own making
    return actions.prepare(package, environment="acceptance", actor=PEOPLE["lou"]).short


def _calendar_and_token(day: date) -> dict[str, Any]:
    """Have a day closed and a blackout in the calendar, and a token of somebody."""
    ines = PEOPLE["ines"]
    calendar_changes.close_day(day, reason="-", actor=ines)
    starts_at = clock.now() + timedelta(days=1)
    blackout, _ = calendar_changes.black_out(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=1), service="-", reason="-", actor=ines
    )
    people_tokens.make_token("anne", label="bench", days=1, actor=ines)
    return {"closed_day": day, "blackout": blackout.pk, "token": Token.objects.latest("id").pk}
