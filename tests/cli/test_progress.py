"""Progress is for long work, and says rate and time left."""

from __future__ import annotations

from time import monotonic

import pytest

from eboxcast.cli.shell import progress


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.steps("Reading", 100) as advance:
        for _ in range(100):
            advance(1)
    assert capsys.readouterr() == ("", "")


def test_a_line_says_how_far_how_fast_and_how_long_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")
    said = progress.sentence("Reading", 150_000, 300_000, seconds=10.0)
    assert said == "Reading: 150,000 of 300,000 (50%), 15,000/s, 0:10 left"


def test_nothing_done_yet_is_no_division_by_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")
    assert "0 of 0 (0%)" in progress.sentence("Reading", 0, 0, seconds=0.0)


def test_hours_left_are_said_as_hours() -> None:
    assert "2:46:40" in progress.sentence("Reading", 1, 10_001, seconds=1.0)


def test_long_work_away_from_a_terminal_says_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first after a second."""
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")
    said, started = "", monotonic()
    with progress.steps("Reading", 1 << 40) as advance:
        while not said:
            advance(1)
            said = capsys.readouterr().err
        assert monotonic() - started > progress.SHORT
        advance(1)
    assert said.startswith("Reading: ")
    assert capsys.readouterr().err == ""
