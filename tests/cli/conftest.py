"""Commands run as their own process would, but in this one, on broadcasts made beforehand."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reports.broadcasts import Broadcasts

from eboxcast.cli import main as cli_main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def broadcasts(installation: None, tmp_path: Path) -> Broadcasts:
    """An institution that sends and an operator who publishes, on empty databases."""
    return Broadcasts(tmp_path)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command; return its exit code, its results and its talk."""
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")

    def run(*words: object, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eboxcast", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as end:
            cli_main.run()
        return (int(end.value.code or 0), *capsys.readouterr())

    return run
