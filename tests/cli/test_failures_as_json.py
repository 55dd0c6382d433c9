"""Whoever asks for JSON gets JSON, also when the command fails."""

from __future__ import annotations

import json

import pytest
from tests.broadcasts import people
from tests.cli.conftest import Command
from tests.reports.broadcasts import Broadcasts


def test_a_run_that_is_not_there(broadcasts: Broadcasts, command: Command) -> None:
    code, out, err = command("status", "nowhere", "--json")
    failure = json.loads(out)
    assert failure["format"] == "eboxcast.error/1"
    assert failure["exit_code"] == code
    assert failure["sentence"] in err
    assert failure["reasons"] == []
    assert failure["next"] == [{"action": "run.see", "parameters": {}, "command": "eboxcast runs"}]


def test_without_json_the_results_stay_empty(broadcasts: Broadcasts, command: Command) -> None:
    code, out, err = command("status", "nowhere")
    assert code
    assert out == ""
    assert err


def test_a_state_that_forbids_it_is_told_in_one_line(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    code, out, _ = command("stop", run.short, "--reason", "too late", "--json")
    assert out.count("\n") == 1
    assert json.loads(out)["exit_code"] == code == 4


@pytest.mark.parametrize("words", [("check", "--json"), ("check", "--nonsense", "--json"), ("stop", "--json")])
def test_what_makes_no_sense(installation: None, command: Command, words: tuple[str, ...]) -> None:
    code, out, _ = command(*words)
    assert json.loads(out)["exit_code"] == code == 2


def test_a_report_asked_for_as_json(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    code, out, _ = command("report", run.short, "--format", "json", "--with-salt")
    assert (code, json.loads(out)["code"]) == (2, "report.verification-unclear")


def test_words_after_two_dashes_are_no_options(broadcasts: Broadcasts, command: Command) -> None:
    assert command("status", "--", "--json")[1] == ""


def test_a_faulty_package_is_answered_as_check_does(broadcasts: Broadcasts, command: Command) -> None:
    directory = broadcasts.directory(40, faulty=True)
    code, out, _ = command("publish", directory, "--environment", "production", "--json")
    assert (code, json.loads(out)["format"]) == (3, "eboxcast.check/1")


@pytest.mark.usefixtures("office")
def test_several_reasons_are_a_list(command: Command) -> None:
    people.confirmed()
    code, out, _ = command("--as", "lou", "broadcast", "arm", "2027-0001", "--json")
    failure = json.loads(out)
    assert code == failure["exit_code"] == 4
    assert len(failure["reasons"]) > 1
    assert all(reason["sentence"] for reason in failure["reasons"])
