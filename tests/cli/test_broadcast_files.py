"""Real files by commands: delivered, tested, proved, launched; and answered with their faults."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.cli.procedure_people import record_people
from tests.cli.test_broadcast_sheet import EXPLAINED
from tests.delivery.conftest import story as story
from tests.delivery.procedure import EVERYBODY, SHORT, Story, go_to
from tests.package.spreadsheets import write_xlsx
from tests.reports.test_documented import names_in

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.models import Broadcast, Go
from eboxcast.broadcasts.production import files_digest
from eboxcast.delivery.models import Run

N = "2027-0001"
DELIVER = ("--as", "anne", "broadcast", "deliver")


@pytest.fixture(autouse=True)
def everybody(story: Story) -> None:
    record_people()


def test_files_are_delivered_to_the_one_broadcast_they_fit(command: Command, story: Story) -> None:
    story.scheduled()
    files = story.files(SHORT)
    code, out, _ = command(*DELIVER, files, "--environment", "acceptance")
    assert code == 0
    assert "Received for acceptance: 3 recipients, prepared but not visible yet." in out
    assert f"eboxcast broadcast test {N}" in out
    code, out, _ = command(*DELIVER, N, files, "--environment", "acceptance")
    assert code == 0
    assert "Nothing was changed." in out


def test_what_was_read_of_a_spreadsheet_is_shown_to_be_confirmed(command: Command, story: Story) -> None:
    story.scheduled()
    files = story.files(SHORT)
    (plain,) = files.glob("*.csv")
    rows = [line.split(";") for line in plain.read_text("utf-8-sig").splitlines()]
    plain.unlink()
    write_xlsx(files / "list.xlsx", {"A": rows, "B": rows})
    assert command(*DELIVER, files, "--environment", "acceptance")[0] == 3
    code, out, _ = command(*DELIVER, files, "--environment", "acceptance", "--sheet", "B")
    assert code == 0
    assert "list.xlsx: sheet B, column A, recipients from row 2. The first are: " in out
    assert "! Sheets that are not read: A." in out


def test_faults_are_answered_with_the_report_of_the_check(command: Command, story: Story) -> None:
    story.scheduled()
    files = story.files(SHORT)
    (files / "recipients-01.csv").write_text("NISS\n12345678901\n")
    code, out, said = command(*DELIVER, N, files, "--environment", "acceptance")
    assert code == 3
    assert "row.check-digits" in out
    assert "cannot be used" in out
    assert "12345678901" not in out + said
    code, out, _ = command(*DELIVER, N, files, "--environment", "acceptance", "--json")
    answer = json.loads(out)
    assert code == 3
    assert not answer["accepted"]
    assert answer["check"]["faults"] != []
    free = {"check", "broadcast"}
    assert set(names_in({name: value for name, value in answer.items() if name not in free})) <= EXPLAINED
    assert "row.check-digits 1" in command("--as", "anne", "broadcast", "show", N)[1]


def test_files_that_fit_none_or_nothing_at_all_are_refused(command: Command, story: Story, tmp_path: Path) -> None:
    files = story.files(SHORT)
    assert command(*DELIVER, files, "--environment", "acceptance")[0] == 4
    assert command(*DELIVER, tmp_path / "nowhere", "--environment", "acceptance")[0] == 3
    assert command(*DELIVER, "a", "b", "c", "--environment", "acceptance")[0] == 2
    assert not Run.objects.exists()


def test_files_can_be_taken_back_until_they_are_used(command: Command, story: Story) -> None:
    story.delivered_for_acceptance()
    code, out, _ = command("--as", "anne", "broadcast", "take-back", N)
    assert (code, Run.objects.get().state) == (0, "discarded")
    assert "scheduled" in out


def test_the_test_and_its_proofs(command: Command, story: Story, tmp_path: Path) -> None:
    story.delivered_for_acceptance()
    assert command("--as", "ines", "broadcast", "proofs", N)[0] == 4
    code, out, _ = command("--as", "ines", "broadcast", "test", N)
    assert code == 0
    assert "in 3 eBoxes of the short list" in out
    code, out, _ = command("--as", "ines", "broadcast", "proofs", N, "--out", tmp_path / "out")
    assert (code, out.count("(as delivered)")) == (0, 3)
    assert "Recipient 3 of the short list:" in out
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written[:3] == [f"{N}-proof-01.txt", f"{N}-proof-02.txt", f"{N}-proof-03.txt"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}
    document = next(path for path in (tmp_path / "out").iterdir() if path.suffix == ".pdf")
    assert document.read_bytes().startswith(b"%PDF")
    assert command("--as", "ines", "broadcast", "proofs", N, "--out", tmp_path / "out")[0] == 2
    answer = json.loads(command("--as", "anne", "broadcast", "proofs", N, "--json")[1])
    assert (len(answer["proofs"]), set(names_in(answer)) - EXPLAINED) == (3, set())


def test_testers_are_named_and_look_by_place(command: Command, story: Story, tmp_path: Path) -> None:
    story.tested()
    look = ("broadcast", "look", N)
    code, _, said = command("--as", "bram", *look)
    assert code == 4
    assert f"eboxcast broadcast testers {N} bram" in said
    assert command("--as", "bram", "broadcast", "testers", N, "bram")[0] == 4
    assert command("--as", "anne", "broadcast", "testers", N, "vera")[0] == 2
    assert "besides the requesters: bram." in command("--as", "anne", "broadcast", "testers", N, "bram")[1]
    code, out, said = command("--as", "bram", *look)
    assert code == 0
    assert "3. Ce qui change" in out
    assert f"verdict {N} --recipient 1 --passed --seen-in ebox" in said
    assert command("--as", "bram", "broadcast", "verdict", N, "--all", "passed", "--seen-in", "ebox")[0] == 0
    assert command("--as", "bram", "broadcast", "verdict", N, "approve")[0] == 4
    document = tmp_path / "seen.pdf"
    assert command("--as", "bram", *look, "--document", document)[0] == 2
    assert command("--as", "bram", *look, "--recipient", 2, "--document", document)[0] == 0
    assert document.read_bytes().startswith(b"%PDF")
    assert command("--as", "bram", *look, "--recipient", 4)[0] == 3
    answer = json.loads(command("--as", "anne", *look, "--recipient", 2, "--json")[1])
    assert [one["recipient"] for one in answer["eboxes"]] == [2]
    assert command("--as", "anne", "broadcast", "testers", N, "-")[0] == 0
    assert command("--as", "bram", *look)[0] == 4


class Terminal(io.StringIO):
    """What is typed, as a terminal gives it."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_go_is_typed_after_looking(command: Command, story: Story) -> None:
    digest = files_digest(story.delivered())
    go = ("--as", "bram", "broadcast", "go", N)
    code, _, said = command(*go, given=Terminal(f"2027-02-15T18:00\n{'0' * 8}\n"))
    assert code == 3
    for shown in (
        "Ce qui change",
        "DEMO-INFO",
        "Monday 15 February 2027 at 18:00",
        "40 recipients. The test had 3.",
        digest,
    ):
        assert shown in said
    assert not Go.objects.exists()
    assert command(*go, given=Terminal(f"2027-02-15T18:00\n{digest[:8]}\n"))[0] == 0


def test_only_the_confirmer_sees_what_the_go_is_for(command: Command, story: Story) -> None:
    digest = files_digest(story.delivered())
    show = ("broadcast", "go", N, "--show", "--json")
    for who in ("anne", "ines", "lou", "vera"):
        code, out, said = command("--as", who, *show)
        assert code == 4
        assert digest[:8] not in out + said
    assert command("--as", "dirk", *show)[0] == 2
    answer = json.loads(command("--as", "bram", *show)[1])
    assert (answer["files"], answer["recipients"]) == (digest, EVERYBODY)
    assert not answer["given"]
    assert [one["recipients"] for one in answer["lists"]] == [EVERYBODY]


def test_what_changed_since_the_test_and_the_last_go_is_shown(command: Command, story: Story) -> None:
    broadcast = story.confirmed()
    story.deliver(broadcast, story.files(EVERYBODY + 1, sequence=7), "production")
    out = command("--as", "bram", "broadcast", "go", N, "--show")[1]
    assert "Sequence: 7 (in the test: –)." in out
    assert "41 recipients. The test had 3." in out
    assert "The GO of bram" in out
    assert "is void: new files for production." in out


def test_where_nothing_is_prepared_there_is_nothing_to_show(command: Command, story: Story) -> None:
    story.approved()
    code, _, said = command("--as", "bram", "broadcast", "go", N, "--show")
    assert code == 4
    assert "No files for production have been prepared." in said


def test_a_broadcast_is_launched_by_its_number_in_its_window_only(command: Command, story: Story) -> None:
    broadcast = story.ready()
    code, _, said = command("--as", "lou", "launch", N)
    assert code == 4
    assert "the window is from" in said
    go_to(broadcast, minutes=1)
    assert command("--as", "ines", "launch", N)[0] == 4
    assert command("--as", "lou", "launch", N, "--not-before", "2027-02-15T19:00")[0] == 2
    code, out, said = command("--as", "lou", "launch", N)
    assert code == 0
    assert f"Visible to {EVERYBODY} recipients since" in said
    assert out != ""
    assert Broadcast.objects.get().state == "published"
    assert command("--as", "lou", "launch", N)[0] == 0


def test_a_run_in_production_is_not_launched_beside_its_broadcast(command: Command, story: Story) -> None:
    broadcast = story.ready()
    assert command("--as", "lou", "launch", str(broadcast.production_run))[0] == 4


@pytest.mark.parametrize("who", ["anne", "bram", "lou"])
def test_the_report_of_a_broadcast_is_found_by_its_number(
    command: Command, story: Story, tmp_path: Path, who: str
) -> None:
    story.published()
    paper = tmp_path / "paper.csv"
    code, out, _ = command("--as", who, "report", N, "--paper-list", paper)
    assert code == 0
    assert out.startswith("REPORT OF A BROADCAST · production")
    assert paper.read_text().count("\n") == EVERYBODY + 1
    given = set(Entry.objects.filter(by=who).values_list("action", flat=True))
    assert "run.paper_list_given" in given
    assert ("run.report_given" in given) == (who != "lou")


def test_an_institution_finds_no_run_of_others_and_none_by_a_number_that_is_theirs(
    command: Command, story: Story
) -> None:
    run = str(story.published().production_run)
    for words in ((N,), (run,), ("pension-2027",), ("2027-0815",)):
        code, out, said = command("--as", "dirk", "report", *words)
        assert (code, out) == (2, "")
        assert "There is no run" in said
    assert command("--as", "anne", "report", N, "--verify")[0] == 4
    assert command("--as", "vera", "report", N)[0] == 4
    assert not Entry.objects.filter(action="run.report_given").exists()


def test_rejected_rows_go_to_the_institution_itself(command: Command, story: Story, tmp_path: Path) -> None:
    broadcast = story.approved()
    files = story.files(EVERYBODY)
    with next(files.glob("*.csv")).open("a") as file:
        file.write("12345678901\n")
    deliver = ("broadcast", "deliver", N, files, "--environment", "production", "--faulty-rows", "exclude")
    assert command("--as", "anne", *deliver)[0] == 0
    assert broadcast.deliveries.count() == 2
    rows = tmp_path / "rows.csv"
    assert command("--as", "anne", "report", N, "--rejected-rows", rows)[0] == 0
    assert "12345678901" in rows.read_text()
    assert Entry.objects.filter(action="run.rejected_rows_given", by="anne").count() == 1


def test_runs_and_broadcasts_name_each_other(command: Command, story: Story) -> None:
    broadcast = story.delivered()
    shown = command("--as", "anne", "broadcast", "show", N)[1]
    assert f"run {str(broadcast.acceptance_run)[:8]}" in shown
    assert f"run {str(broadcast.production_run)[:8]}" in shown
    assert f"   {N}   " in command("--as", "lou", "runs")[1]
    status = command("--as", "lou", "status", N)[1]
    assert f"Broadcast {N}" in status
    assert f"eboxcast launch {N} " in status
    answer = json.loads(command("--as", "lou", "status", N, "--json")[1])
    assert (answer["broadcast"], answer["environment"]) == (N, "production")
    assert [one["broadcast"] for one in json.loads(command("--as", "lou", "runs", "--json")[1])["runs"]] == [N, N]


def test_before_production_the_number_means_the_test_and_before_that_nothing(command: Command, story: Story) -> None:
    broadcast = story.scheduled()
    code, _, said = command("--as", "lou", "status", N)
    assert code == 4
    assert "it has no run yet" in said
    story.deliver(broadcast, story.files(SHORT))
    assert json.loads(command("--as", "lou", "status", N, "--json")[1])["environment"] == "acceptance"


def test_a_run_is_stopped_by_the_number_of_its_broadcast(command: Command, story: Story) -> None:
    broadcast = story.ready()
    assert command("--as", "lou", "stop", N, "--reason", "wait")[0] == 0
    assert Run.objects.get(id=broadcast.production_run).state == "stopped"


def test_what_nobody_prepared_cannot_be_launched(command: Command, story: Story) -> None:
    story.approved()
    assert command("--as", "lou", "launch", N)[0] == 4
    assert command("--as", "lou", "launch", "2027-0815")[0] == 2


def test_the_steward_launches_what_is_armed_reports_and_mails(command: Command, story: Story) -> None:
    go_to(story.armed(), minutes=1)
    code, out, _ = command("--as", "lou", "steward", "--once")
    assert code == 0
    assert f"{N}: published" in out
    assert f"{N}: reported" in out
    assert "Emails:" in out
    shown = command("--as", "ines", "broadcast", "show", N)[1]
    assert "Emails:" in shown
    answer = json.loads(command("--as", "ines", "broadcast", "show", N, "--json")[1])
    assert answer["notices"]
    assert (
        set(names_in({k: v for k, v in answer.items() if k != "deliveries"})) - EXPLAINED - {"fr", "nl", "de", "en"}
        == set()
    )


def test_what_the_steward_would_do_later_can_be_done_by_hand(command: Command, story: Story) -> None:
    story.published()
    assert f"eboxcast broadcast report {N}" in command("--as", "ines", "broadcast", "show", N)[1]
    assert command("--as", "ines", "broadcast", "close", N)[0] == 4
    assert command("--as", "lou", "broadcast", "report", N)[0] == 4
    assert command("--as", "ines", "broadcast", "report", N)[0] == 0
    assert f"eboxcast broadcast close {N}" in command("--as", "ines", "broadcast", "show", N)[1]
    assert command("--as", "ines", "broadcast", "close", N)[0] == 0
    assert Broadcast.objects.get().state == "closed"


def test_the_steward_says_why_it_cannot_launch(command: Command, story: Story) -> None:
    broadcast = story.armed()
    command(
        "--as",
        "ines",
        "calendar",
        "blackout",
        "2027-02-15T18:00",
        "2027-02-15T23:00",
        "--service",
        "x",
        "--reason",
        "y",
    )
    go_to(broadcast, minutes=1)
    code, out, said = command("--as", "lou", "steward", "--once", "--json")
    assert (code, json.loads(out)["troubles"][0]["code"]) == (4, "broadcast.not-ready")
    assert "x is unavailable" in said


def test_with_nothing_to_do_the_steward_says_nothing(command: Command) -> None:
    command("--as", "lou", "steward", "--once")
    assert command("--as", "lou", "steward", "--once") == (0, "", "")
    assert command("--as", "ines", "steward", "--once")[0] == 4
