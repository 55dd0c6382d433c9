"""What publishing means when something of the same ticket is already there (design §5, "Identity of a message")."""

from __future__ import annotations

import json
import shutil

from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine

ACCEPTANCE = ("--environment", "acceptance")
PRODUCTION = ("--environment", "production")
WHY = ("--reason", "wrong text")


def with_half_of(first: Letter, second: Letter) -> Letter:
    """Put one list of the first package in the place of one of the second."""
    shutil.copyfile(first.lists[0], second.lists[0])
    return second


def test_the_same_again_is_already_published(machine: Machine, new_letter: NewLetter) -> None:
    command = ("publish", new_letter("same", recipients=20).directory, *PRODUCTION)
    assert machine.run(*command).returncode == 0
    again = machine.run(*command)
    assert again.returncode == 0
    assert "Already published in production on " in again.stderr
    assert machine.states() == ["published"]


def test_other_lists_need_a_word_and_then_reach_the_rest_only(machine: Machine, new_letter: NewLetter) -> None:
    first, second = new_letter("more", recipients=20), new_letter("more", recipients=20, seed=2)
    both = sorted({*first.keys, *with_half_of(first, second).keys})
    command = ("publish", second.directory, *PRODUCTION)
    assert machine.run("publish", first.directory, *PRODUCTION).returncode == 0
    refused = machine.run(*command)
    assert refused.returncode == 3
    assert "--add" in refused.stderr
    added = machine.run(*command, "--add", "--json")
    assert json.loads(added.stdout)["totals"]["already"] == 10
    assert machine.audience("production", "more") == both
    assert len(both) == 30


def test_other_content_of_a_visible_ticket_is_refused_in_production(machine: Machine, new_letter: NewLetter) -> None:
    first, second = new_letter("content"), new_letter("content", language="nl")
    assert machine.run("publish", first.directory, *PRODUCTION).returncode == 0
    refused = machine.run("publish", second.directory, *PRODUCTION, "--add")
    assert refused.returncode == 3
    assert "Ticket content" in refused.stderr
    assert "new Ticket" in refused.stderr


def test_in_acceptance_the_next_round_takes_the_place_in_one_moment(machine: Machine, new_letter: NewLetter) -> None:
    first, second = new_letter("rounds", recipients=20), new_letter("rounds", recipients=30, language="nl")
    with machine.observed("acceptance") as observer:
        for letter in (first, second):
            assert machine.run("publish", letter.directory, *ACCEPTANCE).returncode == 0
    assert observer.seen == [(), (20,), (30,)]
    assert machine.states() == ["published", "superseded"]


def test_what_was_only_prepared_gives_way_by_itself(machine: Machine, new_letter: NewLetter) -> None:
    first, second = new_letter("draft"), new_letter("draft", language="nl", recipients=30)
    assert machine.run("prepare", first.directory, *PRODUCTION).returncode == 0
    assert machine.run("publish", second.directory, *PRODUCTION).returncode == 0
    assert machine.states() == ["published", "superseded"]
    assert machine.audience("production", "draft") == second.keys


def test_what_is_stopped_must_be_discarded_first(machine: Machine, new_letter: NewLetter) -> None:
    first, second = new_letter("held"), new_letter("held", language="nl", recipients=30)
    assert machine.run("prepare", first.directory, *PRODUCTION).returncode == 0
    assert machine.run("stop", "held", *WHY).returncode == 0
    refused = machine.run("publish", second.directory, *PRODUCTION)
    assert refused.returncode == 3
    assert "eboxcast discard" in refused.stderr
    assert machine.run("discard", "held", *WHY).returncode == 0
    assert machine.run("publish", second.directory, *PRODUCTION).returncode == 0
    assert machine.audience("production", "held") == second.keys


def test_a_stopped_run_is_launched_only_after_it_was_resumed(machine: Machine, new_letter: NewLetter) -> None:
    letter = new_letter("brake", recipients=20)
    command = ("publish", letter.directory, *PRODUCTION)
    assert machine.run("prepare", *command[1:]).returncode == 0
    assert machine.run("stop", "brake", *WHY).returncode == 0
    refused = machine.run(*command)
    assert refused.returncode == 4
    assert "eboxcast resume" in refused.stderr
    assert machine.run("resume", "brake").returncode == 0
    assert machine.run(*command).returncode == 0
    assert machine.audience("production", "brake") == letter.keys


def test_what_was_recalled_comes_back_only_when_that_is_said(machine: Machine, new_letter: NewLetter) -> None:
    letter = new_letter("back", recipients=20)
    command = ("publish", letter.directory, *PRODUCTION)
    assert machine.run(*command).returncode == 0
    assert machine.run("recall", "back", *WHY).returncode == 0
    assert machine.audience("production", "back") == []
    refused = machine.run(*command)
    assert refused.returncode == 4
    assert "--add" in refused.stderr
    assert machine.run(*command, "--add").returncode == 0
    assert machine.audience("production", "back") == letter.keys
