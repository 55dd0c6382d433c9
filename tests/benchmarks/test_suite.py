"""Every benchmark measures what its row says, on small numbers; how fast is for `eboxcast bench` to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.portal.test_addresses import ADDRESSES, WRONG_WAY

from eboxcast.audit.actions import record
from eboxcast.audit.sealing import seal_pending
from eboxcast.cli.admin.bench import Benchmark
from eboxcast.mailboxes.models import Audience, Release
from eboxcast.tools.bench import compactions, large, openings, pages, proofs, suite, visits
from eboxcast.tools.bench.desk import fill_desk
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.publishing import BenchStopped, run


@pytest.fixture
def bench(installation: None, tmp_path: Path) -> Bench:
    return Bench(recipients=1000, folder=tmp_path, tell=lambda line: None)


def rows_of(bench: Bench, name: str) -> dict[str, Row]:
    return by_name(suite.measure(bench, (name,)))


def by_name(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.name: row for row in rows}


def test_each_name_of_the_command_has_its_benchmark() -> None:
    assert [*suite.ALL] == [*Benchmark]


def test_check_is_measured_beside_the_column_and_the_loops(bench: Bench) -> None:
    rows = rows_of(bench, "check")
    assert {"check clean", "check clean, beside csv and python-stdnum", "check 1,000 faulty rows"} <= set(rows)
    assert all(row.baseline for row in rows.values())


def test_what_is_stored_expires(bench: Bench) -> None:
    """The purge that is measured really forgets the releases that were stored for it."""
    rows = rows_of(bench, "expire")
    assert rows["expire"].baseline
    assert not Audience.objects.using("production").exists()
    assert Release.objects.using("production").exclude(audience_purged_at=None).count() == 7


def test_storing_is_measured_beside_what_one_would_write_first(bench: Bench) -> None:
    rows = rows_of(replace(bench, recipients=4000), "naive")
    assert [row.note.split("both ")[1] for row in rows.values()] == ["4,000 recipients", "3,000 recipients"]


def test_proofs_are_measured_beside_every_seal(bench: Bench) -> None:
    rows = by_name(proofs.proofs(bench, entries=1500))
    assert rows["proof of one entry of 1,500, p50"].baseline
    assert rows["verifying such a proof"].note == "11 hashes"
    record("a.later", by="ines")
    assert seal_pending() == 1


@pytest.mark.faults
def test_opening_is_measured_idle_and_while_publishing(bench: Bench) -> None:
    rows = by_name(openings.opening(bench, broadcasts=20, openings=20, rounds=1, cold=0))
    assert len(rows) == 12
    assert Release.objects.using("production").exclude(visible_at=None).count() == 21


@pytest.mark.faults
def test_opening_is_measured_from_rows_and_from_blocks(bench: Bench) -> None:
    """Beside a row per recipient, alone and from several connections at once."""
    rows = by_name(compactions.compaction(bench, sizes=(2, 4, 6), openings=10, passes=4))
    assert {"open from rows, 2 broadcasts, p50", "open, 8 connections", "compact, 6 broadcasts"} <= set(rows)
    assert all(rows[f"open, {number} broadcasts, p99"].baseline for number in (2, 4, 6))
    year = [row for name, row in rows.items() if name.startswith("log of compacting, a year")]
    assert [row.bar.most for row in year if row.bar] == [3, 3]
    assert not Release.objects.using("production").exists()


@pytest.mark.faults
def test_pages_are_measured_beside_a_bare_view(bench: Bench) -> None:
    """Those of recipients by requests a second, every page by its time, and files by the time to their answer."""
    stored = replace(bench, stored=30_000)
    rows = by_name(visits.visits(stored, broadcasts=5, procedure=3, requests=20, rounds=1, opened=1))
    units = [row.unit for row in rows.values()]
    assert units.count("requests/s") == 2
    named = {"home", "broadcast", "files", "go", "eBox", "person", "evening", "message-type", "one-run", "test-ebox"}
    named |= {"results", "certificate", "paper-list", "verify-certificate", "arm", "disarm", "files-answer", "mail"}
    assert {f"page {name}, p95" for name in named} <= set(rows)
    assert "deliver 1,000 recipients on the page" in rows
    assert all(row.baseline for row in rows.values())
    assert Release.objects.using("production").count() == 27


@pytest.mark.faults
def test_every_page_is_measured_or_it_is_said_why_not(bench: Bench) -> None:
    """One that is new needs something to show in ``desk.py``, or a reason."""
    desk = fill_desk(bench, broadcasts=3, packages=1)
    left_out = {name for names in pages.NOT_MEASURED.values() for name in names.split()}
    measured = {page.name for page in pages.pages_of_people(desk)}
    forms_only = {name for name, one in ADDRESSES.items() if one.everybody == WRONG_WAY}
    assert measured | left_out | forms_only == set(ADDRESSES)
    assert measured & left_out == set()


@pytest.mark.faults
def test_the_large_rows_are_the_same_with_fewer(bench: Bench) -> None:
    fewer = large.Size(country=2000, lists=4, stored=3000, at_once=1000, rounds=1)
    assert "publish to 2,000" in by_name(large.country(bench, fewer))
    assert {"store beside 3,000", "store beside 3,000, compacted"} <= set(by_name(large.beside(bench, fewer)))


def test_large_says_beforehand_that_the_disk_is_too_small(bench: Bench) -> None:
    with pytest.raises(large.BenchNeedsRoom):
        next(large.beside(bench, large.Size(room=10**9)))


def test_a_command_that_fails_stops_the_bench(installation: None, tmp_path: Path) -> None:
    """A figure of a command that did nothing would be a lie."""
    with pytest.raises(BenchStopped, match=r"bench\.stopped"):
        run("publish", tmp_path / "nothing", "--environment", "production")
