"""A set that is complete is taken, prepared, answered and removed; what fails leaves nothing behind but its answer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import override_settings
from tests import starter
from tests.audit.without_entries import Control
from tests.broadcasts import people as p
from tests.delivery.procedure import INSTITUTION, SHORT
from tests.exchange.dropping import Dropping, age, texts
from tests.faults.machine import wait_until
from tests.locks import beside, locked, wait_until_held_up
from tests.moments import pass_time
from tests.package.scanner import EICAR, scanning
from tests.package.spreadsheets import write_xlsx

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import acceptance, requests, scheduling
from eboxcast.broadcasts.models import FileDelivery, SeenIn, State
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.exchange.collection import _LOCK, collect
from eboxcast.exchange.folders import DropFolderUnusable
from eboxcast.exchange.models import TakenSet
from eboxcast.exchange.sets import STAGING
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.crashpoints import Taking

ADVISORY = "select count(*) from pg_locks where locktype = 'advisory'"


def test_a_complete_set_is_prepared_answered_and_removed(dropping: Dropping) -> None:
    dropping.put()
    collected = dropping.collect()
    assert (collected.outcome, collected.codes, collected.error) == ("accepted", (), None)
    assert dropping.now().state == State.ACCEPTANCE_DELIVERED
    assert dropping.left() == []
    assert list((dropping.root / STAGING).iterdir()) == []
    assert dropping.left("OUTTEST") == [
        f"FO.ACRF.{INSTITUTION}.20270118.00001.T.1.1.xml",
        f"FO.NOTI.{INSTITUTION}.20270118.00001.T.1.1.xml",
    ]
    assert texts(dropping.receipt(), "ResultCode") == ["1"]
    assert texts(dropping.notification(), "Recipients") == [str(SHORT)]


def test_the_package_keeps_the_names_of_its_files_and_who_delivered_is_the_folder(dropping: Dropping) -> None:
    dropping.put()
    dropping.collect()
    delivery = FileDelivery.objects.get(broadcast=dropping.broadcast)
    assert (delivery.by, delivery.via) == (f"drop-folder@{INSTITUTION}", "folder")
    assert [file["name"] for file in delivery.files] == ["metadata.xml", "information-fr.pdf", "recipients-01.csv"]


def test_taken_files_are_not_accepted_rows(dropping: Dropping) -> None:
    broken = dropping.story.files(SHORT)
    (broken / "recipients-01.csv").write_text("NISS\n85073003329\n85073003328\n")
    dropping.put(broken)
    assert dropping.collect().outcome == "rejected"
    assert texts(dropping.receipt(), "ResultCode") == ["1"]
    told = dropping.notification()
    assert (texts(told, "ResultCode"), texts(told, "ErrorID")[-1], texts(told, "Line")) == (
        ["0"],
        "row.check-digits",
        ["2"],
    )
    assert dropping.left() == []
    assert dropping.now().state == State.SCHEDULED


def as_spreadsheet(directory: Path, *names: str) -> Path:
    """Give the list of a package as a spreadsheet with these sheets."""
    (plain,) = directory.glob("*.csv")
    rows = [line.split(";") for line in plain.read_text("utf-8-sig").splitlines()]
    plain.unlink()
    write_xlsx(directory / "recipients.xlsx", dict.fromkeys(names, rows) | {"Notes": [["x"]]})
    return directory


def test_a_spreadsheet_is_taken_and_what_was_read_of_it_is_answered(dropping: Dropping) -> None:
    dropping.put(as_spreadsheet(dropping.story.files(SHORT), "Feuil1"))
    assert dropping.collect().outcome == "accepted"
    told = dropping.notification()
    assert (texts(told, "Recipients"), texts(told, "Sheet"), texts(told, "Column")) == ([str(SHORT)], ["Feuil1"], ["A"])
    assert texts(told, "Text") == ["Feuilles qui ne sont pas lues\N{NO-BREAK SPACE}: Notes."]


def test_a_spreadsheet_that_leaves_a_choice_is_refused_with_its_sheets(dropping: Dropping) -> None:
    dropping.put(as_spreadsheet(dropping.story.files(SHORT), "A", "B"))
    assert dropping.collect().outcome == "rejected"
    assert "list.which-sheet" in texts(dropping.notification(), "ErrorID")
    assert any("A, B" in text for text in texts(dropping.notification(), "Text"))


def test_no_answer_names_a_recipient(dropping: Dropping) -> None:
    broken = dropping.story.files(SHORT)
    (broken / "recipients-01.csv").write_text("NISS\n85073003329\n")
    (broken / "recipients-01.csv").rename(broken / "85073003329.csv")
    dropping.put(broken)
    dropping.collect()
    answers = b"".join(path.read_bytes() for path in (dropping.own / "OUTTEST").iterdir())
    assert b"85073003329" not in answers
    assert not TakenSet.objects.filter(parts__icontains="85073003329").exists()


def test_what_the_procedure_refuses_is_said_in_the_second_answer(dropping: Dropping) -> None:
    scheduling.cancel(dropping.broadcast, actor=dropping_requester(), reason="no")
    dropping.put()
    assert dropping.collect().outcome == "rejected"
    assert texts(dropping.notification(), "ErrorID") == ["broadcast.not-in-this-state"]
    assert dropping.left() == []


def dropping_requester() -> Actor:
    return Actor("anne", p.ANNE.roles, INSTITUTION, "fr")


def test_without_its_go_file_a_set_waits(dropping: Dropping) -> None:
    dropping.put_parts(dropping.story.files(SHORT), dropping.reference())
    assert collect(dropping.root, actor=STEWARD) == []
    assert len(dropping.left()) == 3


def test_parts_that_come_after_their_go_file_are_waited_for_a_while(dropping: Dropping) -> None:
    go = dropping.put()
    last = next(dropping.incoming.glob("FI.*.3.3.*"))
    kept = last.read_bytes()
    last.unlink()
    assert dropping.collect().outcome == "waiting"
    last.write_bytes(kept)
    assert dropping.collect().outcome == "accepted"
    assert not go.exists()


def test_a_go_file_whose_parts_never_come_is_refused(dropping: Dropping) -> None:
    age([dropping.put_go(dropping.reference())], timedelta(hours=1))
    collected = dropping.collect()
    assert (collected.outcome, collected.codes) == ("refused", (120,))
    assert texts(dropping.receipt(), "ErrorID") == ["BRDC-120"]
    assert texts(dropping.receipt(), "ResultCode") == ["0"]
    assert dropping.left() == []
    assert dropping.answers("NOTI") == []


def test_the_same_set_twice_is_refused_the_second_time(dropping: Dropping) -> None:
    files = dropping.story.files(SHORT)
    dropping.put(files)
    dropping.collect()
    dropping.put(files)
    collected = dropping.collect()
    assert (collected.outcome, collected.codes) == ("refused", (133,))
    assert len(dropping.left("OUTTEST")) == 3
    assert dropping.left() == []


def test_another_set_takes_the_place_of_the_one_before(dropping: Dropping) -> None:
    dropping.put(sequence=1)
    dropping.put(dropping.story.files(SHORT + 1), sequence=2)
    assert [one.outcome for one in collect(dropping.root, actor=STEWARD)] == ["accepted", "accepted"]
    assert dropping.now().short_list_count == SHORT + 1


def test_a_broadcast_that_is_not_theirs_is_not_found(dropping: Dropping) -> None:
    dropping.put_parts(dropping.story.files(SHORT), dropping.reference())
    dropping.put_go(dropping.reference(), number="2027-0999")
    assert dropping.collect().codes == (201,)


def test_production_has_folders_of_its_own(dropping: Dropping) -> None:
    broadcast = dropping.broadcast
    dropping.put()
    dropping.collect()
    run_test(dropping.now(), actor=p.INES)
    anne = dropping_requester()
    acceptance.judge(broadcast, actor=anne, seen=p.seen(SHORT), seen_in=SeenIn.PROOF)
    acceptance.approve(broadcast, actor=anne)
    requests.reconfirm(broadcast, actor=anne)
    reference = dropping.reference(letter="R")
    dropping.put_parts(dropping.story.files(40), reference, into="IN")
    dropping.put_go(reference, into="IN")
    assert dropping.collect().outcome == "accepted"
    assert dropping.now().recipients_count == 40
    assert (dropping.left("IN"), len(dropping.left("OUT"))) == ([], 2)


def test_a_set_for_production_in_the_folder_for_acceptance_is_refused(dropping: Dropping) -> None:
    reference = dropping.reference(letter="R")
    dropping.put_parts(dropping.story.files(SHORT), reference)
    dropping.put_go(reference)
    assert dropping.collect().codes == (118,)
    assert dropping.left() == []


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_a_set_not_taken_yet_is_cancelled(dropping: Dropping, cancelled_first: bool) -> None:
    dropping.put_parts(dropping.story.files(SHORT), dropping.reference())
    if not cancelled_first:
        dropping.put_go(dropping.reference())
    dropping.put_cancel()
    assert dropping.collect().outcome == "cancelled"
    assert dropping.left() == []
    assert not FileDelivery.objects.exists()


def test_what_was_prepared_is_taken_back(dropping: Dropping) -> None:
    dropping.put()
    dropping.collect()
    dropping.put_cancel()
    assert dropping.collect().outcome == "cancelled"
    assert (dropping.now().state, dropping.now().acceptance_run) == (State.SCHEDULED, None)
    dropping.put_cancel()
    assert dropping.collect().outcome == "cancelled"


def test_what_was_tested_is_not_taken_back_and_the_answer_says_why(dropping: Dropping) -> None:
    dropping.put()
    dropping.collect()
    run_test(dropping.now(), actor=p.INES)
    dropping.put_cancel()
    assert dropping.collect().codes == (206,)
    assert texts(dropping.notification(), "ErrorID") == ["broadcast.not-in-this-state"]
    assert dropping.now().state == State.TESTED


def test_a_set_whose_place_another_took_is_not_taken_back(dropping: Dropping) -> None:
    dropping.put(sequence=1)
    dropping.put(dropping.story.files(SHORT + 1), sequence=2)
    collect(dropping.root, actor=STEWARD)
    dropping.put_cancel(sequence=1)
    assert dropping.collect().codes == (206,)
    assert dropping.now().short_list_count == SHORT + 1


def test_nothing_to_cancel_is_said(dropping: Dropping) -> None:
    dropping.put_cancel()
    assert dropping.collect().codes == (205,)


def test_each_refusal_is_on_record(dropping: Dropping) -> None:
    dropping.put_cancel()
    dropping.collect()
    entry = Entry.objects.get(action="exchange.refused")
    assert (entry.by, entry.environment) == (f"drop-folder@{INSTITUTION}", "acceptance")
    assert entry.data == {"reference": dropping.reference(), "cancels": True, "codes": [205]}


def test_two_collectors_at_once_take_nothing_twice(
    dropping: Dropping, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    dropping.put()
    sweepers[0].execute("select pg_advisory_lock(%s)", [_LOCK])
    try:
        assert collect(dropping.root, actor=STEWARD) == []
    finally:
        sweepers[0].execute("select pg_advisory_unlock(%s)", [_LOCK])
    assert dropping.collect().outcome == "accepted"


COLLECT = """
import sys
from pathlib import Path
from eboxcast.database import boot
boot.start()
from eboxcast.exchange.collection import collect
from eboxcast.lib.actors import STEWARD
collect(Path(sys.argv[1]), actor=STEWARD)
"""


@pytest.mark.parametrize("point", Taking)
def test_a_collector_killed_anywhere_is_taken_up_by_the_next(
    dropping: Dropping, sweepers: Control, tmp_path: Path, point: Taking
) -> None:
    """Each file delivered once, two answers, nothing left: whichever step was the last."""
    program = tmp_path / "collect.py"
    program.write_text(COLLECT, "utf-8")
    dropping.put()
    env = {**os.environ, "EBOXCAST_TEST": "1", "EBOXCAST_CRASH_AT": point}
    killed = starter.run(program, dropping.root, env=env)
    assert killed.returncode == -signal.SIGKILL
    wait_until(lambda: sweepers[0].execute(ADVISORY).fetchone() == (0,))
    collect(dropping.root, actor=STEWARD)
    assert (dropping.left(), len(dropping.left("OUTTEST"))) == ([], 2)
    assert FileDelivery.objects.filter(accepted=True).count() == 1
    assert TakenSet.objects.get().answered_at is not None
    assert list((dropping.root / STAGING).iterdir()) == []


def test_a_file_written_while_it_is_read_is_taken_later(dropping: Dropping) -> None:
    """The copy is compared with what lies there once all parts are copied."""
    dropping.put()
    part = next(dropping.incoming.glob("FI.*.csv"))
    content = part.read_bytes()
    os.truncate(part, 100 << 20)  # so that copying takes longer than it takes to write
    writing = subprocess.Popen(["sh", "-c", f"while :; do echo >> {part}; done"])
    assert dropping.collect().outcome == "waiting"
    writing.kill()
    writing.wait()
    assert len(dropping.left()) == 4
    part.write_bytes(content)
    assert dropping.collect().outcome == "accepted"


def test_a_file_that_took_the_place_of_one_we_took_is_left(dropping: Dropping, sweepers: Control) -> None:
    dropping.put()
    part = next(dropping.incoming.glob("FI.*.csv"))
    with beside(dropping.collect) as collecting:
        with locked(sweepers[1], "lock table release in exclusive mode"):
            wait_until_held_up(sweepers[1])
            part.write_text("another")
        collecting.result()
    assert dropping.left() == [part.name]


def test_what_is_not_meant_for_us_is_left(dropping: Dropping, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("85073003328")
    (dropping.incoming / "notes.txt").write_text("hello")
    (dropping.incoming / ".hidden").touch()
    (dropping.incoming / f"GO.{dropping.reference()}.1.{dropping.broadcast.number}").symlink_to(secret)
    (dropping.incoming / f"GO.{dropping.reference(2)}.1.{dropping.broadcast.number}").mkdir()
    os.mkfifo(dropping.incoming / f"GO.{dropping.reference(3)}.1.{dropping.broadcast.number}")
    before = dropping.left()
    assert collect(dropping.root, actor=STEWARD) == []
    assert dropping.left() == before
    assert secret.read_text() == "85073003328"


@pytest.mark.parametrize("kind", ["link", "hard link", "folder", "pipe"])
def test_a_part_that_is_no_ordinary_file_is_refused_and_left(dropping: Dropping, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("NISS\n85073003328\n")
    part = dropping.incoming / f"FI.{dropping.reference()}.1.1.list.csv"
    make = {
        "link": lambda: part.symlink_to(secret),
        "hard link": lambda: part.hardlink_to(secret),
        "folder": part.mkdir,
        "pipe": lambda: os.mkfifo(part),
    }
    make[kind]()
    dropping.put_go(dropping.reference(), parts=1)
    assert dropping.collect().codes == (202,)
    assert dropping.left() == [part.name]


def test_a_folder_that_is_a_link_is_no_drop_folder(dropping: Dropping, tmp_path: Path) -> None:
    dropping.put()
    dropping.incoming.rename(tmp_path / "elsewhere")
    dropping.incoming.symlink_to(tmp_path / "elsewhere")
    assert collect(dropping.root, actor=STEWARD) == []
    assert len(list((tmp_path / "elsewhere").iterdir())) == 4


def test_the_folder_of_nobody_is_left(dropping: Dropping) -> None:
    dropping.put()
    shutil.move(dropping.own, dropping.root / "0999999999")
    assert collect(dropping.root, actor=STEWARD) == []


def test_answers_are_not_written_through_a_link(dropping: Dropping, tmp_path: Path) -> None:
    dropping.put()
    (dropping.own / "OUTTEST").rmdir()
    (dropping.own / "OUTTEST").symlink_to(tmp_path)
    collected = dropping.collect()
    assert (collected.outcome, type(collected.error)) == ("trouble", DropFolderUnusable)
    assert len(dropping.left()) == 4


@pytest.mark.usefixtures("installation")
def test_a_root_that_is_not_there_is_said() -> None:
    with pytest.raises(DropFolderUnusable):
        collect(Path("/nonexistent/drop"), actor=STEWARD)


def test_another_day_numbers_its_answers_anew(dropping: Dropping) -> None:
    dropping.put_cancel()
    dropping.collect()
    pass_time(days=1)
    dropping.put_cancel()
    dropping.collect()
    day = clock.today().strftime("%Y%m%d")
    assert dropping.left("OUTTEST")[-1] == f"FO.ACRF.{INSTITUTION}.{day}.00001.T.1.1.xml"


def test_an_infected_file_is_answered_and_what_cannot_be_examined_waits(dropping: Dropping, tmp_path: Path) -> None:
    infected = dropping.story.files(SHORT)
    next(infected.glob("*.pdf")).write_bytes(EICAR)
    with override_settings(EBOXCAST_CLAMD=tmp_path / "nobody.ctl"):
        dropping.put(infected)
        waiting = dropping.collect()
    assert (waiting.outcome, waiting.error.code if waiting.error else "") == ("trouble", "package.scanner-away")
    assert len(dropping.left()) == 4
    with scanning(tmp_path) as scanner, override_settings(EBOXCAST_CLAMD=scanner):
        assert dropping.collect().outcome == "rejected"
        told = dropping.notification()
        assert (texts(told, "ResultCode"), texts(told, "ErrorID")) == (["0"], ["package.infected"])
        dropping.put(sequence=2)
        assert dropping.collect().outcome == "accepted"
