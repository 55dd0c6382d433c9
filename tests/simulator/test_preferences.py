"""Whoever asks which companies want no paper is told so, and of nobody without an eBox."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.simulator.conftest import Simulate
from tests.simulator.simulated import Simulated

COMPANIES = ("0403019261", "0428759497", "0456789034")
ASKED = {"eboxType": "ENTERPRISE", "eboxIdType": "EnterpriseNumber", "eboxIdValueList": list(COMPANIES)}


def search(provider: Simulated, asked: object) -> tuple[int, object]:
    url = provider.addresses["federation"] + "/eboxPreferences/search"
    answer = provider.pool.request("POST", url, json=asked, headers=provider.headers)
    return answer.status, answer.json()


def test_who_has_no_ebox_is_absent_and_who_wants_no_paper_is_told(simulate_alone: Simulate, tmp_path: Path) -> None:
    eboxes = tmp_path / "eboxes.csv"
    rows = ["identifier;state;ebox_only", f"{COMPANIES[0]};active;yes", f"{COMPANIES[1]};never;no"]
    eboxes.write_text("\n".join(rows), "utf-8")
    status, found = search(simulate_alone("--eboxes", eboxes), ASKED)
    identifier = {"eboxType": "ENTERPRISE", "eboxIdValue": COMPANIES[0]}
    assert (status, found) == (200, [{"eboxId": identifier, "exclusivelyEbox": True}])


def test_nobody_found_is_an_empty_list(provider: Simulated) -> None:
    assert search(provider, ASKED | {"eboxIdValueList": ["0403019262"]}) == (200, [])
    assert search(provider, ASKED | {"eboxIdValueList": []}) == (200, [])


@pytest.mark.parametrize("wrong", [[], {}, ASKED | {"eboxType": "CITIZEN"}, ASKED | {"eboxIdValueList": "x"}], ids=str)
def test_what_is_no_list_of_enterprises_is_refused(provider: Simulated, wrong: object) -> None:
    assert search(provider, wrong)[0] == 400
