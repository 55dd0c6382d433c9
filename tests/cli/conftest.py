"""Commands run as their own process would, but in this one, on broadcasts made beforehand."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.broadcasts.conftest import january as january
from tests.cli.procedure_people import record_people
from tests.reports.broadcasts import Broadcasts
from tests.simulator.simulated import Simulated, Simulators

from eboxcast import __version__
from eboxcast.cli import main as cli_main
from eboxcast.delivery.models import Worker
from eboxcast.lib import clock
from eboxcast.targets.ebox_rest.options import EboxRestOptions

Command = Callable[..., tuple[int, str, str]]
Provider = Callable[..., Simulated]


@pytest.fixture
def broadcasts(installation: None, tmp_path: Path) -> Broadcasts:
    """An institution that sends and an operator who publishes, on empty databases."""
    return Broadcasts(tmp_path)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command; return its exit code, its results and its talk. ``given`` is its input, or the text of it."""
    monkeypatch.setenv("EBOXCAST_LANGUAGE", "en")

    def run(*words: object, given: str | io.StringIO = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eboxcast", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given) if isinstance(given, str) else given)
        with pytest.raises(SystemExit) as end:
            cli_main.run()
        return (int(end.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def office(procedure_on: None, january: None) -> None:
    """The procedure is on, it is Monday 18 January 2027, and everybody can be named with `--as`."""
    record_people()


@pytest.fixture
def provider(simulators: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Let production publish to an empty simulator, one batch at a time."""
    secret = tmp_path / "secret"
    secret.write_text("rehearsal", encoding="utf-8")

    def start(*words: object, links: bool = True) -> Simulated:
        simulated = simulators(*words, *([] if links else ["--no-link"]))
        remote = EboxRestOptions(
            base_url=simulated.registry,
            token_url=simulated.addresses["token"],
            client_id="rehearsal",
            client_secret_file=secret,
            links=links,
            largest_call=20,
            parallel=1,
        )
        monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, "production": remote})
        return simulated

    return start


@pytest.fixture
def known_workers(installation: None) -> None:
    """One of production works and one fell silent; two of acceptance work."""
    now = clock.now()
    seen = [("production", now), ("production", now - timedelta(minutes=50)), ("acceptance", now), ("acceptance", now)]
    for pid, (environment, seen_at) in enumerate(seen):
        Worker.objects.create(
            host="here", pid=pid, environment=environment, version=__version__, started_at=now, seen_at=seen_at
        )
