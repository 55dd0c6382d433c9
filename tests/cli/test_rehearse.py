"""`rehearse` answers in words and as JSON, with the exit code publishing would have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from tests.cli.conftest import Command
from tests.cli.test_answers_documented import EXPLAINED
from tests.reports.broadcasts import Broadcasts
from tests.reports.test_documented import names_in

from eboxcast.delivery.models import Run
from eboxcast.targets.ebox_rest.options import EboxRestOptions

P = ("--environment", "production")


@pytest.fixture
def directory(broadcasts: Broadcasts) -> Path:
    """A package of forty people."""
    return broadcasts.directory()


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Production publishes to a provider that is not asked."""
    options = EboxRestOptions(base_url="http://127.0.0.1:1", largest_call=10)
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, "production": options})


def test_it_says_what_would_happen(directory: Path, command: Command) -> None:
    code, out, _ = command("rehearse", directory, *P)
    assert code == 0
    assert "nothing was stored" in out
    assert "It would be stored as a new run." in out
    assert "Without an active eBox now: 40 (40 never activated, 0 deactivated)." in out
    assert "estimated: nothing of this size has been measured here yet" in out
    assert not Run.objects.exists()


def test_faults_are_shown_as_check_shows_them(broadcasts: Broadcasts, command: Command) -> None:
    faulty = broadcasts.directory(faulty=True)
    assert command("rehearse", faulty, *P)[0] == 3
    code, out, _ = command("rehearse", faulty, *P, "--json")
    assert (code, json.loads(out)["format"]) == (3, "eboxcast.check/1")


def test_a_refusal_has_the_exit_code_of_publishing(broadcasts: Broadcasts, command: Command) -> None:
    broadcasts.published(ticket="t", seed=1)
    other = broadcasts.directory(30, ticket="t", seed=2)
    refused = command("rehearse", other, *P)
    published = command("publish", other, *P)
    assert refused[0] == published[0] == 3
    assert "It would be refused: Ticket t" in refused[1]


def test_a_window_too_short_is_not_allowed(directory: Path, command: Command) -> None:
    window = ("--not-before", "2035-02-15T18:00", "--not-after", "2035-02-15T18:00")
    code, out, _ = command("rehearse", directory, *P, *window)
    assert code == 4
    assert "Does not fit the window" in out


def test_an_unknown_sender_is_said_as_publishing_says_it(
    broadcasts: Broadcasts, directory: Path, command: Command
) -> None:
    text = next(directory.glob("*.xml"))
    text.write_text(text.read_text("utf-8").replace("DEMO-INFO", "DEMO-OTHER"), encoding="utf-8")
    code, _, err = command("rehearse", directory, *P)
    assert code == 3
    assert "DEMO-OTHER" in err


@pytest.mark.usefixtures("remote")
def test_a_remote_provider_is_told_by_its_calls_and_silences(directory: Path, command: Command) -> None:
    _, out, _ = command("rehearse", directory, *P)
    assert "Recipients without an active eBox: not known, because the provider was not asked." in out
    assert "Calls to the provider: " in out
    assert "The provider does not report: why a linked recipient is refused." in out


def test_each_name_in_the_json_is_explained(
    broadcasts: Broadcasts, directory: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = json.loads(command("rehearse", directory, *P, "--json")[1])
    options = EboxRestOptions(base_url="http://127.0.0.1:1")
    monkeypatch.setattr(settings, "EBOXCAST_TARGETS", {**settings.EBOXCAST_TARGETS, "production": options})
    there = json.loads(command("rehearse", directory, *P, "--json")[1])
    assert here["format"] == "eboxcast.rehearsal/1"
    assert (here["recipients"], here["eboxes"]["never_activated"]) == (40, 40)
    assert here["fits"]
    assert set(names_in({"here": here, "there": there})) - {"here", "there"} - EXPLAINED == set()
