"""The page of the life of a broadcast says what the table says: each state, each row, each guard."""

from __future__ import annotations

import re
from pathlib import Path

from eboxcast.broadcasts.guards import Guard
from eboxcast.broadcasts.models import State
from eboxcast.broadcasts.progress import _NEXT
from eboxcast.broadcasts.states import (
    BEFORE_LAUNCH,
    DATED,
    ENDED,
    TABLE,
    TO_ARM,
    TO_CONFIRM,
    TO_LAUNCH,
    Transition,
)

PAGE = (Path(__file__).parents[2] / "docs/reference/broadcast-states.md").read_text("utf-8")
STEWARD = "the steward"
STATES = {frozenset(BEFORE_LAUNCH): "*before the launch*", frozenset(DATED): "*dated*"}
GUARDS = {TO_CONFIRM: "*for the GO*", TO_ARM: "*for arming*", TO_LAUNCH: "*for launching*"}


def test_each_row_of_the_table_is_on_the_page_and_no_other() -> None:
    assert rows_of("The table") == [row_of(transition) for transition in TABLE]


def test_each_guard_is_explained_in_its_own_words() -> None:
    used = {guard.__name__: guard for transition in TABLE for guard in transition.guards}
    assert rows_of("The guards") == [f"| `{name}` | {first_line(guard)} |" for name, guard in used.items()]


def test_each_state_says_whose_turn_it_is() -> None:
    explained = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \|$", section("The states"), re.MULTILINE))
    turns = {str(state): whose(state) for state in State}
    assert explained == turns


def test_the_groups_of_states_and_of_guards_hold_what_the_page_says() -> None:
    for states, name in STATES.items():
        assert named_after(name) == {str(state) for state in states}
    for guards, name in GUARDS.items():
        assert named_after(name) == {guard.__name__ for guard in guards}


def row_of(transition: Transition) -> str:
    roles = [*transition.roles, *([STEWARD] if transition.by_itself else [])]
    guards = GUARDS.get(transition.guards) or ", ".join(f"`{guard.__name__}`" for guard in transition.guards)
    target = f"`{transition.target}`" if transition.target else "–"
    entry = f"`{transition.entry}`"
    return f"| {transition.action} | {sources_of(transition)} | {target} | {', '.join(roles)} | {guards} | {entry} |"


def sources_of(transition: Transition) -> str:
    return STATES.get(transition.sources) or ", ".join(f"`{state}`" for state in State if state in transition.sources)


def first_line(guard: Guard) -> str:
    return (guard.__doc__ or "").splitlines()[0]


def whose(state: State) -> str:
    if state in ENDED:
        return "no one: it has ended"
    return " or ".join(_NEXT[state][0]) or STEWARD


def named_after(group: str) -> set[str]:
    """Return what the page says is in a group; a group that is named in it counts with all it has."""
    said = re.search(rf"^- {re.escape(group)}: (.*?)\.$", section("The table"), re.MULTILINE | re.DOTALL)
    assert said, group
    inner = [name for name in re.findall(r"\*[^*]+\*", said[1]) if name != group]
    return set(re.findall(r"`([\w-]+)`", said[1])).union(*(named_after(name) for name in inner))


def rows_of(title: str) -> list[str]:
    return [line for line in section(title).splitlines() if line.startswith("| ")][1:]


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]
