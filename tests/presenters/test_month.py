"""A month shows of each day what it is, how full it is, and whether it can be chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eboxcast.planning.capacity import BlackoutSpan, Booked, Evenings, Limits
from eboxcast.planning.selectors import Closed
from eboxcast.planning.working_days import WorkingCalendar
from eboxcast.presenters.month import month_of
from eboxcast.presenters.schemas.month import Month, MonthDay

TODAY = date(2027, 3, 10)
CLOSED = date(2027, 3, 12)


def evenings() -> Evenings:
    blackout = BlackoutSpan(
        id=1,
        starts_at=datetime(2027, 3, 30, 19, tzinfo=UTC),
        ends_at=datetime(2027, 3, 30, 20, tzinfo=UTC),
        service="the mail server",
        reason="moves",
        environments=frozenset({"production"}),
    )
    return Evenings(
        today=TODAY,
        calendar=WorkingCalendar(closed=frozenset({CLOSED})),
        reasons={CLOSED: "bridge"},
        limits=Limits(broadcasts=2, recipients=1000),
        blackouts=(blackout,),
        booked={date(2027, 3, 25): Booked(2, 100), date(2027, 3, 26): Booked(1, 800)},
    )


def month(day: date = TODAY, *, recipients: int = 300, full_too: bool = False, past_too: bool = False) -> Month:
    return month_of(
        day,
        evenings=evenings(),
        closed={CLOSED: Closed(reason="bridge", institution="")},
        language="en",
        recipients=recipients,
        full_too=full_too,
        past_too=past_too,
    )


def day_of(shown: Month, number: int) -> MonthDay:
    return next(one for week in shown.weeks for one in week if one and one.date.day == number)


def test_a_month_has_whole_weeks_from_monday_on_and_no_day_of_another_month() -> None:
    shown = month()
    assert [len(week) for week in shown.weeks] == [7] * 5
    assert shown.weeks[-1] == (*shown.weeks[-1][:3], None, None, None, None)
    assert (shown.name, shown.weekdays[0].name) == ("March 2027", "Monday")


@pytest.mark.parametrize(
    ("number", "kind", "why"),
    [
        (9, "past", ""),
        (10, "free", ""),
        (12, "closed", "bridge"),
        (13, "weekend", ""),
        (25, "full", ""),
        (26, "full", ""),
        (29, "holiday", "Easter Monday"),
        (30, "blackout", "the mail server"),
        (31, "free", ""),
    ],
)
def test_a_day_says_what_it_is_first_of_all(number: int, kind: str, why: str) -> None:
    shown = day_of(month(), number)
    assert (shown.kind, shown.why) == (kind, why)


def test_only_days_to_come_with_nothing_in_the_way_can_be_chosen() -> None:
    chosen = [one.date.day for week in month().weeks for one in week if one and one.possible]
    assert chosen == [11, 15, 16, 17, 18, 19, 22, 23, 24, 31]


def test_a_full_evening_can_be_asked_for_all_the_same() -> None:
    assert day_of(month(full_too=True), 25).possible
    assert not day_of(month(full_too=True), 30).possible


def test_fewer_recipients_may_find_room_where_more_do_not() -> None:
    assert day_of(month(recipients=100), 26).kind == "free"
    assert day_of(month(), 26).share == 80


def test_a_day_for_which_a_deadline_has_passed_needs_a_waiver() -> None:
    assert day_of(month(), 15).late
    assert not day_of(month(), 31).late


def test_a_calendar_to_choose_from_begins_with_this_month_and_ends_in_two_years() -> None:
    assert month().previous is None
    assert month().next == date(2027, 4, 1)
    assert month(past_too=True).previous == date(2027, 2, 1)
    assert month(date(1, 1, 1)).first == date(2027, 3, 1)
    assert month(date.max).first == date(2029, 3, 1)
    assert month(date.max).next is None
