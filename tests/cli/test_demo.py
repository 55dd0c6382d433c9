"""`eboxcast demo` plays a whole broadcast with the real commands, on an installation of its own, again and again."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TextIO

import pytest
from tests import guard
from tests.cli.serving import answer_to, free_port
from tests.conftest import Eboxcast
from tests.faults.machine import PATIENCE, PROGRAM, Machine
from tests.starter import Begun

from eboxcast.database import boot
from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.embedded.server import take_down
from eboxcast.delivery.errors import Interrupted
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib.errors import EboxcastError
from eboxcast.package.model import Policies
from eboxcast.tools.demo.dates import dates_after
from eboxcast.tools.demo.files import write_files
from eboxcast.tools.demo.people import everybody

DATES = dates_after(date(2026, 11, 24))


@pytest.fixture
def folder(server: None) -> Iterator[Path]:
    """Where the demo of this state folder has its installation; nothing is left of it afterwards."""
    folder = boot.places().root / "demo-installation"
    guard.watch(folder)
    yield folder
    take_down(Places(folder), boot.to_stderr)
    shutil.rmtree(folder, ignore_errors=True)


def test_interrupted_it_leaves_no_server_and_the_next_ends_with_its_pages_open(folder: Path, tmp_path: Path) -> None:
    """A good forty real processes: it takes long because it is the whole of it."""
    machine, port = Machine(boot.places().root), free_port()
    demo = ("demo", "--recipients", 20, "--out", tmp_path)
    first = machine.begin(*demo, "--headless")
    assert first.popen.stdout is not None
    for line in first.popen.stdout:
        assert "\x1b" not in line
        if "person load" in line:
            break
    assert first.signal(signal.SIGINT).ended().returncode == Interrupted.exit_code
    assert postmaster(Places(folder)) is None
    address = f"http://127.0.0.1:{port}"
    pages = {"EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}", "EBOXCAST_PAGES_URL": address, "COLUMNS": "200"}
    shown, second = _on_a_terminal(*demo, env=machine.env(pages))
    with shown, second:
        told = "".join(_lines_until(f"Recipients open their eBox at {address}/ebox/", shown))
        answer, page = answer_to(port, "/sign-in")
        assert answer.status == 200, told
        assert "Anne Dubois" in page
        assert guard.working_for(folder)
        second.send_signal(signal.SIGINT)
        list(_lines_until(None, shown))  # what nobody reads can hold up its end
        assert second.wait(PATIENCE) == 0
    assert guard.working_for(folder) == []
    people = (f"{name:<8}{role}" for name, role in everybody().items())
    for said in (
        "row.leading-zero-lost",
        "by Wednesday 27 October 2027",
        "is configured in acceptance only",
        "has no contact for: ebox",
        "Published to all 20 recipients",
        "No faults found.",
        "· closed · FR",
        f"The pages are at {address}.",
        *people,
    ):
        assert said in told
    kept = {path.name for path in max(tmp_path.iterdir()).iterdir()}
    assert {"certificate.html", "paper-list.csv"} <= kept
    assert len(list((folder / "mail").glob("*.eml"))) > 25


def _on_a_terminal(*words: object, env: dict[str, str]) -> tuple[TextIO, Begun]:
    """Begin a command whose output is a terminal; return what shows there. Nobody types: a demo then does not pause."""
    ours, theirs = pty.openpty()
    begun = Begun([PROGRAM, *words], env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, text=True)
    os.close(theirs)
    return os.fdopen(ours, encoding="utf-8"), begun


def _lines_until(said: str | None, shown: TextIO) -> Iterator[str]:
    """Return the lines up to one, or to the end: then a terminal says that it cannot be read."""
    with suppress(OSError):
        for line in shown:
            yield line
            if said and said in line:
                return


def test_another_demo_is_for_the_same_people(installation: None, tmp_path: Path) -> None:
    first, second = (write_files(tmp_path / name, recipients=10, dates=DATES) for name in ("first", "second"))
    assert first.eboxes.read_bytes() == second.eboxes.read_bytes()
    for sent in (first.wrong, first.acceptance, first.package):
        assert check_for_sending(sent, policies=Policies()).package is not None


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2027, 3, 1), date(2027, 9, 1), date(2030, 8, 31)])
def test_every_day_of_the_story_lies_ahead_and_in_its_order(today: date) -> None:
    dates = dates_after(today)
    days = [dates.begins, dates.acceptance, dates.reconfirmation_due, dates.too_late]
    days += [dates.wanted, dates.evening, dates.also_proposed]
    assert days == sorted(set(days))
    assert today < days[0]
    assert dates.closes > dates.also_proposed


def test_a_folder_that_no_demo_made_is_left_alone(eboxcast: Eboxcast, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (folder / "mine").touch()
    told = eboxcast("demo", "--headless", "--out", tmp_path / "out")
    assert (told.returncode, told.stdout) == (4, "")
    assert "was not created by a demo" in told.stderr
    assert (folder / "mine").is_file()


def test_two_demos_do_not_play_on_one_installation(eboxcast: Eboxcast, folder: Path, tmp_path: Path) -> None:
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = eboxcast("demo", "--headless", "--out", tmp_path / "out")
    assert (told.returncode, told.stdout) == (4, "")
    assert "Another demo is running" in told.stderr


def test_a_place_that_cannot_be_written_is_said(eboxcast: Eboxcast, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    told = eboxcast("demo", "--headless", "--recipients", 10, "--out", tmp_path / "file" / "demo")
    assert told.returncode == EboxcastError.exit_code
    assert str(tmp_path / "file" / "demo") in told.stderr
    assert "Traceback" not in told.stderr
