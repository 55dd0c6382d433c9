"""`eboxcast demo` tells the whole story with the real commands, again and again."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import Eboxcast

from eboxcast.cli.demo_files import write_files
from eboxcast.database import boot
from eboxcast.delivery import actions
from eboxcast.delivery.models import Run
from eboxcast.delivery.waiting import Window
from eboxcast.mailboxes.loading import load_eboxes
from eboxcast.package.checking import check_package
from eboxcast.senders.loading import load_senders


def test_the_story_ends_with_everybody_reached(eboxcast: Eboxcast, tmp_path: Path) -> None:
    """Nineteen real processes: it takes seconds because it is the whole of it."""
    told = eboxcast("demo", "--headless", "--recipients", 2000, "--out", tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Published to all 2,000 recipients" in told.stdout
    assert "This eBox shows 1 message(s)" in told.stdout
    assert "row.leading-zero-lost" in told.stdout
    assert "\x1b" not in told.stdout
    (folder,) = tmp_path.iterdir()
    kept = {"certificate.html", "certificate.json", "paper-list.csv"}
    assert kept <= {path.name for path in (folder / "nl").iterdir()}
    published = Run.objects.filter(environment="production", state="published")
    assert list(published.values_list("published_count", flat=True)) == [2000, 2000]


def test_another_demo_is_for_the_same_people_and_published_anew(installation: None, tmp_path: Path) -> None:
    """Each has tickets of its own, so the second is no repetition of the first."""
    runs = set()
    for stamp in ("20270101-120000", "20270101-120001"):
        files = write_files(tmp_path / stamp, recipients=10, stamp=stamp)
        load_senders(files.message_types, by="test")
        load_eboxes("production", files.eboxes)
        package = check_package(files.french.package).package
        assert package is not None
        run = actions.prepare(package, environment="production", by="test")
        runs.add(actions.launch(run, by="test", window=Window(), waiting=print).visible_at)
    assert len(runs) == 2
    assert (tmp_path / "20270101-120000/eboxes.csv").read_bytes() == files.eboxes.read_bytes()


def test_no_made_up_people_in_databases_of_somebody_else(eboxcast: Eboxcast, tmp_path: Path) -> None:
    url = f"postgresql://eboxcast_control@/eboxcast_control?host={boot.places().socket}"
    told = eboxcast("demo", "--headless", "--out", tmp_path / "out", env={"EBOXCAST_DATABASE_URL": url})
    assert (told.returncode, told.stdout) == (4, "")
    assert "✗ The demo only runs on the embedded database" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_said(eboxcast: Eboxcast, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    told = eboxcast("demo", "--headless", "--recipients", 10, "--out", tmp_path / "file" / "demo")
    assert told.returncode == 1
    assert f"{tmp_path / 'file' / 'demo'}{os.sep}" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_demo_makes_nobody_up_where_the_procedure_is_followed(
    eboxcast: Eboxcast, procedure_on: None, tmp_path: Path
) -> None:
    told = eboxcast("demo", "--headless", "--out", tmp_path / "out")
    assert (told.returncode, told.stdout) == (4, "")
    assert "make demo" in told.stderr
