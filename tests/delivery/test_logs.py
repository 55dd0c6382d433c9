"""What a worker's libraries log is a line of ours."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from eboxcast.delivery.remote import logs


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    """A library that was taken over, until the test ends."""
    library = logging.getLogger("psycopg.pool")
    before = library.handlers, library.propagate, library.level
    logs.take_over_libraries()
    yield library
    library.handlers, library.propagate = before[:2]
    library.setLevel(before[2])


def test_a_traceback_becomes_one_line(library: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    """With what the library says and the kind of failure; the failure's own words may repeat what was sent."""
    library.error("error connecting in %s\nmore of it", "pool-1", exc_info=ValueError("85073003328"))
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["failure"]) == ("library.said", "ValueError")
    assert said["said"] == "error connecting in pool-1"
    assert "85073003328" not in line


def test_what_is_no_warning_is_not_said(library: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    library.info("a connection was returned")
    assert capsys.readouterr().err == ""
