"""The story of the demo, act by act. Every command in it is really run, as it stands on the screen."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from eboxcast.cli.demo_files import SHORT_LIST, Broadcast, DemoFiles
from eboxcast.cli.demo_stage import Stage
from eboxcast.delivery.models import Run

_REFUSED = 3


def tell_story(stage: Stage, files: DemoFiles) -> None:
    """Play all acts."""
    for act in (_introduce, _check_draft, _check, _accept, _look, _publish, _keep, _say_what_next):
        act(stage, files)


def _introduce(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "Who may send what, and who has an eBox",
        "A made-up institution has two letters, one in French and one in Dutch. Its message types are agreed"
        " once; the owner of the eBoxes tells who has one. Everybody here was born from 1900 to 1911: nobody living.",
    )
    stage.run("message-type", "load", files.message_types)
    stage.run("ebox", "load", files.testers_eboxes, "--environment", "acceptance")
    stage.run("ebox", "load", files.eboxes, "--environment", "production")


def _check_draft(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "A first draft, with faults",
        "Spreadsheets eat zeros and people make typing errors. The check says all that is wrong at once, where it is"
        " and what to do about it. Nothing has been sent anywhere.",
    )
    stage.run("check", files.draft, ends_with=_REFUSED)


def _check(stage: Stage, files: DemoFiles) -> None:
    stage.act("The real files", "Mended, and complete this time.")
    for broadcast in (files.french, files.dutch):
        stage.run("check", broadcast.package)


def _accept(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "Acceptance",
        f"The same documents first go to {SHORT_LIST} testers each, in an environment of their own. Each run ends with"
        " a certificate; the one of the French production run stands below.",
    )
    for broadcast in (files.french, files.dutch):
        stage.run("publish", broadcast.acceptance, "--environment", "acceptance", quiet=True)


def _look(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "A look into the eBox of a tester",
        "The number comes from a file: it stands on no command line and in no log. Looking marks nothing as read.",
    )
    stage.run("ebox", "-", given=files.one_ebox)


def _publish(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "Production",
        "The real thing. Stored completely and visible to nobody; then visible to everybody at the same moment. If it"
        " is interrupted, the same command continues, and nobody gets anything twice.",
    )
    stage.run("publish", files.french.package, "--environment", "production")
    stage.run("publish", files.dutch.package, "--environment", "production", quiet=True)


def _keep(stage: Stage, files: DemoFiles) -> None:
    stage.act(
        "What to keep",
        "The certificate proves what happened, as a page to print and as JSON; the paper list names who still needs a"
        " letter by post.",
    )
    for broadcast in (files.french, files.dutch):
        run, folder = _run_of(broadcast), broadcast.folder
        page = ("--format", "html", "--out", folder / "certificate.html")
        stage.run("report", run, *page, "--paper-list", folder / "paper-list.csv")
        stage.run("report", run, "--format", "json", "--out", folder / "certificate.json")


def _say_what_next(stage: Stage, files: DemoFiles) -> None:
    run = _run_of(files.french)
    stage.act("What to try next", f"Everything the demo read and wrote is in {files.folder}:")
    stage.listed(
        f"{files.french.package}  the three files of the French broadcast",
        f"{files.french.folder / 'certificate.html'}  open it in a browser",
        f"{files.french.folder / 'paper-list.csv'}  who needs paper",
    )
    stage.tell("\nAnd on the command line:")
    if shutil.which("eboxcast") is None:
        stage.listed(f"(where eboxcast stands for {Path(sys.argv[0]).absolute()})")
    stage.listed(
        f"eboxcast publish {files.french.package} --environment production   (again: nothing is done twice)",
        f"eboxcast status {run}",
        "eboxcast runs",
        f'eboxcast recall {run} --reason "It was a demo"',
        "eboxcast sample --recipients 1000 --out mine   (files of your own to spoil)",
        "eboxcast down   (stop the database; any command starts it again)",
    )


def _run_of(broadcast: Broadcast) -> str:
    return Run.objects.get(environment="production", ticket=broadcast.ticket).short
