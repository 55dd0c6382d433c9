"""Sealing gives every committed entry its place in one order, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, connections, transaction
from tests.moments import move_to

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry, Seal
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.selectors import head, sealed_after
from eboxcast.database import boot
from eboxcast.lib import clock

pytestmark = pytest.mark.usefixtures("installation")


def order() -> list[tuple[int | None, str]]:
    return [(entry.number, entry.action) for entry in sealed_after(0, 100)]


def test_entries_are_sealed_in_the_order_they_were_added() -> None:
    for action in ("a.one", "a.two", "a.three"):
        record(action, by="ines")
    assert seal_pending() == 3
    assert order() == [(1, "a.one"), (2, "a.two"), (3, "a.three")]


def test_what_is_sealed_is_not_sealed_again() -> None:
    record("a.one", by="ines")
    seal_pending()
    before = head()
    assert seal_pending() == 0
    assert head() == before


def test_each_seal_carries_the_digest_of_the_one_before() -> None:
    record("a.one", by="ines")
    record("a.two", by="ines")
    seal_pending()
    first, second = Seal.objects.order_by("number")
    assert bytes(first.previous) == bytes(32)
    assert bytes(second.previous) == bytes(first.digest)


def test_without_entries_there_is_no_head() -> None:
    assert seal_pending() == 0
    assert head() is None


def test_an_entry_of_a_lower_number_that_commits_later_comes_after() -> None:
    """Two open transactions: the first to add is the second to commit, after the other was sealed."""
    with slow_transaction() as slow:
        add(slow, "a.slow")
        record("a.quick", by="olga")
        assert seal_pending() == 1
        slow.commit()
    assert seal_pending() == 1
    ids = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert ids == ["a.slow", "a.quick"]
    assert order() == [(1, "a.quick"), (2, "a.slow")]


def test_an_entry_that_is_rolled_back_is_never_sealed() -> None:
    with slow_transaction() as slow:
        add(slow, "a.slow")
        slow.rollback()
    record("a.quick", by="olga")
    seal_pending()
    assert order() == [(1, "a.quick")]


def test_an_entry_much_older_than_the_last_seal_is_found_by_the_full_pass() -> None:
    record("a.quick", by="olga")
    seal_pending()
    with slow_transaction() as slow:
        add(slow, "a.old", written_at="now() - interval '3 days'")
        slow.commit()
    assert seal_pending() == 0
    assert seal_pending(everything=True) == 1


def test_sealers_at_the_same_time_seal_each_entry_once() -> None:
    for number in range(30):
        record(f"a.number_{number}", by="ines")
    begin = threading.Barrier(4)

    def seal() -> int:
        begin.wait()
        try:
            return seal_pending()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        counts = [done.result() for done in [pool.submit(seal) for _ in range(4)]]
    assert sum(counts) == 30
    assert [number for number, _ in order()] == list(range(1, 31))


def test_more_entries_than_a_batch_are_sealed_in_one_call() -> None:
    """A batch is 5,000."""
    record("a.first", by="ines")
    first = Entry.objects.values("segment", "at", "by", "action").get()
    Entry.objects.bulk_create([Entry(**first) for _ in range(10_001)], batch_size=5_000)
    assert seal_pending() == 10_002


def test_sealing_inside_a_transaction_is_refused() -> None:
    """It would hold the lock of all sealers, and seal what may still be rolled back."""
    with pytest.raises(RuntimeError), transaction.atomic():
        seal_pending()


def test_an_entry_belongs_to_the_year_in_brussels() -> None:
    move_to(datetime(2031, 12, 31, 23, 30, tzinfo=UTC))
    record("a.new_year", by="ines")
    assert Entry.objects.get().segment == 2032


def test_an_entry_of_the_old_year_sealed_after_the_new_one_began_has_its_seal_in_the_new_one() -> None:
    for year in (2031, 2032, 2031):
        move_to(datetime(year, 6, 1, tzinfo=UTC))
        record(f"a.in_{year}", by="ines")
        seal_pending()
    seals = Seal.objects.order_by("number").values_list("entry_segment", "segment")
    assert list(seals) == [(2031, 2031), (2032, 2032), (2031, 2032)]


def test_a_year_is_opened_by_whoever_needs_it_first() -> None:
    """Two transactions open the same new year: the second waits for the first and both add their entry."""
    moment = datetime(2041, 6, 1, tzinfo=UTC)
    with slow_transaction() as slow:
        slow.execute("select audit_open_segment(2041)")
        add(slow, "a.first", segment=2041, at=f"'{moment.isoformat()}'")
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(open_and_add, moment)
            wait_until_somebody_waits()
            slow.commit()
            second.result()
    assert Entry.objects.filter(segment=2041).count() == 2


def slow_transaction() -> psycopg.Connection[tuple[object, ...]]:
    """A second connection as the role that works, in a transaction of its own."""
    name = "eboxcast_control"
    return psycopg.connect(host=str(boot.places().socket), user=name, dbname=name)


def add(
    slow: psycopg.Connection[tuple[object, ...]],
    action: str,
    *,
    written_at: str = "now()",
    at: str = "now()",
    segment: int | None = None,
) -> None:
    year = segment or clock.today().year
    columns = "segment, at, written_at, by, action, environment, data"
    values = f"{year}, {at}, {written_at}, 'slow', '{action}', '', '{{}}'"
    slow.execute(f"insert into audit_entry ({columns}) values ({values})".encode())  # noqa: S608  # of this file


def open_and_add(moment: datetime) -> None:
    with slow_transaction() as other:
        other.execute("select audit_open_segment(%s)", [moment.year])
        add(other, "a.second", segment=moment.year, at=f"'{moment.isoformat()}'")


def wait_until_somebody_waits() -> None:
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    with connection.cursor() as cursor:
        for _ in range(20_000):
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waits")
