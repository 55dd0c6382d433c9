"""runs, status, stop, resume, discard and recall say where a run stands, what follows, and what comes next."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from tests.actors import master
from tests.cli.conftest import Command
from tests.reports.broadcasts import OPERATOR, Broadcasts

from eboxcast.audit.models import Entry
from eboxcast.delivery.models import Action, Intent, Run, State
from eboxcast.delivery.runs.actions import recall as recall_run
from eboxcast.delivery.runs.intents import intend
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib import clock
from eboxcast.lib.formatting import moment_in
from eboxcast.mailboxes.models import Release

P = "production"
REASON = ("--reason", "wrong letter")


def state_of(run: Run) -> str:
    return settle(Run.objects.get(id=run.id)).state


def steps_of(out: str) -> list[list[str]]:
    """Return the commands a status names."""
    return [step["command"].split()[1:] for step in json.loads(out)["next"]]


def test_runs_come_newest_first_with_how_they_stand(broadcasts: Broadcasts, command: Command) -> None:
    first, second = broadcasts.prepared("acceptance"), broadcasts.published()
    code, out, _ = command("runs")
    assert code == 0
    heading, *lines = out.splitlines()
    assert heading.split() == ["Run", "Environment", "State", "Since", "Recipients", "Ticket", "Title"]
    assert [line.split()[:3] for line in lines] == [
        [second.short, P, "published"],
        [first.short, "acceptance", "prepared"],
    ]


def test_runs_can_be_limited_and_paged(broadcasts: Broadcasts, command: Command) -> None:
    made = [broadcasts.prepared(recipients=3) for _ in range(3)]
    _, out, err = command("runs", "--limit", "2")
    assert [line.split()[0] for line in out.splitlines()[1:]] == [made[2].short, made[1].short]
    assert f"eboxcast runs --before {made[1].short}" in err
    _, out, err = command("runs", "--before", made[1].short)
    assert [line.split()[0] for line in out.splitlines()[1:]] == [made[0].short]
    assert err == ""


def test_runs_as_json_keep_their_promise(broadcasts: Broadcasts, command: Command) -> None:
    broadcasts.prepared("acceptance")
    run = broadcasts.published()
    code, out, _ = command("runs", "--environment", P, "--json")
    answer = json.loads(out)
    assert (code, answer["format"]) == (0, "eboxcast.runs/1")
    assert not answer["more"]
    (listed,) = answer["runs"]
    assert listed["run"] == str(run.id)
    assert (listed["state"], listed["published"], listed["by"]) == ("published", 40, "ines@sender")
    assert listed["asked"]


def test_no_runs_yet_says_how_to_begin(broadcasts: Broadcasts, command: Command) -> None:
    code, out, err = command("runs")
    assert (code, out) == (0, "")
    assert "eboxcast publish DIR" in err


def test_a_run_nobody_knows_is_wrong_use(broadcasts: Broadcasts, command: Command) -> None:
    code, _, err = command("status", "12345678")
    assert code == 2
    assert "There is no run 12345678" in err


NEXT = {
    State.PREPARED: ["launch", "stop", "discard"],
    State.STOPPED: ["resume", "discard"],
    State.PUBLISHED: ["report", "recall"],
    State.DISCARDED: ["report"],
}


@pytest.mark.parametrize("state", NEXT)
def test_status_names_the_commands_that_can_come_next(broadcasts: Broadcasts, command: Command, state: State) -> None:
    run = broadcasts.published() if state == State.PUBLISHED else broadcasts.prepared()
    if state in (State.STOPPED, State.DISCARDED):
        command({"stopped": "stop", "discarded": "discard"}[state], run.short, *REASON)
    code, out, _ = command("status", run.short, "--json")
    assert (code, json.loads(out)["state"]) == (0, state)
    assert [words[0] for words in steps_of(out)] == NEXT[state]


def test_the_commands_that_status_names_work(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    for expected in ("stop", "resume", "launch", "recall"):
        _, out, _ = command("status", run.short, "--json")
        named = next(step["command"] for step in json.loads(out)["next"] if f" {expected} " in step["command"])
        assert command(*shlex.split(named)[1:])[0] == 0, named
    assert state_of(run) == State.RECALLED


def test_status_says_since_when_and_by_whom(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    _, out, _ = command("status", run.ticket)
    assert run.visible_at is not None
    assert f"published since {moment_in(run.visible_at, 'en')} · {OPERATOR}" in out
    assert "Published to all 40 recipients" in out


def test_an_interrupted_launch_is_shown_with_what_continues_it(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    intend(run, Action.LAUNCH, by=OPERATOR, changes={"state": State.RUNNING, "launched_by": OPERATOR})
    _, out, _ = command("status", run.short)
    assert re.search(rf"Requested by {OPERATOR} on .* not done yet: launch", out)
    (pending,) = json.loads(command("status", run.short, "--json")[1])["pending"]
    assert pending["command"] == f"eboxcast launch {run.short}"
    assert command(*pending["command"].split()[1:])[0] == 0
    assert state_of(run) == State.PUBLISHED


def test_an_interrupted_preparation_is_shown_with_what_continues_it(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    Intent.objects.all().delete()
    never_stored = Run.objects.create(
        environment=P,
        state=State.PREPARING,
        ticket="other",
        created_at=clock.now(),
        created_by=OPERATOR,
        particulars={**run.particulars, "policies": {"duplicates": "block", "faulty_rows": "exclude"}},
        document_digest=b"",
        metadata_digest=b"",
    )
    intend(never_stored, Action.PREPARE, by=OPERATOR)
    (pending,) = json.loads(command("status", "other", "--json")[1])["pending"]
    expected = "eboxcast prepare DIR --environment production --duplicates block --faulty-rows exclude"
    assert pending["command"] == expected


def test_stop_says_whom_nothing_reaches_and_how_to_take_it_back(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    code, out, _ = command("stop", run.short, *REASON)
    assert (code, state_of(run)) == (0, State.STOPPED)
    assert "any of its 40 recipients" in out
    assert f"eboxcast resume {run.short}" in out
    assert command("launch", run.short)[0] == 4


def test_resume_makes_it_launchable_and_nothing_more(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    command("stop", run.short, *REASON)
    code, out, _ = command("resume", run.short)
    assert (code, state_of(run)) == (0, State.PREPARED)
    assert f"eboxcast launch {run.short}" in out


def test_discard_is_for_good(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    code, out, _ = command("discard", run.short, *REASON)
    assert (code, state_of(run)) == (0, State.DISCARDED)
    assert "Discarded: none of its 40 recipients" in out
    assert command("resume", run.short)[0] == command("launch", run.short)[0] == 4


def test_recall_says_how_many_had_it_and_that_it_cannot_be_undone(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    code, out, _ = command("recall", run.short, *REASON)
    assert (code, state_of(run)) == (0, State.RECALLED)
    assert "no longer visible to any of its 40 recipients" in out
    assert "0 had opened it.\nThis cannot be undone" in out
    assert Entry.objects.get(run=run.id, action="run.recalled").data["reason"] == "wrong letter"


@pytest.mark.parametrize("asked", ["stop", "discard"])
def test_what_is_visible_cannot_be_stopped_or_discarded(broadcasts: Broadcasts, command: Command, asked: str) -> None:
    run = broadcasts.published()
    code, out, err = command(asked, run.short, *REASON)
    assert (code, out, state_of(run)) == (4, "", State.PUBLISHED)
    assert f"eboxcast status {run.short}" in err


@pytest.mark.parametrize("reason", ["", "  ", "for 00.01.01-001.05"])
def test_a_reason_says_something_and_names_nobody(broadcasts: Broadcasts, command: Command, reason: str) -> None:
    run = broadcasts.prepared()
    code, _, err = command("stop", run.short, "--reason", reason)
    assert (code, state_of(run)) == (2, State.PREPARED)
    assert "001.05" not in err


def test_without_a_reason_nothing_is_stopped(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    assert command("stop", run.short)[0] == 2
    assert state_of(run) == State.PREPARED


def test_decisions_as_json_are_the_new_status(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.prepared()
    code, out, err = command("stop", run.short, *REASON, "--json")
    answer = json.loads(out)
    assert (code, answer["format"], answer["state"]) == (0, "eboxcast.status/1", "stopped")
    assert answer["reason"] == "wrong letter"
    assert "Stopped." in err


def test_status_records_what_a_killed_process_could_not(broadcasts: Broadcasts, command: Command) -> None:
    """A recall was intended, and nobody got to doing it: the next look does."""
    run = broadcasts.published()
    intend(run, Action.RECALL, by=OPERATOR, reason="wrong letter", changes={"reason": "wrong letter"})
    assert "Recalled at" in command("status", run.short)[1]
    assert Release.objects.using(P).get(run=run.id).recalled_at is not None


def test_recalling_twice_changes_nothing(broadcasts: Broadcasts, command: Command) -> None:
    run = recall_run(broadcasts.published(), actor=master(OPERATOR), reason="first")
    assert command("recall", run.short, *REASON)[0] == 0
    assert Run.objects.get(id=run.id).reason == "first"
