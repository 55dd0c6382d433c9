"""The original procedure, act by act, as people play it: by commands, and by nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance import story_files as files
from tests.acceptance.desk import Answer, Desk
from tests.faults.machine import Observer

FR, NL, GIVEN_UP = "2027-0001", "2027-0002", "2027-0003"
SENDING = ("--application", "demo:broadcast", "--type", "DEMO-INFO")
ACCEPTANCE = ("--environment", "acceptance")
PRODUCTION = ("--environment", "production")
WRONG_TITLE = "Ce qui change pour vous"


@dataclass
class Story:
    """What was answered on the way, by name, for the tests that look back at it."""

    desk: Desk
    answers: dict[str, Answer] = field(default_factory=dict)
    shown: dict[str, dict[str, object]] = field(default_factory=dict)
    """How a broadcast stood at a certain point."""
    audiences: dict[str, list[object]] = field(default_factory=dict)
    observer: Observer | None = None

    def keep(self, name: str, answer: Answer) -> Answer:
        self.answers[name] = answer
        return answer

    def look(self, name: str, broadcast: str) -> dict[str, object]:
        self.shown[name] = self.desk.show(broadcast)
        return self.shown[name]


def play(desk: Desk) -> Story:
    """Play all acts, in their order."""
    story = Story(desk)
    for act in (
        become_a_sender,
        ask_for_dates,
        give_one_up,
        test_in_french,
        test_in_dutch,
        reconfirm,
        deliver_for_production,
        give_the_go,
        change_a_file_after_the_go,
        prepare_the_evening,
        launch_in_dutch,
        miss_the_window,
        find_another_date,
        launch_in_french,
        report_and_close,
        prove,
    ):
        act(story)
    return story


def become_a_sender(story: Story) -> None:
    """An institution that nobody knows asks for a message type: refused once, then configured in acceptance only."""
    desk = story.desk
    desk.be("2027-09-13T09:00")
    desk.act("", "person", "load", files.operator_file(desk.folder))
    desk.act("ines", "message-type", "request", files.type_form(desk.folder))
    first = request_number(desk)
    desk.act("vera", "message-type", "refuse", first, "--reason", "the legal basis is another article")
    desk.act("ines", "message-type", "request", files.type_form(desk.folder), "--again", first)
    again = request_number(desk)
    desk.act("vera", "message-type", "validate", again)
    desk.act("ines", "message-type", "accept", again)
    desk.act("ines", "message-type", "configure", "DEMO-INFO", *ACCEPTANCE)
    desk.act("ines", "person", "load", files.institution_file(desk.folder))
    desk.lead()


def ask_for_dates(story: Story) -> None:
    """Two languages in one campaign; BCSS postpones across Armistice Day and the institution agrees."""
    desk = story.desk
    desk.be("2027-09-20T09:00")
    expected = ("--recipients", f"fr={files.EVERYBODY}", "--recipients", f"nl={files.FEW}")
    what = ("--subject", "Ce qui change", "--campaign", "Janvier", "--date", "2027-11-10")
    desk.act("anne", "broadcast", "request", *SENDING, *what, *expected)
    proposed = ("--date", "2027-11-12", "--date", "2027-11-15")
    for number in (FR, NL):
        decide = ("broadcast", "decide", number)
        desk.act("vera", *decide, "postpone", *proposed, "--reason", "the registers are away on 10 November")
        story.look(f"postponed {number}", number)
        desk.act("anne", "broadcast", "agree", number, "2027-11-12")
        desk.act("ines", *decide, "accept")
        story.look(f"scheduled {number}", number)
    desk.lead()


def give_one_up(story: Story) -> None:
    """Another broadcast gets its date, and is cancelled."""
    desk = story.desk
    what = ("--subject", "Een fout", "--date", "2027-12-01", "--recipients", "nl=10")
    desk.act("anne", "broadcast", "request", *SENDING, *what)
    for who in ("vera", "ines"):
        desk.act(who, "broadcast", "decide", GIVEN_UP, "accept")
    desk.lead()
    desk.act("anne", "broadcast", "cancel", GIVEN_UP, "--reason", "asked for by mistake")
    desk.lead()


def test_in_french(story: Story) -> None:
    """A list with a fault; then a title that is found wrong in the eBoxes; then all as it should be."""
    desk = story.desk
    desk.be("2027-10-04T09:00")
    faulty = files.with_a_lost_zero(_written(desk, "faulty", "fr", files.TESTERS))
    story.keep("faulty", desk.act("anne", "broadcast", "deliver", FR, faulty, *ACCEPTANCE, ends=3))
    wrong = _written(desk, "wrong-title", "fr", files.TESTERS, title=WRONG_TITLE)
    _load_eboxes(desk, wrong, "acceptance")
    desk.act("anne", "broadcast", "deliver", FR, wrong, *ACCEPTANCE)
    desk.act("ines", "broadcast", "test", FR)
    verdict = ("broadcast", "verdict", FR)
    desk.act("anne", *verdict, "--all", "passed", "--seen-in", "proof")
    wrong = ("--recipient", 2, "--check", "title", "--failed", "--remark", "the end is missing")
    desk.act("anne", *verdict, *wrong, "--seen-in", "proof")
    story.keep("not approved", desk.act("anne", *verdict, "approve", ends=4))
    desk.act("anne", *verdict, "reject", "--reason", "the title is cut")
    story.look("rejected", FR)
    desk.lead()
    desk.act("anne", "broadcast", "deliver", FR, _written(desk, "acceptance", "fr", files.TESTERS), *ACCEPTANCE)
    desk.act("ines", "broadcast", "test", FR)
    story.keep("proofs", desk.act("anne", "broadcast", "proofs", FR, "--json"))
    desk.lead()
    desk.act("anne", *verdict, "--all", "passed", "--seen-in", "proof")
    desk.act("anne", *verdict, "approve")


def test_in_dutch(story: Story) -> None:
    """The other language, with nothing wrong."""
    desk = story.desk
    directory = _written(desk, "acceptance", "nl", files.TESTERS)
    desk.act("anne", "broadcast", "deliver", directory, *ACCEPTANCE)
    desk.act("lou", "broadcast", "test", NL)
    desk.act("anne", "broadcast", "verdict", NL, "--all", "passed", "--seen-in", "ebox")
    desk.act("anne", "broadcast", "verdict", NL, "approve")
    desk.lead()


def reconfirm(story: Story) -> None:
    """Reminded twelve working days before and on the day, it is done in time for one and forgotten for the other."""
    desk = story.desk
    for day in ("2027-10-25", "2027-10-27", "2027-10-28"):
        desk.be(f"{day}T09:00")
        story.keep(f"reminded {day}", Answer(0, desk.lead(), ""))
        if day == "2027-10-27":
            desk.act("anne", "broadcast", "reconfirm", NL)
    story.look("late", FR)
    desk.act("anne", "broadcast", "reconfirm", FR)
    desk.lead()


def deliver_for_production(story: Story) -> None:
    """Refused while the type works in acceptance only; then with a list that is too long; then in two lists."""
    desk = story.desk
    everybody = files.with_one_row_too_many(_written(desk, "production", "fr", files.EVERYBODY))
    deliver = ("broadcast", "deliver", FR, everybody, *PRODUCTION)
    story.keep("acceptance only", desk.act("anne", *deliver, ends=4))
    desk.act("ines", "message-type", "configure", "DEMO-INFO", *PRODUCTION)
    story.keep("too long", desk.process("anne", *deliver, ends=3))
    (too_long,) = everybody.glob("*.csv")
    desk.process("", "split", too_long, "--out", desk.folder / "parts")
    too_long.unlink()
    for part in (desk.folder / "parts").iterdir():
        part.rename(everybody / part.name)
    story.keep("delivered", desk.process("anne", *deliver))
    small = _written(desk, "production", "nl", files.FEW)
    _load_eboxes(desk, small, "production")
    desk.act("anne", "broadcast", "deliver", NL, small, *PRODUCTION)


def give_the_go(story: Story) -> None:
    """By the confirmer, for this moment and these files; refused until somebody answers for the late word."""
    desk = story.desk
    story.keep("late go", desk.act("bram", "broadcast", "go", FR, ends=4))
    desk.act("ines", "broadcast", "waive", FR, "late-reconfirmation", "--reason", "asked for by telephone in time")
    story.keep("go not named", desk.act("bram", "broadcast", "go", FR, ends=2))
    wrong = ("--moment", "2027-11-12T18:00", "--files", "00000000")
    desk.act("bram", "broadcast", "go", FR, *wrong, ends=3)
    desk.act("anne", "broadcast", "go", FR, *_named(desk, FR), ends=4)
    for number in (FR, NL):
        desk.act("bram", "broadcast", "go", number, *_named(desk, number))
    story.keep("same person", desk.act("bram", "launch", FR, ends=4))


def change_a_file_after_the_go(story: Story) -> None:
    """One name less in the list: the GO is void, and given again."""
    desk = story.desk
    changed = files.without_the_last(desk.folder / "nl-production" / "package", desk.folder / "nl-changed")
    desk.act("anne", "broadcast", "deliver", NL, changed, *PRODUCTION)
    story.look("go void", NL)
    story.keep("no go", desk.act("lou", "broadcast", "arm", NL, ends=4))
    desk.act("bram", "broadcast", "go", NL, *_named(desk, NL))


def prepare_the_evening(story: Story) -> None:
    """Whom to call, and the contact centre: nothing is armed before."""
    desk = story.desk
    story.keep("not ready", desk.act("lou", "broadcast", "arm", FR, ends=4))
    for number in (FR, NL):
        contact = ("--name", "Gus Claes", "--phone", "+32 2 000 00 01")
        desk.act("ines", "broadcast", "contacts", number, "ebox-ga-tb", *contact)
        desk.act("ines", "broadcast", "warn", number, "--first-time", 12)
    desk.lead()


def launch_in_dutch(story: Story) -> None:
    """The scheduler, with its token: too early, then in the window."""
    desk = story.desk
    token = desk.act("ines", "person", "token", "scheduler", "--label", "night jobs").out.strip()
    desk.be("2027-11-12T17:00")
    story.keep("too early", desk.process("", "launch", NL, ends=4, EBOXCAST_TOKEN=token))
    desk.be("2027-11-12T18:05")
    story.keep("launched", desk.process("", "launch", NL, "--json", EBOXCAST_TOKEN=token))
    desk.lead()


def miss_the_window(story: Story) -> None:
    """Nobody launches the French one. In the morning it is too late, whoever asks."""
    desk = story.desk
    desk.be("2027-11-13T06:01")
    story.keep("too late", desk.act("lou", "launch", FR, ends=4))
    story.keep("missed", Answer(0, desk.lead(), ""))
    story.look("missed", FR)
    story.audiences["missed"] = desk.machine.audience("production", "story-fr")


def find_another_date(story: Story) -> None:
    """Everything about the date is done again; what is prepared stays."""
    desk = story.desk
    desk.be("2027-11-15T09:00")
    desk.act("anne", "broadcast", "want", FR, "2027-11-30")
    for who in ("vera", "ines"):
        desk.act(who, "broadcast", "decide", FR, "accept")
    desk.act("anne", "broadcast", "reconfirm", FR)
    story.look("dated again", FR)
    desk.act("bram", "broadcast", "go", FR, *_named(desk, FR))
    desk.lead()
    desk.act("lou", "broadcast", "arm", FR)
    desk.lead()


def launch_in_french(story: Story) -> None:
    """Armed, it is launched by the steward at the agreed moment, and not before."""
    desk = story.desk
    desk.be("2027-11-30T17:59")
    desk.lead()
    story.audiences["before"] = desk.machine.audience("production", "story-fr")
    desk.be("2027-11-30T18:00")
    with desk.machine.observed("production") as story.observer:
        story.keep("published", desk.process("lou", "steward", "--once"))
    story.audiences["after"] = desk.machine.audience("production", "story-fr")
    desk.lead()


def report_and_close(story: Story) -> None:
    """The certificate, the paper list, and after two weeks how many have read it."""
    desk = story.desk
    run = story.look("published", FR)["production"]["run"]  # type: ignore[index]
    out = desk.folder / "certificate"
    desk.act("ines", "report", run, "--format", "json", "--out", out.with_suffix(".json"))
    paper = ("--paper-list", desk.folder / "paper.csv")
    desk.process("ines", "report", run, "--format", "html", "--out", out.with_suffix(".html"), *paper)
    desk.be("2027-12-15T09:00")
    story.keep("closed", Answer(0, desk.lead(), ""))
    desk.lead()
    for number in (FR, NL):
        story.look(f"closed {number}", number)


def prove(story: Story) -> None:
    """The auditor asks whether anything was touched since the certificate was made."""
    desk = story.desk
    anchor = json.loads((desk.folder / "certificate.json").read_text("utf-8"))["certificate"]["audit"]["anchor"]
    story.keep("verified", desk.act("ada", "audit", "verify", "--anchor", anchor, "--json"))
    number, _, digest = anchor.partition(":")
    forged = f"{number}:{digest[::-1]}"
    story.keep("forged", desk.act("ada", "audit", "verify", "--anchor", forged, ends=1))
    story.keep("audit", desk.act("ada", "audit", "list", "--limit", 1000, "--json"))
    story.keep("notices", desk.act("ines", "notices", "list", "--limit", 1000, "--json"))


def _written(desk: Desk, name: str, language: str, recipients: int, title: str | None = None) -> Path:
    return files.package(desk.folder / f"{language}-{name}", language, recipients=recipients, title=title)


def _load_eboxes(desk: Desk, directory: Path, environment: str) -> None:
    path = files.eboxes_file(desk.folder, directory, f"eboxes-{environment}.csv")
    desk.act("lou", "ebox", "load", path, "--environment", environment)


def request_number(desk: Desk) -> object:
    """Return the number of the last request for a message type."""
    requests = desk.act("ines", "message-type", "list", "--json").json["requests"]
    assert isinstance(requests, list)
    return max(request["number"] for request in requests)


def _named(desk: Desk, broadcast: str) -> tuple[object, ...]:
    """Return what a GO of this moment names."""
    shown = desk.act("bram", "broadcast", "go", broadcast, "--show", "--json").json
    return ("--moment", shown["agreed_at"], "--files", shown["files"])
