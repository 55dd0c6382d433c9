"""The rows about sending really send: everybody gets the document, and the plain client makes the same calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eboxcast.delivery.models import Run, State
from eboxcast.tools.bench import remote
from eboxcast.tools.bench.measuring import Bar, Bench, Row, as_values
from eboxcast.tools.bench.publishing import BenchStopped

RECIPIENTS = 300


@pytest.fixture
def bench(installation: None, tmp_path: Path) -> Bench:
    return Bench(recipients=RECIPIENTS, folder=tmp_path, tell=lambda line: None)


@pytest.mark.faults
def test_every_mode_is_measured_beside_a_plain_client(bench: Bench) -> None:
    rows = list(remote.sending(bench, rounds=1, delay_ms=1))
    assert len(rows) == 6
    assert all(row.figure and row.baseline for row in rows)
    sent = Run.objects.order_by("created_at").values_list("state", "published_count")
    assert list(sent) == [(State.PUBLISHED, RECIPIENTS), (State.PUBLISHED, 5), (State.PUBLISHED, 10)]


@pytest.mark.faults
def test_one_worker_and_two_send_everything(bench: Bench) -> None:
    (row,) = remote.two_workers(bench, rounds=1, one_in=1, calls=20, delay_ms=1)
    assert row.figure
    assert row.baseline
    assert list(Run.objects.values_list("published_count", flat=True)) == [RECIPIENTS, RECIPIENTS]
    assert "EBOXCAST_TARGETS_FILE" not in os.environ


@pytest.mark.faults
@pytest.mark.root
def test_workers_in_networks_of_their_own_send_everything(bench: Bench) -> None:
    rows = list(remote.workers_in_networks(bench, networks=1, calls=(2, 4)))
    if not rows:
        pytest.skip("needs to make network namespaces, which is not allowed here")
    assert rows[0].name == "send with 2 workers in 1 networks"
    assert list(Run.objects.order_by("created_at").values_list("published_count", flat=True)) == [200, 400]


def test_a_worker_that_dies_stops_the_bench() -> None:
    """Nobody waits for work that nobody does."""
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as dead:
        dead.wait()
    with pytest.raises(BenchStopped):
        remote.wait_for(lambda: False, [dead])


@pytest.mark.parametrize(("figure", "holds"), [(170.0, True), (150.0, False)])
def test_a_rate_must_reach_its_bar(figure: float, holds: bool) -> None:
    values = as_values(Row(name="n", figure=figure, unit="/s", baseline=100, bar=Bar(least=1.6, of_baseline=True)))
    assert (values["holds"], values["bar"]) == (holds, "≥ 1.60 × baseline")
