"""The second half of the demo's story: production, the GO, the evening, and what remains of it."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from django.conf import settings

from eboxcast.lib.formatting import short_digest, short_run
from eboxcast.tools.demo.installation import variables
from eboxcast.tools.demo.people import TEAM, TYPE, everybody
from eboxcast.tools.demo.recipients import let_recipients_sign_in
from eboxcast.tools.demo.stage import ALL, Stage
from eboxcast.tools.demo.story import NOT_NOW, PRODUCTION, Play
from eboxcast.tools.subprocesses import command
from eboxcast.tools.together import run_together

_ANCHOR = re.compile(r"\b\d+:[0-9a-f]{64}\b")


def tell_evening(play: Play, installation: Path) -> None:
    """Play all acts from the files for production to the end."""
    for act in (_deliver, _give_the_go, _make_ready, _publish, _keep, _close):
        act(play)
    _let_recipients_in(play, installation)
    _say_what_next(play, installation)


def open_pages(stage: Stage, installation: Path) -> None:
    """Run everything as the launch team until Ctrl-C, and say where the pages are and who can be tried there."""
    pages = settings.EBOXCAST_PAGES_URL
    stage.tell(f"\nThe pages are at {pages}. Look around as any of these people, without a password:")
    stage.listed(*(f"{name:<8}{role}" for name, role in everybody().items()))
    stage.tell(f"\nRecipients open their eBox at {pages}/ebox/ and choose who they are.")
    run_together({"up": command("--as", "lou", "up")}, env=variables(installation))


def _deliver(play: Play) -> None:
    play.act(
        "All recipients, prepared but not visible",
        f"The approved document, now for {play.recipients:,} people. First it is refused: the message type works in"
        " acceptance only, and the answer shows what to do.",
    )
    deliver = ("--as", "anne", "broadcast", "deliver", play.broadcast, play.files.package, *PRODUCTION)
    play.stage.run(*deliver, ends_with=NOT_NOW)
    play.stage.run("--as", "ines", "message-type", "configure", TYPE, *PRODUCTION)
    play.stage.run(*deliver)


def _give_the_go(play: Play) -> None:
    play.act(
        "The GO",
        "Bram gives it, for this moment and these files. If one letter or one row changes, it is void. The person who"
        " gives the GO can never launch.",
    )
    play.stage.run("--as", "bram", "broadcast", "go", play.broadcast, *_named(play))
    play.stage.run("--as", "bram", "launch", play.broadcast, ends_with=NOT_NOW)


def _make_ready(play: Play) -> None:
    number = play.broadcast
    play.act(
        "What is still missing",
        "The launch is refused until every contact is known. The answer shows who must do what.",
    )
    arm = ("--as", "lou", "broadcast", "arm", number)
    play.stage.run(*arm, ends_with=NOT_NOW, shown=4)
    contact = ("--name", "Eva eBox", "--phone", "+32 2 000 00 01")
    play.stage.run("--as", "ines", "broadcast", "contacts", number, TEAM, *contact)
    play.stage.run("--as", "ines", "broadcast", "warn", number)
    play.stage.run(*arm)


def _publish(play: Play) -> None:
    play.act(
        "The evening",
        "At the agreed moment the steward launches the armed broadcast: all recipients see it at the same moment. If it"
        " were killed half-way, nothing would have happened; run again, it would finish.",
    )
    play.be(play.dates.evening, "18:00")
    play.stage.run("--as", "lou", "steward", "--once")


def _keep(play: Play) -> None:
    folder = play.files.folder
    play.act(
        "What to keep",
        "The certificate proves what happened, and its account adds up to the last row. The paper list contains the"
        " people who still need a letter by post.",
    )
    report = ("--as", "ines", "report", _run_of(play))
    play.stage.run(*report, shown=ALL)
    page = ("--format", "html", "--out", folder / "certificate.html")
    play.stage.run(*report, *page, "--paper-list", folder / "paper-list.csv")


def _close(play: Play) -> None:
    number = play.broadcast
    play.act(
        "Two weeks later",
        "The reading figures are sent and the broadcast is closed. The auditor verifies the audit against the digest"
        " printed in the certificate.",
    )
    play.be(play.dates.closes)
    play.stage.run("--as", "lou", "steward", "--once")
    play.stage.run("--as", "ada", "audit", "verify", "--anchor", _anchor_of(play), shown=ALL)
    play.stage.run("--as", "anne", "broadcast", "show", number, shown=12)


def _let_recipients_in(play: Play, installation: Path) -> None:
    names = let_recipients_sign_in(installation, recipients=play.recipients)
    play.act(
        "The document in an eBox",
        f"Recipients read it in a browser. {', '.join(names)} can sign in: `eboxcast up` runs a simulated sign-in"
        " beside the pages. Opening the document for the first time counts in the reading figures.",
    )


def _say_what_next(play: Play, installation: Path) -> None:
    folder, number = play.files.folder, play.broadcast
    mails = installation / "mail"
    play.act("What to look at", f"Everything the demo read and wrote is in {folder}:")
    play.stage.listed(
        f"{folder / 'certificate.html'}  open it in a browser",
        f"{folder / 'paper-list.csv'}  who needs paper",
        f"{mails}  the {len(list(mails.glob('*.eml')))} emails of the demo, each in the language of its reader",
    )
    play.stage.tell(
        "\nThe installation is kept and its database keeps running. The next demo starts again. To look around:"
    )
    if shutil.which("eboxcast") is None:
        play.stage.listed(f"(where eboxcast means {Path(sys.argv[0]).absolute()})")
    play.stage.listed(
        f"export EBOXCAST_STATE_DIR={installation}",
        "eboxcast --as lou up   (opens the pages, where you can be each of the people)",
        f"eboxcast --as anne broadcast show {number} --history",
        f"eboxcast --as ines notices list --broadcast {number}",
        "eboxcast --as ada audit list",
        "eboxcast --as anne broadcast request --help   (request another broadcast, then miss its window)",
        "eboxcast down   (stop the database; any command starts it again)",
    )


def _named(play: Play) -> tuple[object, ...]:
    shown = play.stage.ask("--as", "bram", "broadcast", "go", play.broadcast, "--show")
    return ("--moment", shown["agreed_at"], "--files", short_digest(str(shown["files"])))


def _anchor_of(play: Play) -> str:
    """Read it from the certificate, as an auditor does who was given the page."""
    found = _ANCHOR.search((play.files.folder / "certificate.html").read_text("utf-8"))
    assert found  # noqa: S101 - a certificate has one
    return found[0]


def _run_of(play: Play) -> object:
    production = play.stage.ask("--as", "ines", "broadcast", "show", play.broadcast)["production"]
    assert isinstance(production, dict)  # noqa: S101 - the same
    return short_run(production["run"])
