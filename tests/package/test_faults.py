"""The registry of faults and its table in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

from eboxcast.package.faults import FAULTS

PAGE = Path(__file__).parents[2] / "docs/reference/input-files.md"
ROW = re.compile(r"^\| `([a-z0-9.-]+\.[a-z0-9-]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_codes_are_those_they_are_registered_under() -> None:
    assert all(code == kind.code for code, kind in FAULTS.items())
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9-]+", code) for code in FAULTS)


def test_the_documentation_has_every_fault_as_it_is_said() -> None:
    def written(text: str) -> str:
        return text.replace("|", "\\|").replace("<", "\\<")

    documented = {code: (sentence, remedy) for code, sentence, remedy in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert documented == {code: (written(kind.sentence), written(kind.remedy)) for code, kind in FAULTS.items()}
