"""Whatever stands in a JSON answer is explained on its page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.actors import master
from tests.reports.broadcasts import OPERATOR, SENDER, Broadcasts

from eboxcast.delivery.runs import actions
from eboxcast.presenters.json import json_text
from eboxcast.reports.certificate import certificate_of
from eboxcast.reports.report import report_of
from eboxcast.reports.verification import verify

REFERENCE = Path(__file__).parents[2] / "docs/reference"
BY_DATA = {"names", "faults", "refused_by_reason"}
"""Their names are languages and codes."""


def names_in(value: object) -> Iterator[str]:
    """Yield all names in an answer, at whatever depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name not in BY_DATA:
                yield from names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner)


def test_the_program_that_verifies_finds_the_digests_of_a_certificate(broadcasts: Broadcasts) -> None:
    program = re.search(r"```python\n(.*?)```", (REFERENCE / "certificate-json.md").read_text("utf-8"), re.DOTALL)
    package = broadcasts.package(50)
    run = actions.prepare(package, environment="production", actor=master(SENDER))
    audience = certificate_of(run).audience
    given = json.loads(json_text(verify(run, actor=master("ada"), with_salt=True)))
    assert program
    assert audience
    done = subprocess.run(
        [sys.executable, "-c", program[1], given["salt"]],
        input="\n".join(map(str, package.keys.tolist())),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == audience.prepared_sha256


def test_each_name_in_a_verification_is_explained(broadcasts: Broadcasts) -> None:
    answer = json.loads(json_text(verify(broadcasts.published(), actor=master("ada"))))
    page = (REFERENCE / "report.md").read_text("utf-8")
    assert set(names_in(answer)) - set(re.findall(r"`([a-z0-9_]+)`", page)) == set()


def test_each_name_in_a_report_is_explained(broadcasts: Broadcasts) -> None:
    run = actions.recall(broadcasts.published(faulty=True), actor=master(OPERATOR), reason="wrong letter")
    pages = "".join((REFERENCE / name).read_text("utf-8") for name in ("certificate-json.md", "report.md"))
    explained = set(re.findall(r"`([a-z0-9_]+)`", pages))
    assert set(names_in(json.loads(json_text(report_of(run, actor=master("ada")))))) - explained == set()
