"""Every benchmark measures what its row says, on small numbers; how fast is for `eboxcast bench` to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from eboxcast.cli.admin.bench import Benchmark
from eboxcast.mailboxes.models import Audience, Release
from eboxcast.tools.bench import large, openings, stores, suite
from eboxcast.tools.bench.errors import BenchStopped
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.processes import run


@pytest.fixture
def bench(installation: None, tmp_path: Path) -> Bench:
    return Bench(recipients=1000, folder=tmp_path, tell=lambda line: None)


def rows_of(bench: Bench, name: str) -> dict[str, Row]:
    return {row.name: row for row in suite.measure(bench, (name,))}


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


def test_storing_is_measured_beside_what_one_would_write_first(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_BULK_CREATED", 20)
    monkeypatch.setattr(stores, "_INSERTED", 10)
    rows = rows_of(bench, "naive")
    assert [row.note[-13:] for row in rows.values()] == ["20 recipients", "10 recipients"]


def test_opening_is_measured_idle_and_while_publishing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "BROADCASTS", 20)
    monkeypatch.setattr(openings, "_IDLE_OPENINGS", 20)
    monkeypatch.setattr(openings, "_ROUNDS", 1)
    rows = rows_of(bench, "open")
    assert len(rows) == 4
    assert Release.objects.using("production").exclude(visible_at=None).count() == 21


def test_the_large_rows_are_the_same_with_fewer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fewer in {"COUNTRY": 2000, "LISTS": 4, "STORED": 3000, "_AT_ONCE": 1000, "_ROUNDS": 1}.items():
        monkeypatch.setattr(large, name, fewer)
    assert "publish to 2,000" in rows_of(bench, "country")
    assert rows_of(bench, "beside")["store beside 3,000"].baseline


def test_large_says_beforehand_that_the_disk_is_too_small(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "_ROOM", 10**9)
    with pytest.raises(large.BenchNeedsRoom):
        rows_of(bench, "beside")


def test_a_command_that_fails_stops_the_bench(installation: None, tmp_path: Path) -> None:
    """A figure of a command that did nothing would be a lie."""
    with pytest.raises(BenchStopped, match=r"bench\.stopped"):
        run("publish", tmp_path / "nothing", "--environment", "production")
