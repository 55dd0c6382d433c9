"""What is proposed next for a broadcast can be done: in each state, whatever is in its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from tests.broadcasts import people as p
from tests.broadcasts.proposals import proposed, refused
from tests.broadcasts.random_lives import late

from eboxcast.broadcasts import acceptance, aftermath, production, scheduling
from eboxcast.broadcasts.calendar_changes import black_out, close_day
from eboxcast.broadcasts.models import Broadcast, SeenIn, State
from eboxcast.lib import clock
from eboxcast.planning.models import ClosedDay
from eboxcast.planning.selectors import window_on
from eboxcast.senders.models import MessageType, Person, Team

pytestmark = pytest.mark.usefixtures("january")

LATER = date(2027, 2, 22)


def postponed() -> Broadcast:
    return scheduling.postpone(p.scheduled(), actor=p.VERA, reason="works", dates=[p.DAY, LATER])


def of_two_dates() -> Broadcast:
    broadcast = p.requested(dates=(p.DAY, LATER))
    return scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)


def missed() -> Broadcast:
    broadcast = p.ready()
    p.set_clock("2027-02-16T09:00")
    return scheduling.miss(broadcast)


def delivered_for_acceptance() -> Broadcast:
    return acceptance.receive_for_acceptance(p.scheduled(), actor=p.ANNE, delivered=p.files())


def failed() -> Broadcast:
    broadcast = p.tested()
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(passed=False), seen_in=SeenIn.EBOX)
    return broadcast


def judged() -> Broadcast:
    broadcast = p.tested()
    acceptance.judge(broadcast, actor=p.ANNE, seen=p.seen(), seen_in=SeenIn.EBOX)
    return broadcast


def rejected() -> Broadcast:
    return acceptance.reject(p.tested(), actor=p.ANNE, reason="title")


def armed() -> Broadcast:
    return production.arm(p.ready(), actor=p.LOU)


def reported() -> Broadcast:
    return aftermath.reported(p.published(), actor=p.INES, counts={})


STARTS = (
    p.requested,
    of_two_dates,
    postponed,
    missed,
    p.scheduled,
    delivered_for_acceptance,
    p.tested,
    failed,
    judged,
    rejected,
    p.approved,
    p.delivered,
    late,
    p.confirmed,
    p.ready,
    armed,
    p.published,
    reported,
)


def nothing() -> None:
    pass


def its_day_is_closed() -> None:
    if clock.today() <= p.DAY:
        close_day(p.DAY, reason="bridge", actor=p.INES)


def its_evening_is_full() -> None:
    """So many are published to already that no more find room; all are of other broadcasts."""
    for day in (p.DAY, LATER):
        filling = p.requested(dates=(p.far_away(),), expected={"nl": 12_000_000})
        window = window_on(day)
        Broadcast.objects.filter(id=filling.id).update(
            state=State.SCHEDULED,
            date=day,
            window_starts_at=window.starts_at,
            agreed_at=window.agreed_at,
            window_ends_at=window.ends_at,
        )


def no_evening_is_free() -> None:
    days = (clock.today() + timedelta(days=number) for number in range(1, 300))
    ClosedDay.objects.bulk_create(
        ClosedDay(date=day, reason="strike", added_at=clock.now(), added_by="ines") for day in days
    )


def a_service_is_missing() -> None:
    start = datetime(2027, 2, 15, 18, tzinfo=clock.BRUSSELS)
    if clock.now() < start:
        black_out(starts_at=start, ends_at=start + timedelta(hours=3), service="store", reason="works", actor=p.INES)


def its_type_is_in_acceptance_only() -> None:
    MessageType.objects.update(production_at=None)


def nobody_is_at_the_contact_centre() -> None:
    Person.objects.all().delete()


def a_team_has_no_contact() -> None:
    Team.objects.get_or_create(code="new", defaults={"names": p.NAMES})


def its_deadlines_pass() -> None:
    if clock.today() < date(2027, 2, 12):
        p.set_clock("2027-02-12T09:00")


def its_window_is_open() -> None:
    if clock.today() <= p.DAY:
        p.set_clock("2027-02-15T18:30")


def its_dates_pass() -> None:
    p.set_clock("2027-03-01T09:00")


WHAT_HAPPENS = (
    nothing,
    its_day_is_closed,
    its_evening_is_full,
    no_evening_is_free,
    a_service_is_missing,
    its_type_is_in_acceptance_only,
    nobody_is_at_the_contact_centre,
    a_team_has_no_contact,
    its_deadlines_pass,
    its_window_is_open,
    its_dates_pass,
)


@pytest.mark.parametrize("start", STARTS, ids=lambda one: one.__name__)
def test_what_is_proposed_is_not_refused(start: Callable[[], Broadcast]) -> None:
    broadcast = start()
    offset = clock.offset()
    found = {happens.__name__: _refused_after(happens, broadcast, offset) for happens in WHAT_HAPPENS}
    assert {name: why for name, why in found.items() if why} == {}


def _refused_after(happens: Callable[[], None], broadcast: Broadcast, offset: timedelta) -> list[str]:
    """Return what is refused of what is proposed once something has happened; then it has not happened."""
    clock.move(offset)
    with transaction.atomic():
        happens()
        why = refused(broadcast, proposed(broadcast))
        transaction.set_rollback(True)
    return why
