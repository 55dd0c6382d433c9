"""Switching the procedure on and off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from tests.cli.conftest import Command
from tests.reports.broadcasts import Broadcasts

from eboxcast.audit.models import Entry
from eboxcast.database.installation import procedure


@pytest.fixture(autouse=True)
def unset(installation: None) -> Iterator[None]:
    """What is recorded counts."""
    with override_settings(EBOXCAST_PROCEDURE=""):
        yield


def test_switching_is_recorded_audited_and_says_what_follows(command: Command) -> None:
    code, _, err = command("migrate", "--procedure", "on")
    assert (code, procedure()) == (0, "on")
    assert "only through a broadcast with a GO" in err
    assert Entry.objects.get().data == {"before": "off", "after": "on"}
    assert command("migrate", "--procedure", "off")[0] == 0
    assert procedure() == "off"


def test_switching_to_what_it_is_changes_nothing(command: Command) -> None:
    code, _, err = command("migrate", "--procedure", "off")
    assert code == 0
    assert "Nothing was changed" in err
    assert not Entry.objects.exists()


def test_a_run_in_production_holds_the_switch_up_until_it_is_over(command: Command, broadcasts: Broadcasts) -> None:
    run = broadcasts.prepared("production")
    code, _, err = command("migrate", "--procedure", "on")
    assert (code, procedure()) == (4, "off")
    assert run.short in err
    broadcasts.launched(run)
    assert command("migrate", "--procedure", "on")[0] == 0


def test_a_run_in_acceptance_does_not(command: Command, broadcasts: Broadcasts) -> None:
    broadcasts.prepared("acceptance")
    assert command("migrate", "--procedure", "on")[0] == 0


def test_the_variable_and_the_option_cannot_both_count(command: Command) -> None:
    with override_settings(EBOXCAST_PROCEDURE="off"):
        assert command("migrate", "--procedure", "on")[0] == 2
    assert procedure() == "off"


def test_certificates_say_how_the_run_was_made(command: Command, broadcasts: Broadcasts) -> None:
    command("migrate", "--procedure", "on")
    assert broadcasts.prepared("acceptance").package.procedure == "on"
