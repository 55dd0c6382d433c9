"""Changing the calendar is on record with its change, or neither happens; doing it twice does it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import psycopg
import pytest
from django.test import override_settings

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.calendar_changes import black_out, close_day, lift, open_day
from eboxcast.database.errors import ConstraintBroken
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.planning.errors import BlackoutBackwards, BlackoutPast, BlackoutUnknown, DayNotClosed, DayPast
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.planning.selectors import blackouts_between, calendar_of, closed_days, evenings_for, window_on

pytestmark = pytest.mark.usefixtures("installation")

HOUR = timedelta(hours=1)
INES, OMAR = (Actor(name=name, roles=frozenset({Role.INTEGRATION})) for name in ("ines", "omar"))
RITA = Actor(name="rita", roles=frozenset({Role.REQUESTER}), institution="0456789034")


@pytest.fixture
def a_day() -> date:
    """A day to come that is worked."""
    return calendar_of().after(clock.today(), 5)


def audited() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def make_blackout(**changes: object) -> Blackout:
    start = clock.now() + HOUR
    given = {"starts_at": start, "ends_at": start + HOUR, "service": "Oracle", "reason": "upgrade", "actor": INES}
    return black_out(**{**given, **changes})[0]  # type: ignore[arg-type]


def test_a_closed_day_counts_for_everybody_and_is_on_record(a_day: date) -> None:
    close_day(a_day, reason="bridge", actor=INES)
    assert not calendar_of().is_working(a_day)
    assert not calendar_of("0456789034").is_working(a_day)
    entry = Entry.objects.get()
    assert (entry.action, entry.by) == ("calendar.closed_day_added", "ines")
    assert entry.data == {"date": a_day.isoformat(), "institution": "", "reason": "bridge"}


def test_a_closed_day_of_an_institution_counts_for_it_alone(a_day: date) -> None:
    close_day(a_day, reason="fair", institution="0456789034", actor=RITA)
    assert calendar_of().is_working(a_day)
    assert calendar_of("0403019261").is_working(a_day)
    assert not calendar_of("0456789034").is_working(a_day)


def test_where_both_are_closed_the_reason_is_the_operators(a_day: date) -> None:
    close_day(a_day, reason="fair", institution="0456789034", actor=RITA)
    close_day(a_day, reason="bridge", actor=INES)
    assert closed_days("0456789034")[a_day].reason == "bridge"


def test_closing_again_does_nothing_and_says_so(a_day: date) -> None:
    close_day(a_day, reason="bridge", actor=INES)
    closed, new = close_day(a_day, reason="another", actor=OMAR)
    assert (closed.reason, closed.added_by) == ("bridge", "ines")
    assert not new
    assert audited() == ["calendar.closed_day_added"]


def test_an_opened_day_is_worked_again(a_day: date) -> None:
    close_day(a_day, reason="bridge", actor=INES)
    open_day(a_day, actor=OMAR)
    assert calendar_of().is_working(a_day)
    assert audited() == ["calendar.closed_day_added", "calendar.closed_day_removed"]


def test_only_what_was_closed_can_be_opened(a_day: date) -> None:
    close_day(a_day, reason="fair", institution="0456789034", actor=RITA)
    with pytest.raises(DayNotClosed):
        open_day(a_day, actor=INES)
    assert ClosedDay.objects.count() == 1


def test_days_gone_by_stay_as_they_were() -> None:
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(DayPast):
        close_day(yesterday, reason="bridge", actor=INES)
    with pytest.raises(DayPast):
        open_day(yesterday, actor=INES)
    assert audited() == []


def test_a_blackout_is_found_where_it_touches_and_nowhere_else() -> None:
    made = make_blackout()
    start, end = made.starts_at, made.ends_at
    assert [one.id for one in blackouts_between(end - HOUR / 2, end + HOUR)] == [made.pk]
    assert blackouts_between(end, end + HOUR) == ()
    assert blackouts_between(start - HOUR, start) == ()
    assert blackouts_between(start, end, environment="acceptance") == ()


def test_the_settings_say_which_days_are_worked_when_evenings_are_and_what_they_take() -> None:
    saturday = date(2027, 2, 13)
    assert not calendar_of().is_working(saturday)
    with override_settings(
        EBOXCAST_WORKING_WEEK="mon-sat", EBOXCAST_EVENING_END=time(23), EBOXCAST_EVENING_BROADCASTS=2
    ):
        evenings = evenings_for()
        assert calendar_of().is_working(saturday)
        assert evenings.calendar.is_working(saturday)
        assert window_on(saturday).ends_at == evenings.evening.window(saturday).ends_at
    assert (evenings.evening.end, evenings.limits.broadcasts) == (time(23), 2)


def test_the_evenings_to_come_know_the_blackouts(a_day: date) -> None:
    made = make_blackout()
    close_day(a_day, reason="bridge", actor=INES)
    evenings = evenings_for()
    assert [one.id for one in evenings.blackouts] == [made.pk]
    assert evenings.reasons == {a_day: "bridge"}


def test_a_lifted_blackout_stops_nothing_and_stays_on_record() -> None:
    made = make_blackout()
    assert lift(made.pk, actor=OMAR)[1]
    assert blackouts_between(made.starts_at, made.ends_at) == ()
    assert audited() == ["calendar.blackout_added", "calendar.blackout_removed"]
    again, now = lift(made.pk, actor=INES)
    assert (again.removed_by, len(audited())) == ("omar", 2)
    assert not now


def test_the_same_blackout_again_is_the_one_that_is_there() -> None:
    start = clock.now() + HOUR
    assert (
        make_blackout(starts_at=start, ends_at=start + HOUR).pk
        == make_blackout(starts_at=start, ends_at=start + HOUR).pk
    )
    assert audited() == ["calendar.blackout_added"]


def test_a_blackout_that_is_none_is_refused() -> None:
    now = clock.now()
    with pytest.raises(BlackoutBackwards):
        make_blackout(starts_at=now + HOUR, ends_at=now + HOUR)
    with pytest.raises(BlackoutPast):
        make_blackout(starts_at=now - 2 * HOUR, ends_at=now - HOUR)
    with pytest.raises(BlackoutUnknown):
        lift(4711, actor=INES)


def test_a_blackout_of_no_known_environment_breaks_a_rule_of_the_table() -> None:
    for environments in ((), ("elsewhere",)):
        with pytest.raises(ConstraintBroken):
            make_blackout(environments=environments)
    assert not Blackout.objects.exists()


@pytest.fixture
def refused_audit(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> Iterator[None]:
    """The database takes no audit entry meanwhile."""
    sweepers[0].execute("alter table audit_entry add constraint nothing_more check (false) not valid")
    yield
    sweepers[0].execute("alter table audit_entry drop constraint nothing_more")


def test_what_cannot_be_audited_does_not_happen(a_day: date, refused_audit: None) -> None:
    with pytest.raises(ConstraintBroken):
        close_day(a_day, reason="bridge", actor=INES)
    with pytest.raises(ConstraintBroken):
        make_blackout()
    assert not ClosedDay.objects.exists()
    assert not Blackout.objects.exists()
