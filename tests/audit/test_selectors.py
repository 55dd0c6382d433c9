"""Entries by what they are about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eboxcast.audit.actions import record
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.segments import open_segment, segment_of
from eboxcast.audit.selectors import Wanted, list_entries, sealed_after
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("installation")


def actions(wanted: Wanted, limit: int = 100) -> list[tuple[int | None, str]]:
    return [(entry.number, entry.action) for entry in list_entries(wanted, limit)]


def test_entries_come_oldest_first_and_those_not_sealed_last() -> None:
    record("a.one", by="ines")
    seal_pending()
    record("a.two", by="ines")
    assert actions(Wanted()) == [(1, "a.one"), (None, "a.two")]


def test_of_many_the_newest_are_listed() -> None:
    for number in range(4):
        record(f"a.number_{number}", by="ines")
    seal_pending()
    assert actions(Wanted(), limit=2) == [(3, "a.number_2"), (4, "a.number_3")]


@pytest.mark.parametrize("by", ["broadcast", "run"])
def test_entries_are_found_by_what_they_are_about(by: str) -> None:
    ids = {"broadcast": uuid4(), "run": uuid4()}
    record("a.mine", by="ines", **ids)
    record("a.other", by="ines", broadcast=uuid4(), run=uuid4())
    asked: dict[str, UUID] = {by: ids[by]}
    assert actions(Wanted(**asked)) == [(None, "a.mine")]


def test_entries_are_found_by_their_moment() -> None:
    record("a.now", by="ines")
    assert actions(Wanted(since=clock.now() - timedelta(minutes=1))) == [(None, "a.now")]
    assert actions(Wanted(since=clock.now() + timedelta(minutes=1))) == []


def test_reading_after_a_place_misses_nothing_and_repeats_nothing() -> None:
    for number in range(5):
        record(f"a.number_{number}", by="ines", data={"number": number})
    seal_pending()
    first = sealed_after(0, 3)
    rest = sealed_after(first[-1].number or 0, 3)
    assert [entry.data["number"] for entry in (*first, *rest)] == [0, 1, 2, 3, 4]


def test_the_newest_are_found_without_reading_all_there_are() -> None:
    """Sealed or not, and also where a moment, a person or an action is asked for."""
    open_segment(segment_of(clock.now()))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_entry (at, by, action, environment, data)"
            " select now(), 'ines', 'a.many', '', '{}' from generate_series(1, 3000)"
        )
    assert actions(Wanted(), limit=2) == [(None, "a.many")] * 2
    seal_pending()
    record("b.last", by="lou")
    assert actions(Wanted(), limit=2) == [(3000, "a.many"), (None, "b.last")]
    assert actions(Wanted(by="ines"), limit=1) == [(3000, "a.many")]
    assert actions(Wanted(action="b"), limit=2) == [(None, "b.last")]
    seal_pending()
    assert actions(Wanted(), limit=2) == [(3000, "a.many"), (3001, "b.last")]


@pytest.mark.parametrize(
    "asked", [{"by": "lou"}, {"action": "b"}, {"action": "b.last"}, {"by": "ines", "before": 3}], ids=str
)
def test_the_entries_of_a_person_or_an_action_are_found_without_reading_the_others(
    sweepers: list[psycopg.Connection[tuple[object, ...]]], asked: dict[str, Any]
) -> None:
    record("b.last", by="lou", data={"person": "lou"})
    record("a.about", by="ines", data={"person": "lou"})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_entry (at, by, action, environment, data)"
            " select now(), 'bram', 'a.many', '', '{}' from generate_series(1, 4000)"
        )
    seal_pending()
    sweepers[0].execute("analyze audit_entry, audit_seal")  # as autovacuum does, but when that is does not matter here
    with CaptureQueriesContext(connection) as queries:
        found = actions(Wanted(**asked))
    assert found
    assert all((number or 0) <= 2 for number, _ in found)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain (analyze, timing off, format json) {queries[-1]['sql']}")
        (plan,) = cursor.fetchone()
    assert _most_rows(plan[0]["Plan"]) < 100


def _most_rows(plan: dict[str, Any]) -> int:
    """Return how many entries the step of a plan that read most of them read."""
    of_entries = "audit_entry" in plan.get("Relation Name", "")
    read = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"] if of_entries else 0
    return max(int(read), *map(_most_rows, plan.get("Plans", [])), 0)
