"""From the verdict to the GO and the evening: what must be ready, and who is told what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.broadcasts import people
from tests.cli.conftest import Command

from eboxcast.broadcasts import production
from eboxcast.broadcasts.models import Broadcast, Contact, Go, Verdict

pytestmark = pytest.mark.usefixtures("office")

N = "2027-0001"
MOMENT = "2027-02-15T18:00"
IN_EBOX = ("--seen-in", "ebox")


def files() -> str:
    return production.files_digest(Broadcast.objects.get())


def test_every_check_at_once_then_approved(command: Command) -> None:
    people.tested()
    assert f"eboxcast broadcast look {N}" in command("--as", "anne", "broadcast", "show", N)[1]
    code, out, _ = command("--as", "anne", "broadcast", "verdict", N, "--all", "passed", "--seen-in", "proof")
    assert (code, Verdict.objects.filter(seen_in="proof").count()) == (0, 10)
    assert "10 checks recorded as passed" in out
    assert f"eboxcast broadcast verdict {N} approve" in out
    assert command("--as", "anne", "broadcast", "verdict", N, "approve")[0] == 0
    assert Broadcast.objects.get().state == "approved"


def test_one_failed_check_keeps_it_from_being_approved(command: Command) -> None:
    people.tested()
    verdict = ("--as", "anne", "broadcast", "verdict", N)
    command(*verdict, "--all", "passed", *IN_EBOX)
    failed = ("--recipient", "2", "--check", "title", "--failed", "--remark", "old title")
    code, out, _ = command(*verdict, *failed, *IN_EBOX)
    assert code == 0
    assert "Of 10 checks in 2 eBoxes, 1 failed." in out
    assert f'eboxcast broadcast verdict {N} reject --reason "…"' in out
    assert "--all" not in out
    code, _, said = command(*verdict, "approve")
    assert code == 4
    assert "1 failed" in said
    assert "failed: old title" in command("--as", "ines", "broadcast", "show", N)[1]
    assert command(*verdict, "reject")[0] == 2
    assert command(*verdict, "reject", "--reason", "old title")[0] == 0


def test_a_failed_check_is_corrected_by_name_and_stays_on_record(command: Command) -> None:
    people.tested()
    verdict = ("--as", "anne", "broadcast", "verdict", N, *IN_EBOX)
    title = ("--recipient", "2", "--check", "title")
    command(*verdict, *title, "--failed", "--remark", "the end is missing")
    code, _, said = command(*verdict, "--all", "passed")
    assert code == 3
    assert "--recipient 2 --check title --passed --seen-in … --remark" in said
    assert Verdict.objects.count() == 1
    assert command(*verdict, *title, "--passed", "--remark", "it was my window")[0] == 0
    code, out, _ = command(*verdict, "--all", "passed")
    assert code == 0
    assert f"eboxcast broadcast verdict {N} approve" in out
    shown = command("--as", "ines", "broadcast", "show", N)[1]
    assert "passed: it was my window" in shown
    assert "failed: the end is missing" in shown.partition("Test results that were corrected:")[2]
    found = json.loads(command("--as", "ines", "broadcast", "show", N, "--json")[1])["verdicts"]
    of_title = [one for one in found if (one["recipient"], one["check"]) == (2, "title")]
    assert [(one["passed"], one["counts"], one["remark"]) for one in of_title] == [
        (False, False, "the end is missing"),
        (True, True, "it was my window"),
    ]


def test_where_it_was_seen_is_said_and_never_taken_for_granted(command: Command) -> None:
    people.tested()
    code, _, said = command("--as", "anne", "broadcast", "verdict", N, "--all", "passed")
    assert code == 2
    assert "--seen-in ebox or --seen-in proof" in said
    assert not Verdict.objects.exists()


def test_checks_come_from_a_file_all_or_none(command: Command, tmp_path: Path) -> None:
    people.tested()
    file, verdict = tmp_path / "checks.csv", ("--as", "anne", "broadcast", "verdict", N, *IN_EBOX, "--file")
    file.write_text("recipient,check,result,remark\n1,title,passed,\n2,title,failed,old\n", "utf-8")
    assert command(*verdict, file)[0] == 0
    assert Verdict.objects.count() == 2
    for wrong in ("3,title,passed,", "1,smell,passed,", "1,opens,maybe,", "1,opens,passed,85073003328"):
        file.write_text(f"recipient,check,result,remark\n1,sender,passed,\n{wrong}\n", "utf-8")
        code, _, said = command(*verdict, file)
        assert code == 3
        assert "85073003328" not in said
    file.write_text("nothing\n", "utf-8")
    assert command(*verdict, file)[0] == 3
    assert Verdict.objects.count() == 2


def test_a_verdict_that_says_nothing_is_refused(command: Command) -> None:
    people.tested()
    assert command("--as", "anne", "broadcast", "verdict", N)[0] == 2
    assert command("--as", "anne", "broadcast", "verdict", N, "--recipient", "1")[0] == 2
    assert command("--as", "anne", "broadcast", "verdict", N, "--recipient", "3", "--failed", *IN_EBOX)[0] == 3


def test_a_go_names_the_moment_and_the_files(command: Command) -> None:
    people.delivered()
    go = ("--as", "bram", "broadcast", "go", N)
    code, _, said = command(*go)
    assert code == 2
    assert f"eboxcast broadcast go {N} --show" in said
    code, _, said = command(*go, "--moment", MOMENT, "--files", "0" * 12)
    assert code == 3
    assert files()[:8] not in said
    assert command(*go, "--moment", "2027-02-15T19:00", "--files", files()[:8])[0] == 3
    assert not Go.objects.exists()
    code, out, _ = command(*go, "--moment", MOMENT, "--files", files()[:8])
    assert (code, Go.objects.get().given_by) == (0, "bram")
    assert "the GO was given" in out


def test_the_go_says_everything_that_is_missing_and_who_mends_it(command: Command) -> None:
    people.approved()
    code, _, said = command("--as", "bram", "broadcast", "go", N, "--moment", MOMENT, "--files", "12345678")
    assert code == 4
    broadcast = Broadcast.objects.get()
    production.receive_for_production(broadcast, actor=people.ANNE, delivered=people.files(recipients=7))
    code, _, said = command("--as", "bram", "broadcast", "go", N)
    assert code == 4
    assert f"The institution must run: eboxcast broadcast reconfirm {N}" in said


@pytest.mark.parametrize("who", ["anne", "bram", "ines", "lou", "vera"])
def test_neither_the_sheet_nor_its_json_gives_away_what_a_go_names(command: Command, who: str) -> None:
    people.delivered()
    for words in (("show", N), ("show", N, "--json"), ("list", "--json")):
        code, out, said = command("--as", who, "broadcast", *words)
        assert code == 0
        assert files()[:8] not in out + said


def test_a_go_can_be_taken_back(command: Command) -> None:
    people.confirmed()
    assert command("--as", "bram", "broadcast", "withdraw-go", N, "--reason", "error in the list")[0] == 0
    assert "void: error in the list" in command("--as", "bram", "broadcast", "show", N)[1]


def test_arming_says_what_is_missing_until_nothing_is(command: Command) -> None:
    people.confirmed()
    code, _, said = command("--as", "lou", "broadcast", "arm", N)
    assert code == 4
    assert "The follow-up sheet has no contact for: 0456789034, gatb." in said
    assert f"eboxcast broadcast warn {N}" in said
    assert "Still missing before arming the launch:" in command("--as", "ines", "broadcast", "show", N)[1]
    assert command("--as", "ines", "broadcast", "warn", N, "--first-time", "12")[0] == 0
    assert command("--as", "anne", "broadcast", "contacts", N, "-", "--name", "Anne", "--phone", "02 000 00 00")[0] == 0
    assert command("--as", "anne", "broadcast", "contacts", N, "gatb", "--name", "Gus", "--phone", "1")[0] == 4
    code, out, _ = command("--as", "ines", "broadcast", "contacts", N, "gatb", "--name", "Gus", "--email", "g@e.be")
    assert (code, Contact.objects.count()) == (0, 2)
    assert "Every contact needed has been named." in out
    assert command("--as", "lou", "broadcast", "arm", N)[0] == 0
    assert command("--as", "lou", "broadcast", "disarm", N, "--reason", "by hand")[0] == 0


def test_the_follow_up_sheet_as_json(command: Command) -> None:
    people.requested()
    answer = json.loads(command("--as", "ines", "broadcast", "contacts", N, "--json")[1])
    assert answer["contacts"] == []
    assert not answer["complete"]
