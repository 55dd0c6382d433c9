"""Working days are counted as the law and the calendar have them: every worked example of the domain's facts."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.planning.working_days import Week, WorkingCalendar, legal_holidays

OURS = WorkingCalendar()

# The ten legal holidays, in the order of the year.
TEN = {
    2026: "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25",
    2027: "01-01 03-29 05-01 05-06 05-17 07-21 08-15 11-01 11-11 12-25",
    2028: "01-01 04-17 05-01 05-25 06-05 07-21 08-15 11-01 11-11 12-25",
}
# Production, 5 and 10 working days before; then the two as they would be had the holidays been forgotten.
EXAMPLES = [
    ("2027-01-11", "2027-01-04", "2026-12-24", "2027-01-04", "2026-12-28"),
    ("2027-02-15", "2027-02-08", "2027-02-01", "2027-02-08", "2027-02-01"),
    ("2027-03-30", "2027-03-22", "2027-03-15", "2027-03-23", "2027-03-16"),
    ("2027-04-12", "2027-04-05", "2027-03-26", "2027-04-05", "2027-03-29"),
    ("2027-05-07", "2027-04-29", "2027-04-22", "2027-04-30", "2027-04-23"),
    ("2027-05-10", "2027-04-30", "2027-04-23", "2027-05-03", "2027-04-26"),
    ("2027-05-18", "2027-05-10", "2027-04-30", "2027-05-11", "2027-05-04"),
    ("2027-05-20", "2027-05-12", "2027-05-04", "2027-05-13", "2027-05-06"),
    ("2027-05-27", "2027-05-20", "2027-05-12", "2027-05-20", "2027-05-13"),
    ("2027-06-30", "2027-06-23", "2027-06-16", "2027-06-23", "2027-06-16"),
    ("2027-07-28", "2027-07-20", "2027-07-13", "2027-07-21", "2027-07-14"),
    ("2027-08-16", "2027-08-09", "2027-08-02", "2027-08-09", "2027-08-02"),
    ("2027-11-02", "2027-10-25", "2027-10-18", "2027-10-26", "2027-10-19"),
    ("2027-11-12", "2027-11-04", "2027-10-27", "2027-11-05", "2027-10-29"),
    ("2027-11-15", "2027-11-05", "2027-10-28", "2027-11-08", "2027-11-01"),
    ("2027-12-27", "2027-12-20", "2027-12-13", "2027-12-20", "2027-12-13"),
    ("2028-01-03", "2027-12-27", "2027-12-20", "2027-12-27", "2027-12-20"),
]
MONTHS_2027 = [20, 20, 22, 22, 19, 22, 21, 22, 22, 21, 20, 23]

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
calendars = st.builds(
    WorkingCalendar,
    week=st.sampled_from(Week),
    closed=st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=60),
)
counts = st.integers(0, 40)


@pytest.mark.parametrize(("year", "expected"), list(TEN.items()))
def test_the_legal_holidays_are_the_ten(year: int, expected: str) -> None:
    assert sorted(f"{day:%m-%d}" for day in legal_holidays(year)) == expected.split()


def test_holidays_are_named_in_every_language() -> None:
    names = [legal_holidays(2027, language)[date(2027, 5, 6)] for language in ("fr", "nl", "de", "en")]
    assert names == ["Ascension", "O. L. H. Hemelvaart", "Christi Himmelfahrt", "Ascension Day"]


@pytest.mark.parametrize(("production", "five", "ten", "_wrong_five", "_wrong_ten"), EXAMPLES)
def test_every_worked_example(production: str, five: str, ten: str, _wrong_five: str, _wrong_ten: str) -> None:
    day = date.fromisoformat(production)
    assert (OURS.before(day, 5).isoformat(), OURS.before(day, 10).isoformat()) == (five, ten)


@pytest.mark.parametrize(("production", "five", "ten", "wrong_five", "wrong_ten"), EXAMPLES)
def test_the_examples_differ_from_a_plain_week_where_holidays_lie_between(
    production: str, five: str, ten: str, wrong_five: str, wrong_ten: str
) -> None:
    """The two columns of the facts that are wrong on purpose are what counting without holidays gives."""
    day = date.fromisoformat(production)
    plain = [(_weekdays_before(day, number)).isoformat() for number in (5, 10)]
    assert plain == [wrong_five, wrong_ten]
    between = [holiday for year in (2026, 2027, 2028) for holiday in legal_holidays(year) if holiday.weekday() < 5]
    crossed = any(date.fromisoformat(ten) <= holiday < day for holiday in between)
    assert (plain != [five, ten]) == crossed


def _weekdays_before(day: date, number: int) -> date:
    while number:
        day -= timedelta(days=1)
        number -= day.weekday() < 5
    return day


@pytest.mark.parametrize(("month", "expected"), list(enumerate(MONTHS_2027, start=1)))
def test_the_working_days_of_each_month(month: int, expected: int) -> None:
    year = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(OURS.is_working(day) for day in year if day.month == month) == expected


@pytest.mark.parametrize("day", ["2027-07-11", "2027-09-27", "2027-11-15", "2027-11-02", "2028-12-26"])
def test_days_of_a_community_are_no_legal_holidays(day: str) -> None:
    assert date.fromisoformat(day) not in legal_holidays(int(day[:4]))


def test_ten_working_days_can_span_eighteen_days() -> None:
    spans = [(date(2027, 1, 11), 18), (date(2027, 5, 18), 18), (date(2027, 6, 30), 14)]
    assert [(day - OURS.before(day, 10)).days for day, _ in spans] == [days for _, days in spans]


def test_where_saturdays_are_worked_only_sundays_and_holidays_are_not() -> None:
    worked = WorkingCalendar(week=Week.MON_SAT)
    assert worked.is_working(date(2027, 2, 13))
    assert not worked.is_working(date(2027, 2, 14))
    assert not worked.is_working(date(2027, 5, 1))
    assert worked.before(date(2027, 2, 15), 10) == date(2027, 2, 3)


def test_a_closed_day_is_counted_no_more() -> None:
    closed = WorkingCalendar(closed=frozenset({date(2027, 2, 10)}))
    assert closed.before(date(2027, 2, 15), 5) == date(2027, 2, 5)
    assert OURS.before(date(2027, 2, 15), 5) == date(2027, 2, 8)


def test_the_next_working_day_is_the_day_itself_when_it_is_worked() -> None:
    assert OURS.next_working(date(2027, 5, 6)) == date(2027, 5, 7)
    assert OURS.next_working(date(2027, 5, 7)) == date(2027, 5, 7)


@given(calendar=calendars, day=days, number=counts)
def test_before_and_after_are_inverse_on_working_days(calendar: WorkingCalendar, day: date, number: int) -> None:
    worked = calendar.next_working(day)
    assert calendar.after(calendar.before(worked, number), number) == worked
    assert calendar.before(calendar.after(worked, number), number) == worked


@given(calendar=calendars, day=days, number=st.integers(1, 40))
def test_exactly_so_many_working_days_lie_between(calendar: WorkingCalendar, day: date, number: int) -> None:
    first = calendar.before(day, number)
    between = [first + timedelta(days=passed) for passed in range((day - first).days)]
    assert sum(map(calendar.is_working, between)) == number
    assert calendar.is_working(first)


def test_checking_and_publishing_do_not_import_the_calendar_of_holidays() -> None:
    script = """
import importlib, sys
from eboxcast.database import boot
boot.configure()
for name in ("package.check", "runs.publish"):
    importlib.import_module(f"eboxcast.cli.{name}")
import eboxcast.planning.selectors, eboxcast.broadcasts.calendar_changes
print("holidays" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
