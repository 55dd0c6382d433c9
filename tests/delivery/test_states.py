"""The table of a run: complete, agreed with the policy, said on its page, and what the engine goes by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.actors import master
from tests.delivery.conftest import NewPackage
from tests.delivery.test_remote_runs import Provider, provider

from eboxcast.delivery.errors import NoTarget
from eboxcast.delivery.models import Action, Run, State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.progress import SEE, next_actions_of, progress_of
from eboxcast.delivery.runs.states import BY_ITSELF, TABLE, Situation, Transition, possible
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.actors import Role
from eboxcast.lib.policy import rule_of

__all__ = ["provider"]

PAGE = (Path(__file__).parents[2] / "docs/reference/run-states.md").read_text("utf-8")
P = "production"
OLGA = master("olga")


def test_each_row_of_the_table_is_on_the_page_and_no_other() -> None:
    assert rows_of("The table") == [line_of(row) for row in TABLE]


def test_each_state_and_each_situation_is_explained() -> None:
    assert [line.split("`")[1] for line in rows_of("The states")] == list(map(str, State))
    assert [line.split("|")[1].strip() for line in rows_of("How far it is")] == list(map(str, Situation))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.action} to {row.target}")
def test_each_row_has_a_rule_in_the_policy_or_happens_by_itself(row: Transition) -> None:
    assert bool(row.permission) is (row.action not in BY_ITSELF)
    if row.permission:
        assert rule_of(row.permission).roles


def test_every_action_has_a_row() -> None:
    assert {row.action for row in TABLE} == set(Action)


def test_every_state_is_reached_and_all_but_the_last_are_left() -> None:
    left = {source for row in TABLE for source in row.sources}
    assert {row.target for row in TABLE if row.target} | {State.PREPARING} == set(State)
    assert set(State) - left == {State.DISCARDED, State.SUPERSEDED, State.RECALLED}


def test_what_comes_next_is_possible(package: NewPackage) -> None:
    run = actions.prepare(package(), environment=P, actor=OLGA)
    names = {row.permission for row in possible(run)}
    assert [step.action for step in next_actions_of(run)] == ["run.launch", "run.stop", "run.discard"]
    assert {step.action for step in next_actions_of(run)} <= names


def test_progress_says_who_brought_a_run_where_it_is(package: NewPackage) -> None:
    run = actions.prepare(package(), environment=P, actor=master("ines"))
    run = actions.stop(run, actor=OLGA, reason="a mistake")
    progress = progress_of(run)
    assert progress.by == "olga"
    assert progress.since == run.stopped_at
    assert not progress.pending


def test_a_paused_run_of_which_nothing_was_sent_can_be_given_up(provider: Provider, package: NewPackage) -> None:
    provider()
    run = launched_by_workers(package)
    run = actions.pause(run, actor=OLGA, reason="wait")
    assert "run.discard" in [step.action for step in next_actions_of(run)]
    assert actions.discard(run, actor=OLGA, reason="never mind").state == State.DISCARDED


def test_a_run_that_is_sent_can_be_watched(provider: Provider, package: NewPackage) -> None:
    provider()
    first, *_ = next_actions_of(launched_by_workers(package))
    assert first.action == SEE


def test_what_is_shown_at_once_has_no_pace(package: NewPackage) -> None:
    run = actions.prepare(package(), environment=P, actor=OLGA)
    with pytest.raises(NoTarget):
        actions.pace(run, rate=10.0, parallel=None, actor=OLGA)


def launched_by_workers(package: NewPackage) -> Run:
    run = actions.prepare(package(), environment=P, actor=OLGA)
    return actions.launch(run, actor=OLGA, window=Window(), waiting=lambda moment: None, by_workers=True)


def line_of(row: Transition) -> str:
    sources = ", ".join(f"`{state}`" for state in State if state in row.sources)
    where = ", ".join(one for one in Situation if one in row.situations)
    if row.situations == set(Situation):
        where = f"where the target can {row.needs}" if row.needs else "anywhere"
    target = f"`{row.target}`" if row.target else "–"
    return f"| {row.action} | {sources} | {where} | {target} | {who_may(row)} | `{row.entry}` |"


def who_may(row: Transition) -> str:
    if not row.permission:
        return "automatically"
    rule = rule_of(row.permission)
    return ", ".join([*(role for role in Role if role in rule.roles), *(["automatically"] if rule.by_itself else [])])


def rows_of(title: str) -> list[str]:
    return [line for line in section(title).splitlines() if line.startswith("| ")][1:]


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]
