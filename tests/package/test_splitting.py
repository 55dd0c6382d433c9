"""A list is split into balanced parts whose bytes are those of the list."""

from __future__ import annotations

import resource
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eboxcast.package.errors import ListRefused, PartInTheWay, PartNotWritten
from eboxcast.package.lists import read_list
from eboxcast.package.lists.oversized import parts_for
from eboxcast.package.model import EboxType, Limits
from eboxcast.package.splitting import split_list

ONE = "85073003328"


@pytest.mark.parametrize(
    ("rows", "parts"),
    [(1, 1), (300_000, 1), (300_001, 2), (600_000, 2), (1_000_000, 4), (3_000_000, 10), (11_800_000, 40)],
)
def test_as_few_parts_as_possible(rows: int, parts: int) -> None:
    assert parts_for(rows, 300_000) == parts


def test_parts_are_balanced_named_in_order_and_have_the_header(tmp_path: Path) -> None:
    path = tmp_path / "april.csv"
    path.write_text("NISS;Nom\n" + "".join(f"{ONE};{number}\n" for number in range(10)))
    parts = split_list(path, tmp_path / "parts", most=4)
    assert [(part.path.name, part.rows) for part in parts] == [
        ("april-01.csv", 4),
        ("april-02.csv", 3),
        ("april-03.csv", 3),
    ]
    assert parts[1].path.read_text() == f"NISS;Nom\n{ONE};4\n{ONE};5\n{ONE};6\n"
    assert sorted(each.name for each in (tmp_path / "parts").iterdir()) == [part.path.name for part in parts]


def test_a_header_with_unknown_names_is_a_header_and_a_number_is_none(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Persoon;Naam\n{ONE};a\n{ONE};b\n")
    assert [part.rows for part in split_list(path, tmp_path / "named", most=1)] == [1, 1]
    path.write_text(f"{ONE};a\n{ONE};b\n")
    assert [part.path.read_text() for part in split_list(path, tmp_path / "bare", most=1)] == [
        f"{ONE};a\n",
        f"{ONE};b\n",
    ]


name = st.sampled_from(["Maes", "Lefèvre", '"two\nlines"', '"a;b"', '5" pipe', ""])


@given(
    names=st.lists(name, min_size=1, max_size=30),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]),
    most=st.integers(1, 12),
    header=st.booleans(),
    blanks=st.booleans(),
)
def test_the_parts_put_together_are_the_list(
    names: list[str], end: str, encoding: str, most: int, header: bool, blanks: bool
) -> None:
    head = f"NISS;Nom{end}" if header else ""
    body = "".join(f"{ONE};{each}{end}" + end * blanks for each in names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.csv")
        path.write_bytes((head + body).encode(encoding))
        parts = split_list(path, Path(folder, "out"), most=most)
        texts = [part.path.read_bytes() for part in parts]
        counted = [read_list(part.path, ebox_type=EboxType.CITIZEN, limits=Limits()).rows for part in parts]
    assert head + "".join(text.decode(encoding).removeprefix(head) for text in texts) == head + body
    assert texts[0] == (head + body).encode(encoding)[: len(texts[0])]
    assert counted == [part.rows for part in parts]
    assert sum(counted) == len(names)
    assert max(counted) <= most
    assert max(counted) - min(counted) <= 1


def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path: Path) -> None:
    path, there = tmp_path / "list.csv", tmp_path / "list-02.csv"
    path.write_text(f"{ONE}\n" * 3)
    there.write_text("mine")
    with pytest.raises(PartInTheWay):
        split_list(path, tmp_path, most=1)
    assert {each.name for each in tmp_path.iterdir()} == {"list.csv", "list-02.csv"}
    assert there.read_text() == "mine"


def test_a_list_that_breaks_off_half_way_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"NISS;Nom\n{ONE};a\n{ONE};b\n" + f'{ONE};"open\n')
    with pytest.raises(ListRefused) as refused:
        split_list(path, tmp_path / "out", most=1)
    assert (refused.value.fault.code, refused.value.fault.line) == ("list.quote-open", 4)
    assert not (tmp_path / "out").exists()


def test_a_list_that_changes_between_counting_and_copying_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"NISS\n{ONE}\n{ONE}\n")
    mkdir = Path.mkdir

    def grow_then_mkdir(self: Path, *arguments: object, **options: object) -> None:
        path.write_text(f"NISS\n{ONE}\n{ONE}\n{ONE}\n")
        mkdir(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", grow_then_mkdir)
    with pytest.raises(ListRefused) as refused:
        split_list(path, tmp_path / "out", most=1)
    assert refused.value.fault.code == "list.changed"
    assert not (tmp_path / "out").exists()


def test_a_list_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("NISS;Nom\n\n")
    with pytest.raises(ListRefused) as refused:
        split_list(path, tmp_path / "out")
    assert refused.value.fault.code == "list.no-rows"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path, file = tmp_path / "list.csv", tmp_path / "file"
    path.write_text(f"{ONE}\n")
    file.touch()
    with pytest.raises(PartNotWritten):
        split_list(path, file / "out")


@contextmanager
def smallest_files() -> Iterator[None]:
    """Let the system refuse to write more than a few bytes to a file, as it does when the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_parts_that_cannot_be_written_to_their_end_leave_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "list.csv", tmp_path / "out"
    path.write_text(f"{ONE}\n" * 9)
    with pytest.raises(PartNotWritten) as refused, smallest_files():
        split_list(path, out, most=3)
    assert refused.value.data["reason"] == "File too large"
    assert not out.exists()


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{ONE};{'x' * 1000}\n" * 20_000)
    tracemalloc.start()
    try:
        parts = split_list(path, tmp_path / "out", most=15_000)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert [part.rows for part in parts] == [10_000, 10_000]
