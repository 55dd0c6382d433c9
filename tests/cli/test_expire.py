"""expire says what it deletes, what it gives up and what is near, in both environments."""

from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Command
from tests.moments import pass_time
from tests.reports.broadcasts import Broadcasts


@pytest.fixture
def a_month_later(broadcasts: Broadcasts) -> list[str]:
    """A published run in production and a forgotten one in acceptance, forty days old."""
    made = [broadcasts.prepared("acceptance").short, broadcasts.published().short]
    pass_time(days=40)
    return made


def test_it_says_what_it_did_in_each_environment(a_month_later: list[str], command: Command) -> None:
    forgotten, published = a_month_later
    code, out, _ = command("expire")
    assert code == 0
    given_up, deleted = out.splitlines()
    assert given_up.startswith(f"Discarded: run {forgotten} (acceptance)")
    assert deleted == f"Deleted for run {published} (production): 0 recipients, 0 readings, 24 outcomes."
    assert command("expire")[1].splitlines() == ["Nothing is due in acceptance.", "Nothing is due in production."]


def test_a_dry_run_says_it_and_does_nothing(a_month_later: list[str], command: Command) -> None:
    forgotten, published = a_month_later
    for _ in range(2):
        first, second = command("expire", "--dry-run")[1].splitlines()
        assert first.startswith(f"Would discard run {forgotten} (acceptance)")
        assert second == f"Would delete for run {published} (production): paper list and rejected rows."


def test_its_json_has_the_counts(a_month_later: list[str], command: Command) -> None:
    code, out, _ = command("expire", "--environment", "production", "--json")
    answer = json.loads(out)
    (step,) = answer["steps"]
    assert (code, answer["format"]) == (0, "eboxcast.expire/1")
    assert not answer["dry_run"]
    assert (step["step"], step["counts"]) == ("deleted", {"recipients": 0, "readings": 0, "outcomes": 24})
