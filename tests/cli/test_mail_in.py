"""`eboxcast mail-in` reads a real mailbox once or until a signal, and what it filed is shown with the broadcast."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.broadcasts import people as p
from tests.cli.conftest import Command
from tests.notices.conftest import addressed, january
from tests.notices.imap import ImapBox, imap_serving
from tests.notices.incoming.letters import bounce_of, reply_to
from tests.notices.mailbox import free_port
from tests.web.visitors import browser_of

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts.models import Broadcast
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice

__all__ = ["addressed", "january"]

pytestmark = pytest.mark.usefixtures("procedure_on", "addressed")


@pytest.fixture(scope="module")
def imap_server() -> Iterator[ImapBox]:
    with imap_serving() as box:
        yield box


@pytest.fixture
def box(imap_server: ImapBox) -> Iterator[ImapBox]:
    imap_server.clear()
    with imap_server.read():
        yield imap_server


@pytest.fixture
def broadcast() -> Broadcast:
    """A broadcast that people were mailed about."""
    asked = p.requested()
    seal_pending()
    make_notices()
    return asked


def to(recipient: str) -> Notice:
    return Notice.objects.get(kind="requested", recipient=recipient)


def test_a_pass_says_what_it_read_as_text_and_as_json(box: ImapBox, broadcast: Broadcast, command: Command) -> None:
    box.put(reply_to(to("vera")), bounce_of(to("ines")))
    code, out, _ = command("--as", "lou", "mail-in", "--once")
    assert code == 0
    assert out.startswith("Emails read: 1 replies, 1 not delivered")
    answer = json.loads(command("--as", "lou", "mail-in", "--once", "--json")[1])
    assert (answer["format"], answer["replies"]) == ("eboxcast.mail-in/1", 0)


def test_a_reply_is_shown_to_whoever_sees_the_broadcast(box: ImapBox, broadcast: Broadcast, command: Command) -> None:
    box.put(reply_to(to("vera"), "<b>Not</b> 85.07.30-033.28 on a Monday.", sender="Vera <vera@example.be>"))
    command("--as", "lou", "mail-in", "--once")
    shown = command("--as", "anne", "broadcast", "show", broadcast.number)[1]
    assert "<b>Not</b> *********** on a Monday." in shown
    [reply] = json.loads(command("--as", "anne", "broadcast", "show", broadcast.number, "--json")[1])["replies"]
    assert (reply["sender"], reply["person"]) == ("vera@example.be", "vera")
    page = browser_of(p.ANNE).get(f"/broadcasts/{broadcast.number}").content.decode()
    assert "&lt;b&gt;Not&lt;/b&gt; *********** on a Monday." in page
    assert "The address of a sender can be forged." in page


def test_doctor_says_whether_the_mailbox_is_read(box: ImapBox, broadcast: Broadcast, command: Command) -> None:
    assert "have never been read" in command("doctor")[1]
    command("--as", "lou", "mail-in", "--once")
    assert "were last read on" in command("doctor")[1]


def test_without_a_mailbox_there_is_nothing_to_read(command: Command) -> None:
    code, _, err = command("--as", "lou", "mail-in", "--once")
    assert code == 2
    assert "EBOXCAST_IMAP_URL is not set" in err


def test_it_is_not_for_everybody(command: Command) -> None:
    assert command("--as", "ines", "mail-in", "--once")[0] == 4


def test_it_outlasts_a_server_that_is_gone_says_so_once_and_ends_when_asked(box: ImapBox) -> None:
    program, port = Path(sys.executable).with_name("eboxcast"), free_port()
    variables = {"EBOXCAST_SMTP_URL": "smtp://127.0.0.1", "EBOXCAST_MAIL_FROM": "broadcasts@example.be"}
    env = {**os.environ, **variables, "EBOXCAST_LANGUAGE": "en", "EBOXCAST_IMAP_URL": f"imap://a:b@127.0.0.1:{port}"}
    words = [str(program), "--as", "lou", "mail-in", "--every", "1", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stderr
        assert process.stdout
        said = [process.stderr.readline() for _ in range(2)]
        assert said[0].startswith("Reading a@127.0.0.1")
        assert "cannot be read" in said[1]
        with imap_serving(port=port, user="a", password="b"):
            assert json.loads(process.stdout.readline())["format"] == "eboxcast.mail-in/1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read().count("cannot be read") <= 1
