"""Moments, days, numbers and sizes read as people of Belgium write them, and programs get what ISO 8601 says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from babel.dates import format_date

from eboxcast.lib.formatting import (
    clauses,
    duration,
    exact_moment,
    grouped,
    iso,
    long_date,
    long_moment,
    minute_in,
    moment_in,
    rough_duration,
    short_date,
    short_digest,
    short_minute,
    short_moment,
    short_run,
    short_times,
    size,
)

EVENING = datetime(2027, 2, 15, 17, 0, 3, 120999, tzinfo=UTC)
YEAR = [date(2027, 1, 1) + timedelta(days=days) for days in range(366)]
LONG = {"fr": "EEEE d MMMM y", "nl": "EEEE d MMMM y", "de": "EEEE, d. MMMM y", "en": "EEEE d MMMM y"}
LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "de": "de_BE", "en": "en_GB"}


def test_programs_get_brussels_time_with_its_offset() -> None:
    assert iso(EVENING) == "2027-02-15T18:00:03.120+01:00"
    assert iso(EVENING, "seconds") == "2027-02-15T18:00:03+01:00"
    assert iso(None) is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "15 février 2027 à 18:00:03"),
        ("nl", "15 februari 2027 om 18:00:03"),
        ("de", "15. Februar 2027 um 18:00:03 Uhr"),
        ("en", "15 February 2027 at 18:00:03"),
    ],
)
def test_a_moment_in_a_sentence_is_in_the_readers_language_to_the_second(language: str, expected: str) -> None:
    assert moment_in(EVENING, language) == expected


def test_seconds_that_are_zero_are_not_said() -> None:
    assert moment_in(EVENING.replace(second=0), "en") == "15 February 2027 at 18:00"


def test_a_moment_on_a_page_is_said_to_the_minute_and_a_deadline_as_its_day() -> None:
    deadline = datetime(2027, 2, 15, 22, 59, 59, 999999, tzinfo=UTC)
    found = [minute_in(one, "en") for one in (EVENING, EVENING.replace(second=59), deadline)]
    assert found == ["15 February 2027 at 18:00", "15 February 2027 at 18:00", "15 February 2027"]


def test_a_moment_as_evidence_has_its_offset() -> None:
    assert exact_moment(EVENING, "en") == "15 February 2027 at 18:00:03 (UTC+1)"


def test_a_moment_in_a_letter_has_its_weekday_and_says_whose_time_it_is() -> None:
    expected = "maandag 15 februari 2027 om 18:00:03, Belgische tijd (UTC+1)"
    assert long_moment(EVENING, "nl") == expected


def test_a_moment_in_a_column_is_short() -> None:
    assert short_moment(EVENING, "fr") == "15/02/2027 18:00:03"
    assert short_minute(EVENING, "de") == "15.02.2027 18:00"


def test_the_times_of_an_evening_have_offsets_in_the_night_of_the_clock_change() -> None:
    evening = datetime(2027, 10, 29, 16, tzinfo=UTC)
    assert short_times(evening, evening + timedelta(hours=12)) == ("18:00", "06:00")
    assert short_times(evening + timedelta(days=1), evening + timedelta(days=1, hours=13)) == (
        "18:00 (UTC+2)",
        "06:00 (UTC+1)",
    )


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    told = [moment_in(one, "en") for one in (first, first + timedelta(hours=1))]
    assert told == ["31 October 2027 at 02:30 (UTC+2)", "31 October 2027 at 02:30 (UTC+1)"]


@pytest.mark.parametrize("language", LONG)
def test_each_day_of_a_year_is_written_as_cldr_writes_it(language: str) -> None:
    there = [format_date(day, LONG[language], locale=LOCALES[language]) for day in YEAR]
    ours = [long_date(day, language).replace(" 1er ", " 1 ") for day in YEAR]
    assert ours == there


@pytest.mark.parametrize("language", LONG)
def test_each_short_day_is_written_as_cldr_writes_it(language: str) -> None:
    form = "EEE dd.MM.y" if language == "de" else "EEE dd/MM/y"
    there = [format_date(day, form, locale=LOCALES[language]) for day in YEAR]
    assert [short_date(day, language) for day in YEAR] == there


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert long_date(date(2027, 6, 1), "fr") == "mardi 1er juin 2027"


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert [grouped(1234567, language) for language in ("en", "nl", "fr")] == [
        "1,234,567",
        "1.234.567",
        "1\u202f234\u202f567",
    ]


def test_sizes_have_a_unit_that_keeps_them_short() -> None:
    counts = (12, 2048, 10 * 1024**2, 3 * 1024**3)
    assert [size(count, "en") for count in counts] == ["12 B", "2.0 kB", "10.0 MB", "3.0 GB"]
    assert size(2048, "nl") == "2,0 kB"
    assert [size(count, "fr") for count in (12, 10 * 1024**2)] == ["12\u00a0o", "10,0\u00a0Mo"]


def test_clauses_are_parted_as_the_language_does() -> None:
    assert [clauses(("a", "b"), language) for language in ("en", "fr")] == ["a; b", "a\u202f; b"]


def test_durations_are_those_of_a_clock_or_rough() -> None:
    assert [duration(seconds) for seconds in (9, 75, 3723)] == ["0:09", "1:15", "1:02:03"]
    assert [rough_duration(seconds) for seconds in (0.42, 12, 720, 12_000)] == [
        "0.42 s",
        "12.0 s",
        "12 min",
        "3 h 20 min",
    ]


def test_numbers_and_digests_are_shortened_for_people() -> None:
    assert short_run(UUID("12345678-9abc-4000-8000-000000000000")) == "12345678"
    assert short_digest(b"\x12\x34" * 16) == "123412341234"
    assert short_digest(memoryview(b"\x12\x34" * 16)) == short_digest("1234" * 16)
