"""`eboxcast bench` answers with rows, on an installation of its own of which nothing is left."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Eboxcast

from eboxcast.tools.bench.measuring import Bar, Row, as_values, pairs, percentile

KEYS = ["name", "figure", "unit", "baseline", "ratio", "bar", "holds", "note"]


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder with a short path, as sockets need it, through which the system user of the server may pass."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)
    yield folder
    folder.rmdir()  # which also says that nothing was left in it


def test_the_answer_is_a_list_of_rows_and_nothing_is_left(eboxcast: Eboxcast, room: Path) -> None:
    """It makes a server of its own, measures, and takes all of it away again."""
    words = ("bench", "--recipients", 1000, "--only", "store", "--json")
    done = eboxcast(*words, env={"TMPDIR": str(room), "EBOXCAST_BUCKET_PRIME": "nonsense"})
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == ["store", "space per stored recipient"]
    assert all(list(row) == KEYS for row in rows)
    assert list(room.iterdir()) == []


def test_an_unknown_benchmark_is_wrong_use(eboxcast: Eboxcast) -> None:
    done = eboxcast("bench", "--only", "speed")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Choose from: check, store, " in done.stderr


@pytest.mark.parametrize(
    ("figure", "baseline", "bar", "ratio", "holds", "shown"),
    [
        (3.0, 1.0, Bar(most=6, of_baseline=True), 3.0, True, "≤ 6.00 × baseline"),
        (3.0, 0.25, Bar(most=6, of_baseline=True), 12.0, False, "≤ 6.00 × baseline"),
        (3.0, 1.0, Bar(most=2), 3.0, False, "≤ 2.00 s"),
        (300_000.4, None, Bar(most=300_001), None, True, "≤ 300,001 s"),
        (0.5, 2.0, None, 0.25, None, None),
    ],
)
def test_a_bar_holds_for_the_figure_or_for_its_ratio(
    figure: float, baseline: float | None, bar: Bar | None, ratio: float | None, holds: bool | None, shown: str | None
) -> None:
    values = as_values(Row(name="n", figure=figure, unit="s", baseline=baseline, bar=bar))
    assert (values["ratio"], values["holds"], values["bar"]) == (ratio, holds, shown)


def test_pairs_are_done_in_turn() -> None:
    done: list[str] = []
    pairs(lambda: done.append("ours"), lambda: done.append("theirs"), rounds=2)
    assert done == ["ours", "theirs", "ours", "theirs"]


def test_the_99th_percentile_is_not_the_slowest() -> None:
    assert percentile(list(range(1000, 0, -1)), 0.99) == 991
    assert percentile([5.0], 0.99) == 5.0
