"""`exchange collect`, the steward's pass and doctor, on drop folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from tests.actors import master
from tests.cli.conftest import Command
from tests.delivery.procedure import INSTITUTION, Story
from tests.exchange.dropping import Dropping, age

from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders


@pytest.fixture
def dropping(office: None, tmp_path: Path) -> Dropping:
    """The folders of an institution, whose broadcast waits for its files."""
    load_senders(write_sample(tmp_path / "senders", recipients=1).message_types, actor=master("somebody"))
    return Dropping(tmp_path / "drop", Story(tmp_path))


def run(command: Command, dropping: Dropping, *words: object) -> tuple[int, str, str]:
    with override_settings(EBOXCAST_DROP_DIR=dropping.root):
        return command("--as", "lou", *words)


def test_a_set_is_told_in_a_line(command: Command, dropping: Dropping) -> None:
    dropping.put()
    code, out, _ = run(command, dropping, "exchange", "collect", "--once")
    assert (code, out) == (0, f"{INSTITUTION}, acceptance: {dropping.reference()}: accepted and prepared.\n")


def test_a_set_is_told_as_json(command: Command, dropping: Dropping) -> None:
    dropping.put_cancel()
    _, out, _ = run(command, dropping, "exchange", "collect", "--once", "--json")
    assert json.loads(out) == {
        "format": "eboxcast.exchange/1",
        "institution": INSTITUTION,
        "environment": "acceptance",
        "reference": dropping.reference(),
        "broadcast": None,
        "outcome": "refused",
        "codes": [205],
        "trouble": None,
    }


def test_nothing_to_take_is_no_failure(command: Command, dropping: Dropping) -> None:
    assert run(command, dropping, "exchange", "collect", "--once")[:2] == (0, "")


def test_a_folder_that_cannot_be_answered_in_is_a_failure(command: Command, dropping: Dropping, tmp_path: Path) -> None:
    dropping.put()
    (dropping.own / "OUTTEST").rmdir()
    (dropping.own / "OUTTEST").symlink_to(tmp_path)
    code, _, said = run(command, dropping, "exchange", "collect", "--once")
    assert code == 1
    assert "cannot be used" in said


def test_without_a_drop_folder_the_command_says_how_to_set_one(command: Command, office: None) -> None:
    code, _, said = command("--as", "lou", "exchange", "collect", "--once")
    assert code == 2
    assert "EBOXCAST_DROP_DIR" in said


def test_an_institution_does_not_collect(command: Command, dropping: Dropping) -> None:
    with override_settings(EBOXCAST_DROP_DIR=dropping.root):
        assert command("--as", "anne", "exchange", "collect", "--once")[0] == 4


def test_the_steward_takes_what_is_there(command: Command, dropping: Dropping) -> None:
    dropping.put()
    code, out, _ = run(command, dropping, "steward", "--once", "--json")
    assert code == 0
    assert [one["outcome"] for one in json.loads(out)["files"]] == ["accepted"]


def test_doctor_points_out_what_lies_there_for_long(command: Command, dropping: Dropping) -> None:
    age(dropping.put_parts(dropping.story.files(2), dropping.reference()), timedelta(days=2))
    with override_settings(EBOXCAST_DROP_DIR=dropping.root):
        _, out, _ = command("doctor", "--json")
    (found,) = [check for check in json.loads(out)["checks"] if check["name"] == "drop-folders"]
    assert found["state"] == "attention"
    assert f"3 files have been in {INSTITUTION}/INTEST" in found["says"]


def test_a_collector_takes_what_comes_and_ends_on_a_signal(dropping: Dropping) -> None:
    """A real process: what it says of the set is the condition that is waited for."""
    program = Path(sys.executable).with_name("eboxcast")
    words = [str(program), "--as", "lou", "exchange", "collect", "--every", "1"]
    env = {**os.environ, "EBOXCAST_DROP_DIR": str(dropping.root), "EBOXCAST_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert "Collecting files from" in process.stderr.readline()
        dropping.put_cancel()
        assert "refused" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
