"""report: the account in three forms, and files that name people for their owner alone."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.cli.procedure_people import record_people
from tests.delivery.conftest import story as story  # the fixture
from tests.delivery.procedure import Story
from tests.reports.broadcasts import Broadcasts

from eboxcast.broadcasts.models import Go
from eboxcast.delivery.models import Run
from eboxcast.mailboxes.fence import get_release
from eboxcast.package.sampling import damage

NUMBERS = ("85.07.30-033.28", "00010100105")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_report_is_text_unless_asked_otherwise(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    code, out, err = command("report", run.short)
    assert (code, err) == (0, "")
    assert out.startswith(f"REPORT OF A BROADCAST · production · run {run.short}\n")
    assert "No one has opened it yet." in out


def test_as_json_it_is_one_object(broadcasts: Broadcasts, command: Command) -> None:
    answer = json.loads(command("report", broadcasts.published().short, "--format", "json")[1])
    assert answer["format"] == "eboxcast.report/1"
    assert answer["certificate"]["recipients"]["published"] == 40


def test_as_html_it_goes_to_a_file_in_the_language_asked_for(
    broadcasts: Broadcasts, command: Command, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    run = broadcasts.published()
    code, said, err = command("report", run.short, "--format", "html", "--out", out, "--language", "nl")
    assert (code, said) == (0, "")
    assert str(out) in err
    assert '<html lang="nl">' in out.read_text()


def test_paper_list_and_rejected_rows_are_for_their_owner_alone(
    broadcasts: Broadcasts, command: Command, tmp_path: Path
) -> None:
    run = broadcasts.published(recipients=100, faulty=True)
    paper, rows = tmp_path / "paper.csv", tmp_path / "rows.csv"
    before = os.umask(0)
    try:
        code, _, _ = command("report", run.short, "--paper-list", paper, "--rejected-rows", rows)
    finally:
        os.umask(before)
    written = tmp_path / "rows-recipients-01.csv"
    assert code == 0
    assert [mode_of(paper), mode_of(written)] == [0o600, 0o600]
    assert paper.read_bytes().startswith(b"identifier;paper;reason;outcome\r\n")
    assert len(written.read_text().splitlines()) > 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "eboxes.csv",
        "paper.csv",
        "rows-recipients-01.csv",
    ]


def test_a_national_number_in_the_name_of_a_file_is_kept_nowhere(
    broadcasts: Broadcasts, command: Command, tmp_path: Path
) -> None:
    """Masked, two lists may have the same name: each still has a file of its own."""
    directory = broadcasts.directory(100, faulty=True)
    first, second = sorted(directory.glob("*.csv"))
    damage(second, out=tmp_path / "damaged.csv", each=1).replace(second)
    first.rename(directory / f"of {NUMBERS[0]}.csv")
    second.rename(directory / f"of {NUMBERS[1]}.csv")
    next(directory.glob("*.xml")).rename(directory / f"{NUMBERS[0]}.xml")
    asked = ("--environment", "production", "--faulty-rows", "exclude")
    assert command("prepare", directory, *asked)[0] == 0
    run = Run.objects.get()
    kept = [run.particulars, get_release("production", run.id).particulars]
    kept.append(list(run.lists.values_list("file_name", flat=True)))
    assert not [number for number in NUMBERS if number in repr(kept)]
    assert command("report", run.short, "--rejected-rows", tmp_path / "rows.csv")[0] == 0
    written = sorted(path.name for path in tmp_path.glob("rows*"))
    assert written == ["rows-of xxxxxxxxxxx-1.csv", "rows-of xxxxxxxxxxx-2.csv"]
    assert command("prepare", directory, *asked)[0] == 0
    assert Run.objects.count() == 1


def test_nothing_is_written_over_without_force(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    run = broadcasts.published()
    paper = tmp_path / "paper.csv"
    paper.write_text("mine")
    code, out, err = command("report", run.short, "--paper-list", paper)
    assert (code, out, paper.read_text()) == (2, "", "mine")
    assert "not overwritten" in err
    assert command("report", run.short, "--paper-list", paper, "--force")[0] == 0
    assert paper.read_text().startswith("identifier;")


def test_a_place_where_nothing_can_be_written_is_said(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    run = broadcasts.published()
    code, _, err = command("report", run.short, "--paper-list", tmp_path / "nowhere" / "paper.csv")
    assert code == 1
    assert "could not be written" in err
    assert command("report", run.short, "--paper-list", tmp_path / "paper.csv")[0] == 0


def test_a_second_paper_list_needs_a_reason(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    run = broadcasts.published()
    assert command("report", run.short, "--paper-list", tmp_path / "first.csv")[0] == 0
    code, _, err = command("report", run.short, "--paper-list", tmp_path / "second.csv")
    assert code == 4
    assert f"eboxcast report {run.short} --paper-list FILE --again REASON" in err
    again = ("--again", "the first was lost")
    assert command("report", run.short, "--paper-list", tmp_path / "second.csv", *again)[0] == 0


def test_without_rejected_rows_no_file_is_made(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    code, _, err = command("report", broadcasts.published().short, "--rejected-rows", rows)
    assert code == 0
    assert "No list had rejected rows" in err
    assert not rows.exists()


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_no_report_holds_a_recipient(broadcasts: Broadcasts, command: Command, form: str) -> None:
    package = broadcasts.package(ticket="same", seed=1)
    run = broadcasts.published(ticket="same", seed=1, faulty=False)
    _, out, _ = command("report", run.short, "--format", form)
    assert not [key for key in package.keys.tolist() if f"{key:011d}" in out]


def test_a_paper_list_before_the_moment_is_refused(broadcasts: Broadcasts, command: Command, tmp_path: Path) -> None:
    paper = tmp_path / "paper.csv"
    code, out, err = command("report", broadcasts.prepared().short, "--paper-list", paper)
    assert (code, out) == (4, "")
    assert not paper.exists()
    assert "has no paper list" in err


def test_verifying_a_broadcast_says_which_record_is_wrong(story: Story, command: Command) -> None:
    record_people()
    run = Run.objects.get(id=story.published().production_run)
    verify = ("--as", "ada", "report", run.short, "--verify", "--language", "en")
    code, out, _ = command(*verify)
    assert code == 0
    assert out.startswith(f"Run {run.short} in production: everything that can be verified matches.\n")
    assert "Procedure of broadcast 2027-0001: 10 records match their sealed entries in the audit" in out
    Go.objects.update(given_by="lou")
    code, out, _ = command(*verify)
    assert code == 1
    assert "NOT everything matches." in out
    assert "· broadcast.go_given · lou: the audit has this entry with different data" in out
