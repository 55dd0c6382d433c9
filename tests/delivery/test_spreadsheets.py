"""A spreadsheet goes all the way: prepared once, its choice kept with the run, its rejected rows given back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.actors import master
from tests.package.spreadsheets import write_xlsx

from eboxcast.delivery.models import Action
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.delivery.runs.progress import action_of
from eboxcast.lib.command_line import command_of
from eboxcast.package.model import Choice, FaultyRows, Package, Policies
from eboxcast.package.sampling import write_sample
from eboxcast.reports.handing_out import rejected_lists
from eboxcast.senders.sender_file import load_senders

A = "acceptance"
NAME = "X; $(RM)"
POLICIES = Policies(faulty_rows=FaultyRows.EXCLUDE, choice=Choice(sheet=NAME, column="B"))


@pytest.fixture
def folder(installation: None, tmp_path: Path) -> Path:
    sample = write_sample(tmp_path / "package", recipients=12)
    load_senders(sample.message_types, actor=master("somebody"))
    (plain,) = sample.files.lists
    rows = [line.split(";") for line in plain.read_text("utf-8-sig").splitlines()]
    plain.unlink()
    chosen = [*(["x", row[0]] for row in rows), ["x", "85073003329"]]
    write_xlsx(sample.directory / "list.xlsx", {NAME: chosen, "Other": rows})
    return sample.directory


def checked(folder: Path) -> Package:
    package = check_for_sending(folder, policies=POLICIES).package
    assert package is not None
    return package


def test_what_was_chosen_is_kept_and_the_same_again_changes_nothing(folder: Path) -> None:
    package = checked(folder)
    run = actions.prepare(package, environment=A, actor=master("ines"))
    assert (run.recipients_count, run.excluded_count) == (12, 1)
    kept = run.package
    assert (kept.policies.sheet, kept.policies.column, kept.lists[0].sheet) == (NAME, "B", NAME)
    assert kept.lists[0].digest == package.lists[0].digest.hex()
    assert actions.prepare(checked(folder), environment=A, actor=master("ines")).id == run.id


def test_a_name_of_a_sheet_is_no_command(folder: Path) -> None:
    run = actions.prepare(checked(folder), environment=A, actor=master("ines"))
    assert "--sheet 'X; $(RM)' --column B" in command_of(action_of(run, Action.PREPARE))


def test_rejected_rows_are_given_back(folder: Path) -> None:
    run = actions.prepare(checked(folder), environment=A, actor=master("ines"))
    (rejected,) = rejected_lists(run)
    assert b"x;85073003329;14;" in b"".join(rejected.content)
