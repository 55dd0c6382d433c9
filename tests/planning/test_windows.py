"""An evening is from one instant to another, across midnight and across both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.lib.clock import BRUSSELS
from eboxcast.planning.errors import AgreedMomentOutside, EveningUnclear
from eboxcast.planning.selectors import window_on
from eboxcast.planning.windows import Evening

EVENING = Evening()
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        (date(2027, 2, 15), "2027-02-15T17:00", "2027-02-16T05:00", 12),
        (date(2027, 3, 27), "2027-03-27T17:00", "2027-03-28T04:00", 11),
        (date(2027, 3, 28), "2027-03-28T16:00", "2027-03-29T04:00", 12),
        (date(2027, 10, 30), "2027-10-30T16:00", "2027-10-31T05:00", 13),
        (date(2027, 10, 31), "2027-10-31T17:00", "2027-11-01T05:00", 12),
    ],
)
def test_an_evening_as_instants(day: date, start: str, end: str, hours: int) -> None:
    window = EVENING.window(day)
    assert (window.starts_at, window.ends_at) == (utc(start), utc(end))
    assert window.ends_at - window.starts_at == hours * HOUR
    assert window.agreed_at == window.starts_at


def test_an_evening_may_end_before_midnight() -> None:
    window = Evening(start=time(18), end=time(23, 30)).window(date(2027, 2, 15))
    assert window.ends_at == utc("2027-02-15T22:30")


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    moments = [datetime(2027, 10, 31, 2, 30, tzinfo=BRUSSELS, fold=fold) for fold in (0, 1)]
    first, second = (EVENING.window(date(2027, 10, 30), moment).agreed_at for moment in moments)
    assert second - first == HOUR


def test_an_end_that_comes_twice_is_the_first_of_the_two() -> None:
    window = Evening(end=time(2, 30)).window(date(2027, 10, 30))
    assert window.ends_at == utc("2027-10-31T00:30")


def test_an_end_that_never_comes_is_as_long_after_midnight_as_it_says() -> None:
    window = Evening(end=time(2, 30)).window(date(2027, 3, 27))
    assert window.ends_at == utc("2027-03-28T01:30")


@pytest.mark.parametrize("moment", ["2027-02-15T16:59", "2027-02-16T05:00", "2027-02-16T18:00"])
def test_an_agreed_moment_outside_is_refused_with_the_window(moment: str) -> None:
    with pytest.raises(AgreedMomentOutside) as refused:
        EVENING.window(date(2027, 2, 15), utc(moment))
    assert refused.value.data["start"] == utc("2027-02-15T17:00")


@pytest.mark.parametrize("moment", ["2027-02-15T17:00", "2027-02-16T00:30", "2027-02-16T04:59"])
def test_any_moment_of_the_evening_can_be_agreed(moment: str) -> None:
    assert EVENING.window(date(2027, 2, 15), utc(moment)).agreed_at == utc(moment)


def test_an_evening_without_length_is_refused() -> None:
    with pytest.raises(EveningUnclear):
        Evening(start=time(18), end=time(18))


@given(day=st.dates(date(2020, 1, 1), date(2040, 1, 1)), minute=st.integers(0, 24 * 60 - 1))
def test_a_moment_lies_in_the_window_it_is_said_to_lie_in_or_in_none(day: date, minute: int) -> None:
    moment = datetime.combine(day, time.min, UTC) + timedelta(minutes=minute)
    window = EVENING.window_around(moment)
    hour = moment.astimezone(BRUSSELS).hour
    assert (window is not None) == (hour >= 18 or hour < 6)
    assert window is None or EVENING.window(window.date, moment).agreed_at == moment


def test_the_settings_say_when_the_evening_is() -> None:
    assert window_on(date(2027, 2, 15)) == EVENING.window(date(2027, 2, 15))
