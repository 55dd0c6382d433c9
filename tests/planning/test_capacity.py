"""What stands in the way of a date is all said, and dates that are offered are free."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.planning.capacity import (
    BlackoutSpan,
    Booked,
    Evenings,
    Limits,
    Obstacle,
    conflicts,
    load,
    nearest_free,
)
from eboxcast.planning.working_days import WorkingCalendar

TODAY = date(2027, 1, 4)
MONDAY = date(2027, 2, 15)
DAY = timedelta(days=1)


def blackout(start: str, end: str, number: int = 1) -> BlackoutSpan:
    return BlackoutSpan(
        id=number,
        starts_at=datetime.fromisoformat(start).replace(tzinfo=UTC),
        ends_at=datetime.fromisoformat(end).replace(tzinfo=UTC),
        service="Oracle",
        reason="upgrade",
        environments=frozenset({"production"}),
    )


def obstacles(day: date, recipients: int, evenings: Evenings) -> list[Obstacle]:
    return [one.obstacle for one in conflicts(day, recipients, evenings=evenings)]


def test_nothing_stands_in_the_way_of_a_free_date() -> None:
    assert conflicts(MONDAY, 300_000, evenings=Evenings(today=TODAY)) == ()


@pytest.mark.parametrize("day", [date(2027, 2, 13), date(2027, 5, 6)])
def test_weekends_and_holidays_are_no_dates(day: date) -> None:
    assert obstacles(day, 1, Evenings(today=TODAY)) == [Obstacle.NOT_WORKING]


def test_a_closed_day_says_why() -> None:
    calendar = WorkingCalendar(closed=frozenset({MONDAY}))
    (found,) = conflicts(MONDAY, 1, evenings=Evenings(today=TODAY, calendar=calendar, reasons={MONDAY: "carnival"}))
    assert (found.obstacle, found.data["reason"]) == (Obstacle.CLOSED, "carnival")
    assert not found.is_warning


@pytest.mark.parametrize(
    ("start", "end", "hits"),
    [
        ("2027-02-15T10:00", "2027-02-15T17:00", False),
        ("2027-02-15T10:00", "2027-02-15T17:01", True),
        ("2027-02-16T04:59", "2027-02-16T09:00", True),
        ("2027-02-16T05:00", "2027-02-16T09:00", False),
    ],
)
def test_a_blackout_counts_when_it_touches_the_evening(start: str, end: str, hits: bool) -> None:
    evenings = Evenings(today=TODAY, blackouts=(blackout(start, end),))
    found = conflicts(MONDAY, 1, evenings=evenings)
    assert bool(found) == hits
    assert not hits or (found[0].data["service"], found[0].data["reason"]) == ("Oracle", "upgrade")


def test_a_full_evening_says_by_how_much() -> None:
    evenings = Evenings(today=TODAY, booked={MONDAY: Booked(2, 2_800_000)}, limits=Limits(recipients=3_000_000))
    assert conflicts(MONDAY, 200_000, evenings=evenings) == ()
    (found,) = conflicts(MONDAY, 200_001, evenings=evenings)
    assert (found.obstacle, found.data["over"]) == (Obstacle.RECIPIENTS_FULL, 1)


def test_an_evening_takes_so_many_broadcasts_and_no_more() -> None:
    evenings = Evenings(
        today=TODAY, booked={MONDAY: Booked(2, 0), MONDAY + DAY: Booked(1, 0)}, limits=Limits(broadcasts=2)
    )
    assert obstacles(MONDAY, 1, evenings) == [Obstacle.BROADCASTS_FULL]
    assert obstacles(MONDAY + DAY, 1, evenings) == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 1), []),
        (date(2027, 2, 2), [Obstacle.RECONFIRMATION_TOO_SOON]),
        (date(2027, 2, 8), [Obstacle.RECONFIRMATION_TOO_SOON]),
        (date(2027, 2, 9), [Obstacle.RECONFIRMATION_TOO_SOON, Obstacle.ACCEPTANCE_TOO_SOON]),
        (date(2027, 2, 16), [Obstacle.PAST]),
    ],
)
def test_a_date_that_is_too_near_for_its_terms_can_be_had_with_a_waiver(today: date, expected: list[Obstacle]) -> None:
    found = conflicts(MONDAY, 1, evenings=Evenings(today=today))
    assert [one.obstacle for one in found] == expected
    assert all(one.is_warning == (one.obstacle is not Obstacle.PAST) for one in found)


def test_all_that_stands_in_the_way_is_said_at_once() -> None:
    evenings = Evenings(
        today=date(2027, 2, 12),
        blackouts=(blackout("2027-02-13T17:00", "2027-02-13T18:00"), blackout("2027-02-13T20:00", "2027-02-13T22:00")),
        booked={date(2027, 2, 13): Booked(10, 0)},
    )
    assert obstacles(date(2027, 2, 13), 13_000_000, evenings) == [
        Obstacle.NOT_WORKING,
        Obstacle.BLACKOUT,
        Obstacle.BLACKOUT,
        Obstacle.RECIPIENTS_FULL,
        Obstacle.BROADCASTS_FULL,
        Obstacle.RECONFIRMATION_TOO_SOON,
        Obstacle.ACCEPTANCE_TOO_SOON,
    ]


def test_every_sentence_can_be_filled_from_its_data() -> None:
    evenings = Evenings(
        today=date(2027, 2, 12),
        calendar=WorkingCalendar(closed=frozenset({MONDAY})),
        blackouts=(blackout("2027-02-15T20:00", "2027-02-15T22:00"),),
        booked={MONDAY: Booked(10, 0)},
    )
    days = (MONDAY, date(2027, 2, 13), date(2027, 2, 11))
    found = [one for day in days for one in conflicts(day, 13_000_000, evenings=evenings)]
    assert {one.obstacle for one in found} == set(Obstacle)
    assert all("{" not in one.sentence.format_map(one.data) for one in found)


def test_the_nearest_free_dates_come_after_the_day() -> None:
    free = nearest_free(date(2027, 5, 5), 1, evenings=Evenings(today=TODAY))
    assert free == (date(2027, 5, 7), date(2027, 5, 10), date(2027, 5, 11))


def test_before_the_day_too_when_asked_and_the_nearest_first() -> None:
    evenings = Evenings(today=TODAY)
    free = nearest_free(date(2027, 5, 5), 1, evenings=evenings, also_before=True)
    assert free == (date(2027, 5, 4), date(2027, 5, 7), date(2027, 5, 3))


def test_what_no_evening_takes_has_no_free_date() -> None:
    assert nearest_free(MONDAY, 12_000_001, evenings=Evenings(today=TODAY)) == ()


def test_the_load_says_what_each_evening_still_takes() -> None:
    evenings = Evenings(today=TODAY, booked={MONDAY: Booked(3, 12_500_000)})
    sunday, monday = load(MONDAY - DAY, MONDAY, evenings=evenings)
    assert sunday.left == Booked(10, 12_000_000)
    assert not sunday.working
    assert (monday.booked, monday.left) == (Booked(3, 12_500_000), Booked(7, 0))
    assert monday.working


days = st.dates(date(2027, 1, 4), date(2027, 12, 31))
hours = st.integers(0, 24 * 360)


@st.composite
def known(draw: st.DrawFn) -> Evenings:
    begin = datetime(2027, 1, 4, tzinfo=UTC)
    spans = draw(st.lists(st.tuples(hours, st.integers(1, 100)), max_size=6))
    moments = [(begin + timedelta(hours=first), begin + timedelta(hours=first + length)) for first, length in spans]
    return Evenings(
        today=draw(days),
        calendar=WorkingCalendar(closed=frozenset(draw(st.frozensets(days, max_size=30)))),
        blackouts=tuple(blackout(f"{a:%Y-%m-%dT%H:%M}", f"{b:%Y-%m-%dT%H:%M}") for a, b in moments),
        booked=draw(
            st.dictionaries(days, st.builds(Booked, st.integers(0, 12), st.integers(0, 4_000_000)), max_size=20)
        ),
    )


@given(evenings=known(), day=days, recipients=st.integers(0, 3_000_000), also_before=st.booleans())
def test_a_date_that_is_offered_has_no_conflict(
    evenings: Evenings, day: date, recipients: int, also_before: bool
) -> None:
    free = nearest_free(day, recipients, evenings=evenings, also_before=also_before)
    assert not any(conflicts(one, recipients, evenings=evenings) for one in free)
    assert day not in free
    assert also_before or all(one > day for one in free)
    assert [abs(one - day) for one in free] == sorted(abs(one - day) for one in free)


@given(evenings=known(), day=days, recipients=st.integers(0, 3_000_000))
def test_no_nearer_date_was_passed_over(evenings: Evenings, day: date, recipients: int) -> None:
    (first, *_) = nearest_free(day, recipients, evenings=evenings) or (day + DAY,)
    between = [day + DAY * passed for passed in range(1, (first - day).days)]
    assert all(conflicts(one, recipients, evenings=evenings) for one in between)
