"""Terms run until the end of their day in Brussels, whatever the clock does meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from eboxcast.planning.deadlines import deadlines_for, end_of_day, start_of_day
from eboxcast.planning.working_days import WorkingCalendar

MICROSECOND = timedelta(microseconds=1)


def test_the_terms_of_a_production_skip_two_holidays() -> None:
    terms = deadlines_for(date(2027, 5, 18), WorkingCalendar())
    assert terms.nudge_dates == (date(2027, 4, 28), date(2027, 4, 30))
    assert terms.acceptance_date == date(2027, 5, 10)


def test_moving_the_date_across_a_holiday_moves_the_terms() -> None:
    friday, monday = (deadlines_for(date(2027, 5, day), WorkingCalendar()) for day in (7, 10))
    assert (friday.reconfirmation_date, monday.reconfirmation_date) == (date(2027, 4, 22), date(2027, 4, 23))


def test_a_closed_day_makes_a_term_come_earlier() -> None:
    closed = WorkingCalendar(closed=frozenset({date(2027, 5, 14)}))
    assert deadlines_for(date(2027, 5, 18), closed).acceptance_date == date(2027, 5, 7)


def test_a_term_is_kept_until_the_last_moment_of_its_day_and_not_after() -> None:
    terms = deadlines_for(date(2027, 5, 18), WorkingCalendar())
    midnight = datetime(2027, 4, 30, 22, tzinfo=UTC)
    assert midnight - MICROSECOND <= terms.reconfirmation_due_at < midnight


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2027, 3, 27), "2027-03-27T23:00"),
        (date(2027, 3, 28), "2027-03-28T22:00"),
        (date(2027, 10, 30), "2027-10-30T22:00"),
        (date(2027, 10, 31), "2027-10-31T23:00"),
    ],
)
def test_days_end_at_the_right_moment_around_both_changes_of_the_clock(day: date, last: str) -> None:
    midnight = datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert end_of_day(day) + MICROSECOND == midnight == start_of_day(day + timedelta(days=1))


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 6, 1), 24)])
def test_a_day_is_as_long_as_it_is(day: date, hours: int) -> None:
    assert end_of_day(day) + MICROSECOND - start_of_day(day) == timedelta(hours=hours)
