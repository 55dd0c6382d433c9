"""The steward leads until a signal ends it, and says a trouble once, not after each pass."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from tests.broadcasts import people
from tests.cli.conftest import Command

from eboxcast.audit.models import Entry, Seal
from eboxcast.exchange.collection import take_in
from eboxcast.operations.steward import one_pass

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def unusable_drop_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The drop folder is a file."""
    folder = tmp_path / "drop"
    folder.write_text("no folder")
    monkeypatch.setattr(settings, "EBOXCAST_DROP_DIR", folder)
    return folder


def test_a_signal_ends_it_after_the_step_at_hand() -> None:
    program = Path(sys.executable).with_name("eboxcast")
    words = [str(program), "--as", "lou", "steward", "--every", "3600", "--json"]
    env = {**os.environ, "EBOXCAST_LANGUAGE": "en"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["format"] == "eboxcast.steward/1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_everything_is_sealed_and_a_second_pass_has_nothing_to_do(command: Command) -> None:
    people.scheduled()
    answer = json.loads(command("--as", "lou", "steward", "--once", "--json")[1])
    assert answer["sealed"] == Entry.objects.count() == Seal.objects.count()
    again = json.loads(command("--as", "lou", "steward", "--once", "--json")[1])
    assert (again["sealed"], again["led"], again["mails"]["made"]) == (0, [], 0)


def test_once_the_end_is_asked_for_no_step_is_begun() -> None:
    people.scheduled()
    done = one_pass(take_in, ended=lambda: True, whole=True, actor=people.LOU)
    assert done.sealed == 0
    assert not done.anything()
    assert not Seal.objects.exists()


def test_a_step_that_fails_does_not_keep_the_others_waiting(command: Command, unusable_drop_folder: Path) -> None:
    people.scheduled()
    code, out, _ = command("--as", "lou", "steward", "--once", "--json")
    answer = json.loads(out)
    assert len(answer["troubles"]) == 1
    assert code != 0
    assert answer["sealed"] > 0
