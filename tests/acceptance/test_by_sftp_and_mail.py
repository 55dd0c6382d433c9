"""A broadcast from the request to the report where the institution uses SFTP and mail for all that these can do.

Its files go by OpenSSH's `sftp` to a server in a process of its own, its answers are fetched from there, its replies
and its GO are mails, and what it is told arrives by SMTP. What SFTP and mail cannot do, its people do by command, as
they could on the pages: they ask for a date, reconfirm it, say what they saw in the eBoxes, approve the test, and look
at what is prepared, as the digest that a GO repeats is in no mail. The operator's people use commands for everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import etree
from tests.acceptance import story_files as files
from tests.acceptance.desk import Desk, opened
from tests.acceptance.story import request_number
from tests.conftest import emptied_after
from tests.exchange.dropping import Answer, texts
from tests.exchange.sftp_clients import Institution
from tests.faults.machine import Machine
from tests.faults.test_sftp import Server
from tests.notices.imap import ImapBox, imap_serving
from tests.notices.incoming.signing import Domain, name_server_of
from tests.notices.mailbox import free_port

from eboxcast.database import boot
from eboxcast.lib import clock

pytestmark = pytest.mark.xdist_group("by sftp and mail")  # one process plays it, and only once

NUMBER = "2027-0001"
TICKET = "story-fr"
FOLDER = f"drop-folder@{files.INSTITUTION}"
MOMENT = "15/02/2027 18:00"
SENDING = ("--application", "demo:broadcast", "--type", "DEMO-INFO")


@dataclass
class Played:
    """Who takes part, and what came back on the way, by name."""

    desk: Desk
    institution: Institution
    root: Path
    """Where the drop folders are."""
    box: ImapBox
    domain: Domain
    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    """What was fetched by SFTP after each set: the receipt (ACRF), and the notification (NOTI) where there is one."""
    answered: list[EmailMessage] = field(default_factory=list)
    """The mails that were replied to."""
    states: dict[str, object] = field(default_factory=dict)
    audiences: dict[str, list[object]] = field(default_factory=dict)

    def send(self, name: str, directory: Path, sequence: int, *, into: str, number: str = NUMBER) -> None:
        """Put a set and its GO file by SFTP, let the steward collect it, then fetch and remove the answers."""
        letter, out = {"INTEST": ("T", "OUTTEST"), "IN": ("R", "OUT")}[into]
        reference = f"BRDC.{files.INSTITUTION}.{clock.today():%Y%m%d}.{sequence:05}.{letter}"
        parts = sorted(directory.iterdir())
        puts = [f"put {part} FI.{reference}.{len(parts)}.{at}.{part.name}" for at, part in enumerate(parts, 1)]
        empty = self.desk.folder / "empty"
        empty.touch()
        self._sftp(f"cd {into}", *puts, f"put {empty} GO.{reference}.{len(parts)}.{number}")
        self.desk.lead()
        fetched = self.desk.folder / name
        fetched.mkdir()
        self._sftp(f"lcd {fetched}", f"get {out}/*", f"rm {out}/*")
        self.answers[name] = {path.name[3:7]: etree.parse(path).getroot() for path in fetched.iterdir()}
        self.states[name] = self.state()

    def _sftp(self, *commands: str) -> None:
        done = self.institution.sftp(*commands)
        assert done.returncode == 0, done.stderr

    def mails(self, to: str, containing: str = "") -> list[EmailMessage]:
        """Return what arrived for somebody about the broadcast."""
        taken = [mail for mail in self.desk.mailbox.taken if mail["To"] == f"{to}@example.be"]
        return [mail for mail in taken if NUMBER in mail["Subject"] and containing in text_of(mail)]

    def reply(self, who: str, text: str, *, signed: bool = False) -> str:
        """Answer the last mail that somebody got, have the mailbox read, and return what was said of it."""
        answered = self.mails(who)[-1]
        self.answered.append(answered)
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{who}@example.be", answered["Reply-To"]
        mail["Subject"] = f"Re: {answered['Subject']}"
        mail["Date"], mail["Message-ID"] = formatdate(clock.now().timestamp()), make_msgid(domain="example.be")
        mail["In-Reply-To"] = answered["Message-ID"]
        mail.set_content(text)
        self.box.put(self.domain.sign(mail) if signed else mail)
        said = self.desk.act("lou", "mail-in", "--once").said
        self.desk.lead()
        return said

    def shown(self) -> dict[str, object]:
        return self.desk.show(NUMBER)

    def state(self) -> object:
        return self.shown()["state"]


@pytest.fixture(scope="module")
def played(
    sweepers: list[psycopg.Connection[tuple[object, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    """All of it, played."""
    folder, machine, domain = tmp_path_factory.mktemp("story"), Machine(boot.places().root), Domain("example.be")
    root = folder / "drop"
    root.mkdir()
    with ExitStack() as stack:
        stack.enter_context(emptied_after(sweepers))
        desk = stack.enter_context(opened(folder, machine))
        box = stack.enter_context(imap_serving())
        stack.enter_context(box.read(EBOXCAST_GO_BY_MAIL="on", EBOXCAST_DROP_DIR=root))
        stack.enter_context(name_server_of(domain))
        stack.callback(machine.clean_up)
        become_a_sender(desk)
        server = Server(machine, root, free_port())
        played = Played(desk, Institution(folder, server), root, box, domain)  # type: ignore[arg-type]
        for act in (get_a_date, deliver_for_acceptance, deliver_for_production, give_the_go, publish, report):
            act(played)
        yield played


def become_a_sender(desk: Desk) -> None:
    """The message type works in both environments, and the people are known."""
    desk.be("2027-01-18T09:00")
    desk.act("", "person", "load", files.operator_file(desk.folder))
    desk.act("ines", "message-type", "request", files.type_form(desk.folder))
    number = request_number(desk)
    desk.act("vera", "message-type", "validate", number)
    desk.act("ines", "message-type", "accept", number)
    for environment in ("acceptance", "production"):
        desk.act("ines", "message-type", "configure", "DEMO-INFO", "--environment", environment)
    desk.act("ines", "person", "load", files.institution_file(desk.folder))


def get_a_date(played: Played) -> None:
    """Asked for and reconfirmed by command; a question about it comes as a reply."""
    desk = played.desk
    what = ("--subject", "Ce qui change", "--date", "2027-02-15", "--recipients", f"fr={files.FEW}")
    desk.act("anne", "broadcast", "request", *SENDING, *what)
    for who in ("vera", "ines"):
        desk.act(who, "broadcast", "decide", NUMBER, "accept")
    desk.act("anne", "broadcast", "reconfirm", NUMBER)
    desk.lead()
    assert "1 replies" in played.reply("anne", "May the list come on Friday?\n")


def deliver_for_acceptance(played: Played) -> None:
    """A set for no broadcast of theirs and one with a fault are refused; the third one is tested and approved."""
    desk = played.desk
    faulty, right = (_package(desk, name, files.TESTERS) for name in ("faulty", "right"))
    played.send("not-theirs", right, 1, into="INTEST", number="2027-0999")
    played.send("with-a-fault", files.with_a_lost_zero(faulty), 2, into="INTEST")
    played.send("for-acceptance", right, 3, into="INTEST")
    desk.act("ines", "broadcast", "test", NUMBER)
    desk.lead()
    desk.act("anne", "broadcast", "verdict", NUMBER, "--all", "passed", "--seen-in", "proof")
    desk.act("anne", "broadcast", "verdict", NUMBER, "approve")


def deliver_for_production(played: Played) -> None:
    played.send("for-production", _package(played.desk, "everybody", files.FEW), 1, into="IN")


def give_the_go(played: Played) -> None:
    """Not by a mail that nobody signed; then by one that the confirmer's domain did."""
    shown = played.desk.act("bram", "broadcast", "go", NUMBER, "--show", "--json").json
    text = f"GO\n\n{MOMENT}\n{shown['files']}\n"
    played.reply("bram", text)
    played.states["unsigned"] = played.state()
    played.reply("bram", text, signed=True)
    played.states["signed"] = played.state()


def publish(played: Played) -> None:
    """The operator's evening."""
    desk = played.desk
    contact = ("--name", "Gus Claes", "--phone", "+32 2 000 00 01")
    desk.act("ines", "broadcast", "contacts", NUMBER, "ebox-ga-tb", *contact)
    desk.act("ines", "broadcast", "warn", NUMBER, "--first-time", 12)
    desk.act("lou", "broadcast", "arm", NUMBER)
    desk.be("2027-02-15T17:30")
    desk.lead()
    played.audiences["before"] = desk.machine.audience("production", TICKET)
    desk.be("2027-02-15T18:00")
    desk.lead()
    played.audiences["after"] = desk.machine.audience("production", TICKET)


def report(played: Played) -> None:
    """The certificate, and after two weeks the end."""
    desk = played.desk
    production = played.shown()["production"]
    assert isinstance(production, dict)
    out = desk.folder / "certificate.html"
    desk.act("ines", "report", production["run"], "--format", "html", "--out", out)
    desk.lead()
    desk.be("2027-03-02T09:00")
    for _ in range(2):
        desk.lead()
    played.states["closed"] = played.state()


def _package(desk: Desk, name: str, recipients: int) -> Path:
    return files.package(desk.folder / "sets" / name, "fr", recipients=recipients)


def text_of(mail: EmailMessage) -> str:
    """Return the text of a mail, with its subject."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    return f"{mail['Subject']}\n{plain.get_content()}"


def test_what_is_not_theirs_or_has_a_fault_is_refused_in_words(played: Played) -> None:
    receipt = played.answers["not-theirs"]["ACRF"]
    assert (texts(receipt, "ResultCode"), texts(receipt, "ErrorID")) == (["0"], ["BRDC-201"])
    taken, refused = (played.answers["with-a-fault"][kind] for kind in ("ACRF", "NOTI"))
    assert (texts(taken, "ResultCode"), texts(refused, "ResultCode")) == (["1"], ["0"])
    assert set(texts(refused, "ErrorID")) == {"row.leading-zero-lost"}
    assert (played.states["not-theirs"], played.states["with-a-fault"]) == ("scheduled", "scheduled")
    assert len(played.mails("anne", "Les fichiers ne sont pas utilisables")) == 1


@pytest.mark.parametrize(
    ("name", "state", "recipients"),
    [
        ("for-acceptance", "acceptance-delivered", files.TESTERS),
        ("for-production", "production-delivered", files.FEW),
    ],
)
def test_what_is_right_is_accepted_and_answered(played: Played, name: str, state: str, recipients: int) -> None:
    assert played.states[name] == state
    assert [texts(answer, "ResultCode") for answer in played.answers[name].values()] == [["1"], ["1"]]
    assert texts(played.answers[name]["NOTI"], "Recipients") == [str(recipients)]


def test_nothing_is_left_in_the_folders(played: Played) -> None:
    folders = {path.name: list(path.iterdir()) for path in (played.root / files.INSTITUTION).iterdir()}
    assert folders == {"IN": [], "OUT": [], "INTEST": [], "OUTTEST": []}


def test_a_reply_is_filed_in_its_thread(played: Played) -> None:
    filed = replies(played)
    first = filed[0]
    assert (first["person"], first["text"]) == ("anne", "May the list come on Friday?")
    listed = notices(played)
    answered = next(notice for notice in listed if notice["number"] == first["notice"])
    assert (answered["recipient"], answered["message_id"]) == ("anne", played.answered[0]["Message-ID"])
    told = [item["kind"] for notice in listed if notice["recipient"] == "ines" for item in notice["items"]]
    assert told.count("notice-answered") == len(filed)


def test_only_the_signed_mail_gives_the_go(played: Played) -> None:
    assert (played.states["unsigned"], played.states["signed"]) == ("production-delivered", "confirmed")
    assert [reply["signed_by"] for reply in replies(played)[1:]] == [None, "example.be"]
    (asked,) = played.mails("bram", "Bevestig de GO op de pagina")
    (told,) = played.mails("bram", "Uw GO werd uit een e-mail overgenomen")
    assert f"/broadcasts/{NUMBER}/go" in text_of(asked)
    assert "withdraw-go" in text_of(told)
    assert played.desk.mailbox.taken.index(asked) < played.desk.mailbox.taken.index(told)


def test_everybody_has_it_at_the_moment_of_the_go_and_not_before(played: Played) -> None:
    assert played.audiences["before"] == []
    assert played.audiences["after"] == files.keys_of(played.desk.folder / "sets" / "everybody" / "package")


def test_they_get_the_certificate_by_mail_and_it_ends(played: Played) -> None:
    for who in ("anne", "bram"):
        attached = [part.get_filename() for mail in played.mails(who) for part in mail.iter_attachments()]
        assert f"certificate-{NUMBER}.html" in attached
    assert NUMBER in (played.desk.folder / "certificate.html").read_text("utf-8")
    assert played.states["closed"] == "closed"


def test_every_notice_arrived_once_in_one_thread(played: Played) -> None:
    listed = notices(played)
    assert {notice["state"] for notice in listed} == {"sent"}
    taken = played.desk.mailbox.taken
    assert len({mail["Message-ID"] for mail in taken}) == len(taken) == len(listed)
    about = [mail for mail in taken if NUMBER in mail["Subject"]]
    assert len({mail["References"].split()[0] for mail in about}) == 1


def test_people_did_by_command_only_what_sftp_and_mail_cannot(played: Played) -> None:
    """The audit names who did what, and whether a folder or a mail brought it."""
    history = played.desk.act("ada", "broadcast", "show", NUMBER, "--history", "--json").json["history"]
    assert isinstance(history, list)
    did = {who: [entry["action"] for entry in history if entry["by"] == who] for who in ("anne", "bram", FOLDER)}
    by_command = ("requested", "reconfirmed", "judged", "approved")
    assert did["anne"] == [f"broadcast.{action}" for action in by_command]
    assert did["bram"] == ["broadcast.go_given", "broadcast.go_by_mail"]
    assert did[FOLDER].count("broadcast.files_rejected") == 1
    assert did[FOLDER].count("broadcast.files_delivered") == 2


def replies(played: Played) -> list[dict[str, object]]:
    found = played.shown()["replies"]
    assert isinstance(found, list)
    return found


def notices(played: Played) -> list[dict[str, Any]]:
    found = played.desk.act("ines", "notices", "list", "--limit", 1000, "--json").json["notices"]
    assert isinstance(found, list)
    return found
