"""What a check found comes back from JSON as it was, but for the package."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.package.spreadsheets import write_xlsx

from eboxcast.package.checked_json import checked_as_json, checked_from_json
from eboxcast.package.checking import check_package
from eboxcast.package.model import Choice, Duplicates, FaultyRows, Policies
from eboxcast.package.sampling import damage, write_sample


def test_everything_but_the_package_comes_back(tmp_path: Path) -> None:
    sample = write_sample(tmp_path, recipients=30)
    damage(sample.files.lists[0], out=sample.directory / "damaged.csv")
    write_xlsx(sample.directory / "list.xlsx", {"People": [["NISS"], ["85073003328"]], "Other": [["x"]]})
    policies = Policies(duplicates=Duplicates.BLOCK, faulty_rows=FaultyRows.EXCLUDE, choice=Choice(column="1"))
    for chosen in (Policies(), policies):
        checked = check_package(sample.directory, policies=chosen)
        assert checked.faults
        assert any(one.sheet for one in checked.lists) or chosen is policies
        again = checked_from_json(json.loads(json.dumps(checked_as_json(checked))))
        assert again == replace(checked, package=None)
