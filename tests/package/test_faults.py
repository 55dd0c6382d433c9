"""The registry of faults and its table in the documentation."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from eboxcast.lib.command_line import command_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import next_actions
from eboxcast.package.faults import FAULTS, Fault, FaultKind, meaning_of, reason_of, remedy_of

PAGE = Path(__file__).parents[2] / "docs/reference/input-files.md"
ROW = re.compile(r"^\| `([a-z0-9.-]+\.[a-z0-9-]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_codes_are_those_they_are_registered_under() -> None:
    assert all(code == kind.code for code, kind in FAULTS.items())
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9-]+", code) for code in FAULTS)


def test_the_documentation_has_every_fault_as_it_is_said() -> None:
    def written(text: str) -> str:
        return text.replace("|", "\\|").replace("<", "\\<")

    documented = {code: (sentence, remedy) for code, sentence, remedy in ROW.findall(PAGE.read_text(encoding="utf-8"))}

    def said(kind: FaultKind) -> str:
        named = {name: command_of(action) for name, action in kind.actions.items()}
        return re.sub(r"\{(\w+)\}", lambda found: named.get(found[1], found[0]), kind.remedy)

    assert documented == {code: (written(kind.sentence), written(said(kind))) for code, kind in FAULTS.items()}


def test_a_remedy_names_its_actions_as_data() -> None:
    data: dict[str, str | int] = {"rows": 9, "limit": 4, "parts": 3, "path": "/a b.csv"}
    long = Fault(code="list.too-many-rows", file="a b.csv", data=data)
    assert next_actions(reason_of(long)) == (
        NextAction(action="package.split", parameters={"list": "/a b.csv", "max": "4"}),
    )
    assert remedy_of(long, "en") == "Split it into 3 lists: eboxcast split '/a b.csv' --out DIR --max 4"
    assert remedy_of(replace(long, sheet="Blad1"), "en").endswith("--max 4 --sheet Blad1")


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_what_a_kind_says_of_many_leaves_nothing_unfilled(code: str) -> None:
    assert "{" not in meaning_of(code, "fr")


def test_a_kind_that_is_not_known_means_nothing() -> None:
    assert meaning_of("row.of-tomorrow", "en") == "–"
