"""Random lives of a broadcast: anybody tries anything at any moment, and no way to production skips what must be.

What must be is looked for in the rows and in the audit, with no word asked of ``guards.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import hypothesis
from django.db import connection, transaction
from tests.broadcasts import people as p
from tests.broadcasts.proposals import proposed, proposed_by, refused

from eboxcast.audit.models import Entry
from eboxcast.audit.segments import open_segment
from eboxcast.broadcasts import acceptance, aftermath, contacts, production, requests, scheduling
from eboxcast.broadcasts.calendar_changes import black_out, close_day, lift
from eboxcast.broadcasts.models import Broadcast, Check, Lateness, SeenIn, State
from eboxcast.broadcasts.progress import standing_of
from eboxcast.broadcasts.states import ENDED, possible
from eboxcast.lib import clock
from eboxcast.lib.actors import ALL_ROLES, STEWARD, Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.formatting import iso
from eboxcast.planning.deadlines import deadlines_for
from eboxcast.planning.models import Blackout
from eboxcast.planning.selectors import calendar_of
from eboxcast.senders.models import MessageType, Team

MASTER = Actor("root", ALL_ROLES)
"""Whoever has every role: to keep GO and launch apart the name must do."""
ANYBODY = (*p.EVERYBODY, STEWARD, MASTER)
Start = Callable[[], Broadcast]


def late() -> Broadcast:
    """Return a broadcast whose files for acceptance came late; nobody let that pass yet."""
    broadcast = p.scheduled()
    requests.reconfirm(broadcast, actor=p.ANNE)
    p.set_clock("2027-02-10T09:00")
    acceptance.receive_for_acceptance(broadcast, actor=p.ANNE, delivered=p.files())
    acceptance.tested(broadcast, actor=p.INES)
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    acceptance.approve(broadcast, actor=p.ANNE)
    return production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files())


STARTS: tuple[Start, ...] = (
    p.requested,
    p.scheduled,
    p.tested,
    p.approved,
    p.delivered,
    p.confirmed,
    p.ready,
    p.ready,
    late,
)

Try = Callable[[Broadcast, Actor, int], object]


def _day(choice: int) -> date:
    """Return a day: mostly a Monday three weeks or more from now; also too soon, on a Saturday, past."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return monday + timedelta(days=(21, 28, 35, 42, 14, 7, 26, 0)[choice])


def _accept(broadcast: Broadcast, actor: Actor, choice: int) -> object:
    day = [*broadcast.wanted_dates, _day(0)][choice % 2]
    later = datetime.combine(day, datetime.min.time(), clock.BRUSSELS).replace(hour=20)
    return scheduling.accept(broadcast, actor=actor, day=day, agreed_at=later if choice == 7 else None)


def _named(broadcast: Broadcast, choice: int) -> production.Named:
    moment = (broadcast.agreed_at or clock.now()) + timedelta(hours=choice == 7)
    files = "0" * 12 if choice == 6 else production.files_digest(broadcast)[:12]
    return production.Named(agreed_at=moment, files=files)


def _lists(choice: int) -> dict[str, Any]:
    return {"lists": bytes([choice % 3]) * 32, "document": p.DOCUMENT if choice < 6 else b"x" * 32}


TRIES: dict[str, Try] = {
    "accept": _accept,
    "postpone": lambda b, a, n: scheduling.postpone(b, actor=a, reason="works", dates=[_day(n)]),
    "agree": lambda b, a, n: scheduling.agree(b, actor=a, day=_day(n)),
    "want": lambda b, a, n: scheduling.want(b, actor=a, dates=[_day(n), _day((n + 1) % 8)]),
    "refuse": lambda b, a, n: scheduling.refuse(b, actor=a, reason="no" * (n == 0)),
    "cancel": lambda b, a, n: scheduling.cancel(b, actor=a, reason="no" * (n == 0)),
    "miss": lambda b, a, n: scheduling.miss(b) if b.window_ends_at and clock.now() >= b.window_ends_at else None,
    "reconfirm": lambda b, a, n: requests.reconfirm(b, actor=a),
    "waive": lambda b, a, n: requests.waive(b, actor=a, what=list(Lateness)[n % 2], reason="agreed"),
    "deliver for acceptance": lambda b, a, n: acceptance.receive_for_acceptance(
        b, actor=a, delivered=p.files(**_lists(n))
    ),
    "deliver for production": lambda b, a, n: production.receive_for_production(
        b, actor=a, delivered=p.files(**_lists(n))
    ),
    "reject files": lambda b, a, n: acceptance.note_rejected_files(
        b, actor=a, environment=("acceptance", "production")[n % 2], via="folder", files=[], faults={"row.month": n}
    ),
    "take files back": lambda b, a, n: acceptance.take_files_back(b, actor=a),
    "lose the run": lambda b, a, n: acceptance.lose_run(b, why="given up"),
    "test": lambda b, a, n: acceptance.tested(b, actor=a),
    "judge": lambda b, a, n: acceptance.judge(b, actor=a, seen=p.seen(1 + n % 3, passed=n < 5), seen_in=SeenIn.EBOX),
    "approve": lambda b, a, n: acceptance.approve(b, actor=a),
    "reject": lambda b, a, n: acceptance.reject(b, actor=a, reason="title"),
    "go": lambda b, a, n: production.give_go(b, actor=a, named=_named(b, n)),
    "withdraw the go": lambda b, a, n: production.withdraw_go(b, actor=a, reason=""),
    "contact": lambda b, a, n: contacts.set_contact(
        b, actor=a, team=("", "gatb", "new")[n % 3], name="Jo", phone="02 000"
    ),
    "warn": lambda b, a, n: contacts.warn_contact_centre(b, actor=a, first_time=n),
    "arm": lambda b, a, n: production.arm(b, actor=a),
    "disarm": lambda b, a, n: production.disarm(b, actor=a, reason=""),
    "launch": lambda b, a, n: production.launched(b, actor=a),
    "fall back": lambda b, a, n: production.fall_back(b, why="the disk was full"),
    "recall": lambda b, a, n: aftermath.recalled(b, by=a.name, reason="wrong"),
    "report": lambda b, a, n: aftermath.reported(b, actor=a, counts={}),
    "statistics": lambda b, a, n: aftermath.tell_statistics(b, actor=a, readings={}),
    "close": lambda b, a, n: aftermath.close(b, actor=a),
}
"""All that can be tried with a broadcast, but its becoming visible: that is not an action of people (``lives``)."""

ON: dict[State, tuple[tuple[str, Actor, int], ...]] = {
    State.REQUESTED: (("accept", p.VERA, 0), ("accept", p.INES, 0)),
    State.POSTPONED: (("want", p.ANNE, 0),),
    State.MISSED: (("want", p.ANNE, 1),),
    State.SCHEDULED: (("deliver for acceptance", p.ANNE, 0), ("reconfirm", p.ANNE, 0)),
    State.REJECTED: (("deliver for acceptance", p.ANNE, 0),),
    State.ACCEPTANCE_DELIVERED: (("test", p.INES, 0),),
    State.TESTED: (("judge", p.ANNE, 1), ("approve", p.ANNE, 0)),
    State.APPROVED: (("deliver for production", p.ANNE, 0), ("reconfirm", p.ANNE, 0)),
    State.PRODUCTION_DELIVERED: (
        ("go", p.BRAM, 0),
        ("go", MASTER, 0),
        ("reconfirm", p.ANNE, 0),
        ("waive", p.INES, 0),
        ("waive", p.INES, 1),
    ),
    State.CONFIRMED: (
        ("contact", p.INES, 0),
        ("contact", p.INES, 1),
        ("contact", p.INES, 2),
        ("warn", p.INES, 0),
        ("arm", p.LOU, 0),
        ("launch", p.LOU, 0),
    ),
    State.ARMED: (("launch", STEWARD, 0), ("launch", p.LOU, 0), ("warn", p.INES, 0)),
    State.PUBLISHED: (("report", STEWARD, 0), ("recall", STEWARD, 0)),
    State.REPORTED: (("statistics", p.INES, 0), ("close", p.INES, 0)),
}
"""Who does what to lead on: chance alone seldom comes far."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens in a life; ``actor``, ``what`` and ``choice`` say more where there is more to say."""

    kind: str
    actor: Actor
    what: str
    choice: int
    forgotten: int
    """Which of the last steps before the launch nobody took; mostly none."""


class Life:
    """One broadcast, and what happens to it."""

    def __init__(self, broadcast: Broadcast) -> None:
        self.broadcast = broadcast
        self.launched: list[object] = []
        """The runs, one for each launch."""

    def happens(self, event: Event) -> None:
        """Let one thing happen, and look whether all is as it must be."""
        KINDS[event.kind](self, event)
        state = State(self.broadcast.state)
        leads_on = [row for row in possible(state) if row.target not in (None, state)]
        assert bool(leads_on) == bool(standing_of(self.broadcast).steps) == (state not in ENDED), state
        assert refused(self.broadcast, proposed(self.broadcast)) == []
        if state == State.PUBLISHED:
            assert self.broadcast.production_run in self.launched

    def is_tried(self, event: Event) -> None:
        self._do(event.what, event.actor, event.choice)

    def is_led_on(self, event: Event) -> None:
        """The right person does what is next, in the right way."""
        steps = ON.get(State(self.broadcast.state), ())
        if self.broadcast.window_ends_at and clock.now() >= self.broadcast.window_ends_at:
            steps = (("want", p.ANNE, event.choice),)
        if steps:
            self._do(*steps[event.choice % len(steps)])

    def is_led_to_its_evening(self, event: Event) -> None:
        """All but its evening is there, as far as can be; then it comes, and somebody launches, or not."""
        if self.broadcast.state not in (State.CONFIRMED, State.ARMED):
            return self.is_led_on(event)
        for number, step in enumerate(ON[State.CONFIRMED][: 4 + event.choice % 2]):
            if number != event.forgotten:
                self._do(*step)
        self.sees_its_evening(event)
        return self._do("launch", (p.LOU, STEWARD, MASTER, event.actor)[event.choice % 4], 0)

    def sees_its_evening(self, event: Event) -> None:
        start = self.broadcast.agreed_at or clock.now()
        self._wait_until(start + timedelta(minutes=(0, 1, 30, 60, 300, 719, 721, -20)[event.choice]))

    def sees_time_pass(self, event: Event) -> None:
        self._wait_until(clock.now() + timedelta(hours=(1, 2, 7, 12, 24, 24, 48, 168)[event.choice]))

    def loses_a_service(self, event: Event) -> None:
        start = max(self.broadcast.agreed_at or clock.now(), clock.now()) + timedelta(hours=event.choice)
        end = start + timedelta(hours=1)
        black_out(starts_at=start, ends_at=end, service="store", reason="works", actor=p.INES)

    def has_its_services_back(self, event: Event) -> None:
        for blackout in Blackout.objects.filter(removed_at=None):
            lift(blackout.pk, actor=p.INES)

    def sees_a_day_closed(self, event: Event) -> None:
        close_day(clock.today() + timedelta(days=event.choice + 1), reason="bridge", actor=p.INES)

    def gets_a_team(self, event: Event) -> None:
        Team.objects.get_or_create(code="new", defaults={"names": {"fr": "N", "nl": "N", "de": "N"}})

    def loses_its_type(self, event: Event) -> None:
        MessageType.objects.update(production_at=None)

    def has_its_type(self, event: Event) -> None:
        MessageType.objects.update(production_at=clock.now())

    def becomes_visible(self, event: Event) -> None:
        """The engine makes nothing visible that it was not told to launch."""
        if self.broadcast.production_run in self.launched:
            self._note(lambda: aftermath.finish(self.broadcast, visible_at=clock.now(), counts={}))

    def _wait_until(self, moment: datetime) -> None:
        clock.move(clock.offset() + max(moment - clock.now(), timedelta()))

    def _do(self, what: str, actor: Actor, choice: int) -> None:
        self._note(lambda: TRIES[what](self.broadcast, actor, choice))
        if len(told(self.broadcast, "launched")) > len(self.launched):
            self.launched.append(self.broadcast.production_run)
            assert_nothing_was_skipped(self.broadcast)

    def _note(self, action: Callable[[], object]) -> None:
        """Do something; what is refused has changed nothing, and what is proposed instead can be done."""
        before = everything()
        refusal = _refusal_of(action)
        if refusal:
            assert everything() == before
            assert refused(self.broadcast, proposed_by(refusal)) == []
        assert values_of(Broadcast.objects.get(id=self.broadcast.id)) == values_of(self.broadcast)


def _refusal_of(action: Callable[[], object]) -> EboxcastError | None:
    try:
        with transaction.atomic():
            action()
    except (NotAllowedNow, InputRefused, WrongUse) as error:
        return error
    return None


KINDS = {name: kind for name, kind in vars(Life).items() if not name.startswith("_") and name != "happens"}
OFTEN = {"is_led_on": 30, "is_tried": 14, "is_led_to_its_evening": 10, "becomes_visible": 3}


def events(seed: int, count: int) -> Iterator[Event]:
    """Return what happens in a life. By seed: the strategies of hypothesis like their first choices too much."""
    chance = Random(seed)
    weights = [OFTEN.get(kind, 1) for kind in KINDS]
    for _ in range(count):
        yield Event(
            kind=chance.choices(list(KINDS), weights)[0],
            actor=chance.choice(ANYBODY),
            what=chance.choice(sorted(TRIES)),
            choice=chance.randrange(8),
            forgotten=chance.randrange(12),
        )


def live(seed: int, count: int) -> Life:
    """Live through what happens, in one transaction that is rolled back."""
    p.set_clock("2027-01-18T09:00")
    open_segment(2027)
    with transaction.atomic():
        life = Life(STARTS[seed % len(STARTS)]())
        for event in events(seed, count):
            hypothesis.note(f"{iso(clock.now())} {life.broadcast.state}: {event}")
            life.happens(event)
        transaction.set_rollback(True)
    return life


TABLES = (
    "broadcast",
    "broadcast_decision",
    "file_delivery",
    "verdict",
    "go",
    "waiver",
    "broadcast_contact",
    "audit_entry",
)
_DIGEST = "(select md5(string_agg(t::text, ' ' order by t::text)) from {} t)"
_DIGESTS = ", ".join(_DIGEST.format(table) for table in TABLES)


def everything() -> object:
    """Return what a broadcast consists of, and all entries, as digests: in one statement, for it is asked often."""
    with connection.cursor() as cursor:
        cursor.execute("select " + _DIGESTS)
        return cursor.fetchone()


def values_of(broadcast: Broadcast) -> list[object]:
    values = [getattr(broadcast, field.attname) for field in broadcast._meta.fields]
    return [bytes(value) if isinstance(value, memoryview) else value for value in values]


def told(broadcast: Broadcast, *actions: str) -> list[Entry]:
    names = [f"broadcast.{action}" for action in actions]
    return list(Entry.objects.filter(broadcast=broadcast.id, action__in=names).order_by("id"))


def since(entries: list[Entry], start: Entry) -> list[Entry]:
    return [entry for entry in entries if entry.id > start.id]


def assert_nothing_was_skipped(b: Broadcast) -> None:
    """Fail unless all is there that a launch needs, by the rows and by what the audit tells."""
    assert b.date is not None
    assert b.window_starts_at is not None
    assert b.agreed_at is not None
    assert b.window_ends_at is not None
    assert b.window_starts_at <= clock.now() < b.window_ends_at
    away = Blackout.objects.filter(removed_at=None, ends_at__gt=clock.now(), starts_at__lt=b.window_ends_at)
    assert not away.exists()
    assert MessageType.objects.get(code=b.message_type).production_at is not None
    scheduled = told(b, "scheduled")[-1]
    _assert_date_was_agreed(b, b.date, scheduled)
    _assert_in_time(b, b.date, scheduled)
    _assert_approved(b)
    _assert_go(b)
    _assert_people_know(b, b.date, scheduled)


def _assert_date_was_agreed(b: Broadcast, day: date, scheduled: Entry) -> None:
    assert not since(told(b, "postponed", "refused", "date_wanted", "window_missed", "cancelled"), scheduled)
    assert scheduled.data["date"] == day.isoformat()
    holding = b.decisions.filter(void_at=None, outcome="accepted", dates=[day])
    assert set(holding.values_list("side", flat=True)) == {"validator", "operator"}


def _assert_in_time(b: Broadcast, day: date, scheduled: Entry) -> None:
    terms = deadlines_for(day, calendar_of(b.institution_id))
    waived = {entry.data["what"] for entry in since(told(b, "waived"), scheduled)}
    said = since(told(b, "reconfirmed"), scheduled)
    assert said
    assert said[0].at <= terms.reconfirmation_due_at or "late-reconfirmation" in waived
    came = [entry for entry in told(b, "files_delivered") if entry.environment == "acceptance"]
    assert came[0].at <= terms.acceptance_due_at or "late-acceptance" in waived


def _assert_approved(b: Broadcast) -> None:
    verdict = told(b, "approved", "rejected")[-1]
    assert verdict.action == "broadcast.approved"
    deliveries = since(told(b, "files_delivered"), verdict)
    assert {entry.environment for entry in deliveries} == {"production"}
    used = deliveries[-1].data
    assert used["run"] == str(b.production_run)
    assert (used["document"], used["metadata"]) == (verdict.data["document"], verdict.data["metadata"])
    last = {(one.recipient, one.check_name): one.passed for one in b.verdicts.filter(run=b.acceptance_run)}
    assert len(last) == (b.short_list_count or 0) * len(Check) > 0
    assert all(last.values())


def _assert_go(b: Broadcast) -> None:
    given = told(b, "go_given", "go_void", "go_withdrawn")[-1]
    assert given.action == "broadcast.go_given"
    assert not since(told(b, "date_wanted", "postponed", "scheduled", "files_delivered", "files_withdrawn"), given)
    launched = told(b, "launched")[-1]
    assert given.by not in {launched.by, launched.data["armed_by"]}
    assert datetime.fromisoformat(given.data["agreed_at"]) == b.agreed_at
    assert datetime.fromisoformat(given.data["window_ends_at"]) == b.window_ends_at
    parts = [bytes(part or b"") for part in (b.document_digest, b.metadata_digest, b.lists_digest)]
    assert given.data["files"] == digest(b"".join(parts)).hex()
    assert b.gos.filter(void_at=None).count() == 1
    if launched.by == STEWARD.name:
        armed = told(b, "armed", "disarmed", "launch_ended", "go_void")[-1]
        assert armed.action == "broadcast.armed"


def _assert_people_know(b: Broadcast, day: date, scheduled: Entry) -> None:
    warned = since(told(b, "contact_centre_warned"), scheduled)
    assert warned
    assert warned[-1].data["date"] == day.isoformat()
    needed = {"", *Team.objects.filter(active=True).values_list("code", flat=True)}
    assert needed <= set(b.contacts.values_list("team", flat=True))
