"""What the owner of the eBoxes says of them is taken over whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eboxcast.database.environments import environment_connection
from eboxcast.mailboxes.audiences import newest_numbers
from eboxcast.mailboxes.errors import EboxFileWrong
from eboxcast.mailboxes.loading import load_eboxes
from eboxcast.mailboxes.models import Ebox, EboxPredecessor

A = "acceptance"
HEADER = "identifier;state;ebox_only;replaces\n"
FileOf = Callable[[str], Path]


@pytest.fixture
def file_of(tmp_path: Path, installation: None) -> FileOf:
    """Write a file of eBoxes."""

    def write(rows: str, *, header: str = HEADER) -> Path:
        path = tmp_path / "eboxes.csv"
        path.write_text(header + rows, encoding="utf-8")
        return path

    return write


def test_states_are_taken_over_and_counted(file_of: FileOf) -> None:
    """Citizens and enterprises in one file; the last row of a number counts."""
    rows = "85073003328;never;no;\n85073003328;active;no;\n90011500287;never;no;\n0456789034;deactivated;yes;\n"
    loaded = load_eboxes(A, file_of(rows))
    assert (loaded.rows, loaded.ebox_only, loaded.states["never"]) == (4, 1, 2)
    found = {box.mailbox: box for box in Ebox.objects.using(A)}
    assert found[85073003328].activated_at
    assert found[90011500287].activated_at is None
    assert found[10**12 + 456789034].deactivated_at


def test_loading_again_keeps_the_moment_a_state_began(file_of: FileOf) -> None:
    """An eBox that stays active has been active since the first time."""
    path = file_of("85073003328;active;no;\n")
    load_eboxes(A, path)
    first = Ebox.objects.using(A).get().activated_at
    load_eboxes(A, path)
    assert Ebox.objects.using(A).get().activated_at == first


def test_a_replaced_number_leads_to_the_newer_one(file_of: FileOf) -> None:
    """Prepare maps old to new; the eBox finds what was sent to the old."""
    loaded = load_eboxes(A, file_of("85073003328;active;no;98472899765\n"))
    assert loaded.replaced == 1
    keys = np.array([90011500287, 98472899765], dtype=np.int64)
    newest, moved = newest_numbers(environment_connection(A), keys, prime=16381)
    assert (newest.tolist(), moved) == ([90011500287, 85073003328], 1)
    assert EboxPredecessor.objects.using(A).get().old == 98472899765


@pytest.mark.parametrize(
    ("rows", "line"),
    [("85073003328;active;no;\n85073003329;active;no;\n", 3), ("85073003328;asleep;no;\n", 2), ("85073003328\n", 2)],
)
def test_one_wrong_row_loads_nothing(file_of: FileOf, rows: str, line: int) -> None:
    """The line is named, the number is not."""
    with pytest.raises(EboxFileWrong) as refusal:
        load_eboxes(A, file_of(rows))
    assert refusal.value.data["line"] == line
    assert "8507300332" not in str(refusal.value)
    assert not Ebox.objects.using(A).exists()


def test_a_file_without_its_columns_is_refused(file_of: FileOf) -> None:
    """The missing columns are named."""
    with pytest.raises(EboxFileWrong, match="ebox_only"):
        load_eboxes(A, file_of("x;y\n", header="identifier;state\n"))
