"""What is shown of a broadcast: where it stands, all there is of it, its history; the list, the most urgent first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.broadcasts import people
from tests.broadcasts.people import set_clock
from tests.cli.conftest import Command
from tests.reports.test_documented import names_in

from eboxcast.broadcasts import acceptance, contacts, production, scheduling
from eboxcast.broadcasts.models import Broadcast, SeenIn

PAGE = (Path(__file__).parents[2] / "docs/reference/broadcast-json.md").read_text("utf-8")
EXPLAINED = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
N = "2027-0001"
STAGES = (
    people.requested,
    people.scheduled,
    people.tested,
    people.approved,
    people.delivered,
    people.confirmed,
    people.ready,
    people.published,
)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("stage", STAGES)
def test_every_name_in_the_json_is_explained_and_every_turn_has_its_command(
    command: Command, stage: Callable[[], Broadcast]
) -> None:
    stage()
    code, out, _ = command("--as", "ines", "broadcast", "show", N, "--json")
    answer = json.loads(out)
    free = {"history", "faults", "institution_names"}
    assert (code, set(names_in({k: v for k, v in answer.items() if k not in free})) - EXPLAINED) == (0, set())
    without = [step["sentence"] for step in answer["next"] if step["turn"] and not step["command"]]
    assert bool(without) <= bool(answer["missing"])
    assert command("--as", "anne", "broadcast", "show", N)[0] == 0


@pytest.mark.usefixtures("office")
def test_the_sheet_has_the_date_with_its_weekday_and_the_terms(command: Command) -> None:
    people.delivered()
    out = command("--as", "bram", "broadcast", "show", N)[1]
    assert "Monday 15 February 2027" in out
    assert re.search(r"reconfirmation +by Monday 1 February 2027 +done on 18 January 2027 at 09:00", out)
    assert "Test results for the short list:" in out


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("language", "day"), [("fr", "lundi 15 février 2027"), ("de", "Montag, 15. Februar 2027")])
def test_the_sheet_is_in_the_readers_language(
    command: Command, monkeypatch: pytest.MonkeyPatch, language: str, day: str
) -> None:
    people.scheduled()
    monkeypatch.setenv("EBOXCAST_LANGUAGE", language)
    out = command("--as", "anne", "broadcast", "show", N)[1]
    assert day in out
    assert "Waiting for" not in out


@pytest.mark.usefixtures("office")
def test_the_history_is_what_the_audit_has(command: Command) -> None:
    people.scheduled()
    assert command("--as", "ines", "broadcast", "note", N, "They called: all well.")[0] == 0
    out = command("--as", "ines", "broadcast", "show", N, "--history")[1]
    assert (
        re.findall(r"broadcast\.\w+", out)
        == [
            "broadcast.requested",
            "broadcast.accepted",
            "broadcast.accepted",
            "broadcast.scheduled",
            "broadcast.noted",
        ]
        or "broadcast.scheduled" in out
    )
    assert "from=requested to=scheduled date=2027-02-15 side=operator" in out
    assert "They called: all well." in command("--as", "anne", "broadcast", "show", N)[1]
    answer = json.loads(command("--as", "ines", "broadcast", "show", N, "--history", "--json")[1])
    assert {one["action"] for one in answer["history"]} >= {"broadcast.requested", "broadcast.noted"}


@pytest.mark.usefixtures("office")
def test_a_note_holds_no_national_number_and_is_not_empty(command: Command) -> None:
    people.requested()
    for text in ("85.07.30-033.28 called", "  ", "two\nlines"):
        assert command("--as", "ines", "broadcast", "note", N, text)[0] == 2


@pytest.mark.usefixtures("office")
def test_the_list_has_the_most_urgent_first_and_those_that_ended_only_when_asked(command: Command) -> None:
    people.requested()
    people.scheduled()
    scheduling.refuse(people.requested(), actor=people.VERA, reason="no")
    people.scheduled(people.DAY.replace(day=8))
    rows = command("--as", "ines", "broadcast", "list")[1].splitlines()
    assert [row.split()[0] for row in rows[1:]] == ["2027-0004", "2027-0002", "2027-0001"]
    ended = command("--as", "ines", "broadcast", "list", "--ended")[1].splitlines()
    assert ended[-1].split()[0] == "2027-0003"


@pytest.mark.usefixtures("office")
def test_the_list_can_be_asked_for_mine_late_a_state_or_a_campaign(command: Command) -> None:
    people.requested(campaign="spring")
    people.scheduled()

    def listed(name: str, *words: str) -> list[str]:
        answer = json.loads(command("--as", name, "broadcast", "list", "--json", *words)[1])
        return [one["number"] for one in answer["broadcasts"]]

    assert listed("vera", "--mine") == ["2027-0001"]
    assert listed("anne", "--mine") == ["2027-0002"]
    assert listed("ines", "--state", "scheduled") == ["2027-0002"]
    assert listed("ines", "--campaign", "spring") == ["2027-0001"]
    assert listed("ines", "--late") == []
    set_clock("2027-02-09T09:00")
    assert listed("ines", "--late") == ["2027-0002"]


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("words", [("list",), ("show", N), ("go", N), ("note", N, "x")])
def test_with_the_procedure_off_there_are_no_broadcasts(command: Command, words: tuple[str, ...]) -> None:
    code, _, said = command("broadcast", *words)
    assert code == 4
    assert "eboxcast migrate --procedure on" in said


@pytest.mark.usefixtures("office")
def test_the_calendar_shows_what_is_planned(command: Command) -> None:
    people.scheduled()
    out = command("--as", "vera", "calendar", "--from", "2027-02-15", "--to", "2027-02-16")[1]
    assert "planned: 1 of 10 broadcasts, 180,000 of 12,000,000 recipients" in out.splitlines()[1]
    asked = ("calendar", "deadlines", "2027-02-15", "--recipients", "11900000")
    assert "With 180,000 already planned" in command("--as", "vera", *asked)[1]


@pytest.mark.usefixtures("office")
def test_the_follow_up_sheet_says_who_is_not_named_until_the_launch(command: Command) -> None:
    broadcast = people.scheduled()
    contacts.set_contact(broadcast, actor=people.ANNE, team="", name="Anne", phone="02 000 00 00")
    out = command("--as", "ines", "broadcast", "show", N)[1]
    assert re.search(r"the institution +Anne", out)
    assert re.search(r"gatb +no one named yet", out)
    Broadcast.objects.update(state="closed")
    assert "no one named yet" not in command("--as", "ines", "broadcast", "show", N)[1]


@pytest.mark.usefixtures("office")
def test_an_armed_broadcast_only_waits_for_its_window(command: Command) -> None:
    production.arm(people.ready(), actor=people.LOU)
    answer = json.loads(command("--as", "lou", "broadcast", "show", N, "--json")[1])
    assert (answer["missing"], [step["command"] for step in answer["next"]]) == ([], [None])
    set_clock("2027-02-16T06:00")
    answer = json.loads(command("--as", "lou", "broadcast", "show", N, "--json")[1])
    assert [one["code"] for one in answer["missing"]] == ["broadcast.outside-window"]


@pytest.mark.usefixtures("office")
def test_no_date_that_has_passed_is_offered(command: Command) -> None:
    people.requested(dates=(people.DAY, people.DAY.replace(month=3)))
    set_clock("2027-02-16T09:00")
    assert f"decide {N} accept --date 2027-03-15" in command("--as", "vera", "broadcast", "show", N)[1]
    set_clock("2027-03-16T09:00")
    out = command("--as", "vera", "broadcast", "show", N)[1]
    assert f"decide {N} postpone" in out
    assert f"want {N} DATE" in out
    assert "accept --date" not in out


@pytest.mark.usefixtures("office")
def test_the_sheet_has_what_was_corrected_and_who_is_not_named_yet(command: Command) -> None:
    broadcast = people.tested()
    acceptance.judge(broadcast, actor=people.ANNE, seen=people.seen(passed=False), seen_in=SeenIn.EBOX)
    right = [replace(one, remark="my window") for one in people.seen()]
    acceptance.judge(broadcast, actor=people.ANNE, seen=right, seen_in=SeenIn.PROOF)
    out = command("--as", "ines", "broadcast", "show", N)[1]
    corrected = out.partition("Test results that were corrected:")[2].partition("\n\n")[0]
    assert corrected.count("failed") == len(right)
    assert re.search(r"^ +1 +passed: my window", out, re.MULTILINE)
    assert re.search(r"^ +gatb +no one named yet", out, re.MULTILINE)
