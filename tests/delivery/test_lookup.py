"""Runs are named as people name things: by a beginning that is enough."""

from __future__ import annotations

import pytest
from tests.actors import master
from tests.delivery.conftest import NewPackage

from eboxcast.delivery.errors import RunAmbiguous, RunNotFound
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run


def test_a_run_is_found_by_its_number_its_beginning_and_its_ticket(package: NewPackage) -> None:
    """In any case of letters."""
    run = actions.prepare(package(ticket="brief-2027"), environment="acceptance", actor=master("ines"))
    for reference in (str(run.id), run.short, run.short.upper(), "brief-2027"):
        assert find_run(reference, actor=master("tests")).id == run.id


def test_a_ticket_of_two_runs_is_ambiguous(package: NewPackage) -> None:
    """Acceptance and production have the same ticket."""
    given = package(ticket="brief-2027")
    for environment in ("acceptance", "production"):
        actions.prepare(given, environment=environment, actor=master("ines"))
    with pytest.raises(RunAmbiguous):
        find_run("brief-2027", actor=master("tests"))


def test_of_two_runs_of_a_ticket_the_one_not_given_up_is_meant(package: NewPackage) -> None:
    given = package(ticket="brief-2027")
    discarded = actions.prepare(given, environment="acceptance", actor=master("ines"))
    actions.discard(discarded, actor=master("ines"), reason="wrong day")
    meant = actions.prepare(given, environment="acceptance", actor=master("ines"))
    assert meant != discarded
    assert find_run("brief-2027", actor=master("tests")) == meant
    actions.discard(meant, actor=master("ines"), reason="wrong day")
    with pytest.raises(RunAmbiguous):
        find_run("brief-2027", actor=master("tests"))


@pytest.mark.parametrize("reference", ["", "ffffffff", "no such ticket", "%", "_"])
def test_what_does_not_exist_is_not_found(package: NewPackage, reference: str) -> None:
    """Signs with a meaning in SQL have none here."""
    actions.prepare(package(), environment="acceptance", actor=master("ines"))
    with pytest.raises(RunNotFound):
        find_run(reference, actor=master("tests"))
