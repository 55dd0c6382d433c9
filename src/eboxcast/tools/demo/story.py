"""The first half of the demo's story. Every command in it is really run, as it stands on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eboxcast.lib.formatting import long_date
from eboxcast.package.sampling_content import APPLICATION
from eboxcast.tools.demo.dates import DemoDates
from eboxcast.tools.demo.files import SHORT_LIST, DemoFiles
from eboxcast.tools.demo.people import TYPE
from eboxcast.tools.demo.stage import Stage

REFUSED = 3
NOT_NOW = 4
ACCEPTANCE = ("--environment", "acceptance")
PRODUCTION = ("--environment", "production")


@dataclass(frozen=True, kw_only=True)
class Play:
    """What every act knows."""

    stage: Stage
    files: DemoFiles
    dates: DemoDates
    recipients: int

    @property
    def broadcast(self) -> str:
        """Return the number of the broadcast: the first that was asked for that year."""
        return f"{self.dates.begins.year}-0001"

    def act(self, title: str, *paragraphs: str) -> None:
        """Begin the next part of the story."""
        self.stage.act(title, *paragraphs)

    def be(self, day: date, hour: str = "09:00") -> None:
        """Move the clock of the demo."""
        self.stage.run("clock", "set", f"{day.isoformat()}T{hour}")


def tell_beginning(play: Play) -> None:
    """Play all acts until the files for production are there."""
    for act in (_open, _become_a_sender, _check_draft, _ask_for_a_date, _test, _test_again, _reconfirm_late):
        act(play)


def _open(play: Play) -> None:
    play.act(
        "An installation and its people",
        "It is a demo installation: people act with --as, and the clock can be moved. Today is"
        f" {_said(play.dates.begins)}.",
    )
    play.stage.run("migrate")
    play.be(play.dates.begins)
    play.stage.run("person", "load", play.files.operator)
    play.stage.run("--as", "lou", "ebox", "load", play.files.testers_eboxes, *ACCEPTANCE)
    play.stage.run("--as", "lou", "ebox", "load", play.files.eboxes, *PRODUCTION)


def _become_a_sender(play: Play) -> None:
    play.act(
        "A new sender",
        "A new institution requests a message type. BCSS validates it, the integration team accepts it and configures"
        " it in acceptance. Every answer shows who it is waiting for.",
    )
    play.stage.run("--as", "ines", "message-type", "request", play.files.form)
    play.stage.run("--as", "vera", "message-type", "validate", 1)
    play.stage.run("--as", "ines", "message-type", "accept", 1)
    play.stage.run("--as", "ines", "message-type", "configure", TYPE, *ACCEPTANCE)
    play.stage.run("--as", "ines", "person", "load", play.files.institution)


def _check_draft(play: Play) -> None:
    play.act(
        "A first draft, with faults",
        "Spreadsheets remove zeros and people make typing errors. The check shows every fault at once, where it is and"
        " what to do. It needs no account and sends nothing.",
    )
    play.stage.run("check", play.files.draft, ends_with=REFUSED, shown=24)


def _ask_for_a_date(play: Play) -> None:
    dates, number = play.dates, play.broadcast
    play.act(
        "A date, across a holiday",
        f"Anne requests {_said(dates.wanted)}. BCSS is not available and proposes days after Armistice Day; Anne"
        " accepts one. The deadlines are counted in working days, without holidays.",
    )
    what = ("--application", APPLICATION, "--type", TYPE, "--subject", "What changes on 1 January")
    asked = ("--date", dates.wanted, "--recipients", f"fr={play.recipients}")
    play.stage.run("--as", "anne", "broadcast", "request", *what, *asked, shown=4)
    decide = ("broadcast", "decide", number)
    proposed = ("--date", dates.evening, "--date", dates.also_proposed)
    play.stage.run("--as", "vera", *decide, "postpone", *proposed, "--reason", "The registers are down.", shown=8)
    play.stage.run("--as", "anne", "broadcast", "agree", number, dates.evening)
    play.stage.run("--as", "ines", *decide, "accept", shown=8)


def _test(play: Play) -> None:
    number = play.broadcast
    play.act(
        "The test in acceptance",
        f"The same document, for {SHORT_LIST} testers, in a separate environment. The check finds no faults, but the"
        " testers do: part of the title is missing.",
    )
    play.be(play.dates.acceptance)
    play.stage.run("--as", "anne", "broadcast", "deliver", number, play.files.wrong, *ACCEPTANCE)
    play.stage.run("--as", "ines", "broadcast", "test", number)
    play.stage.run("--as", "lou", "ebox", "-", given=play.files.one_ebox, shown=8)
    verdict = ("--as", "anne", "broadcast", "verdict", number)
    wrong = ("--recipient", 1, "--check", "title", "--failed", "--remark", "the end is missing")
    play.stage.run(*verdict, *wrong, "--seen-in", "ebox")
    play.stage.run(*verdict, "reject", "--reason", "The title is incomplete.")


def _test_again(play: Play) -> None:
    number = play.broadcast
    play.act("The test, again", "New files, a new test. This time every check passes, and the test is approved.")
    play.stage.run("--as", "anne", "broadcast", "deliver", number, play.files.acceptance, *ACCEPTANCE)
    play.stage.run("--as", "ines", "broadcast", "test", number)
    play.stage.run("--as", "anne", "broadcast", "proofs", number, shown=8)
    verdict = ("--as", "anne", "broadcast", "verdict", number)
    play.stage.run(*verdict, "--all", "passed", "--seen-in", "ebox")
    play.stage.run(*verdict, "approve")


def _reconfirm_late(play: Play) -> None:
    dates, number = play.dates, play.broadcast
    play.act(
        "Too late",
        f"Ten working days before, by {_said(dates.reconfirmation_due)}, the institution must reconfirm the date. The"
        " steward does everything that is automatic and sends the emails: Anne is reminded. She forgets, and"
        " reconfirms a day late.",
    )
    play.be(dates.reconfirmation_due)
    play.stage.run("--as", "lou", "steward", "--once")
    play.be(dates.too_late)
    play.stage.run("--as", "lou", "steward", "--once")
    play.stage.run("--as", "anne", "broadcast", "reconfirm", number)
    waive = ("broadcast", "waive", number, "late-reconfirmation", "--reason", "She phoned in time.")
    play.stage.run("--as", "ines", *waive)


def _said(day: date) -> str:
    return long_date(day, "en")
