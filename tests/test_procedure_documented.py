"""Each line of the procedure this began with has its place, and each place that is named is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reference/procedure.md").read_text("utf-8")
ORIGINAL = ROOT.parent / "shared/reference/procedure-broadcast-fr.txt"
HEADINGS = {"#", "Point d’action", "How to…", "Commentaire / Remarque", "/"}
"""Cells of the original's own table that say nothing."""


def test_each_line_of_the_original_is_on_the_page() -> None:
    if not ORIGINAL.exists():
        pytest.skip("the original procedure is not here")
    page = plain(PAGE)
    lines = [plain(line).removeprefix("· ") for line in ORIGINAL.read_text("utf-8").splitlines()]
    assert [line for line in lines if line and line not in HEADINGS and line not in page] == []


def test_each_module_and_test_that_is_named_exists() -> None:
    named = re.findall(r"`([a-z_]+/[\w/.]+)`", PAGE)
    places = (ROOT / "src/eboxcast", ROOT / "tests", ROOT)
    assert named
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def plain(text: str) -> str:
    """Return a text with every run of blanks, hard ones too, as one space."""
    return re.sub(r"\s+", " ", text).strip()
