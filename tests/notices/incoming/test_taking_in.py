"""Mails from a real IMAP server are filed once each, with the notice they answer; what nobody asked for stays there."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from tests import starter
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.notices.imap import PASSWORD, USER, ImapBox, server_of
from tests.notices.incoming.letters import OUR_ADDRESS, bounce_of, reply_to, token_address
from tests.notices.mailbox import Mailbox, free_port, mailed_to, serving

from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.lib.actors import NotYourRole
from eboxcast.notices.errors import MailboxUnreachable, NoMailbox
from eboxcast.notices.expiring import empty_notices
from eboxcast.notices.incoming.taking_in import MOST_AN_HOUR, TakenIn, take_in_mails
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Inbox, Notice, ReceivedMail, Sort, State
from eboxcast.notices.sending import send_due

TAKE_IN = str(Path(__file__).with_name("take_in.py"))

pytestmark = pytest.mark.usefixtures("addressed")


def taken() -> TakenIn:
    return take_in_mails(actor=p.LOU)


def notices_sent() -> list[Notice]:
    """Return the notices of a request, as sent."""
    p.requested()
    return new_notices()


def new_notices() -> list[Notice]:
    """Return what is made of the entries since, as sent."""
    seal_pending()
    make_notices()
    Notice.objects.filter(kind="audit-head").delete()
    fresh = list(Notice.objects.filter(state=State.WAITING).order_by("id"))
    Notice.objects.filter(state=State.WAITING).update(state=State.SENT, sent_at=clock.now())
    return fresh


def to_ines() -> Notice:
    return next(notice for notice in notices_sent() if notice.recipient == "ines")


def test_a_reply_is_filed_with_its_broadcast_and_shown_as_read(box: ImapBox) -> None:
    notice = to_ines()
    box.put(reply_to(notice, "The date is fine.\n\n> What you wrote\n> before"))
    assert taken() == TakenIn(replies=1)
    filed = ReceivedMail.objects.get()
    assert (filed.sort, filed.notice, filed.broadcast) == (Sort.REPLY, notice, notice.broadcast)
    assert (filed.sender, filed.sender_name, filed.person) == ("ines@example.be", "Anne Dubois", "ines")
    assert (filed.text, filed.subject) == ("The date is fine.", f"RE: {notice.subject}")
    assert box.unread() == 0
    entry = Entry.objects.get(action="notice.answered")
    assert (entry.broadcast, entry.data["received"], entry.by) == (notice.broadcast, filed.pk, "eboxcast")


def test_each_mail_is_taken_once_however_often_the_mailbox_is_read(box: ImapBox) -> None:
    notice = to_ines()
    box.put(reply_to(notice))
    assert [taken().replies for _ in range(3)] == [1, 0, 0]
    box.put(reply_to(notice, "One more thing."))
    assert taken() == TakenIn(replies=1)


def test_a_mailbox_that_is_numbered_anew_is_read_again_and_nothing_filed_twice(box: ImapBox) -> None:
    box.put(reply_to(to_ines()))
    taken()
    Inbox.objects.update(validity=1)
    assert taken() == TakenIn(others=1)
    assert ReceivedMail.objects.count() == 1


def test_the_token_in_the_address_will_do_where_headers_are_lost(box: ImapBox) -> None:
    notice = to_ines()
    mail = reply_to(notice, To=f"eBox <{token_address(notice).upper()}>")
    del mail["In-Reply-To"], mail["References"]
    box.put(mail)
    assert taken() == TakenIn(replies=1)
    assert ReceivedMail.objects.get().notice == notice


def test_notices_ask_for_answers_at_an_address_of_their_own(box: ImapBox) -> None:
    notice, mailbox, port = to_ines(), Mailbox(), free_port()
    Notice.objects.filter(pk=notice.pk).update(state=State.WAITING)
    with serving(mailbox, port), mailed_to(port):
        send_due()
        Notice.objects.filter(pk=notice.pk).update(state=State.WAITING)
        with override_settings(EBOXCAST_REPLY_TOKENS="off"):
            send_due()
    addresses = [mail["Reply-To"].addresses[0] for mail in mailbox.taken]
    assert [one.addr_spec for one in addresses] == [token_address(notice), OUR_ADDRESS]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied (vacation)"),
        ("Precedence", "bulk"),
        ("X-Autoreply", "yes"),
        ("Return-Path", "<>"),
        ("From", "MAILER-DAEMON@mx.example.be"),
    ],
)
def test_what_a_program_answers_is_counted_and_not_kept(box: ImapBox, header: str, value: str) -> None:
    box.put(reply_to(to_ines(), "I am on holiday.", **{header.replace("-", "_"): value}))
    assert taken() == TakenIn(automatic=1)
    kept = ReceivedMail.objects.get()
    assert (kept.sort, kept.text, kept.subject, kept.sender) == (Sort.AUTOMATIC, "", "", "")
    assert not Entry.objects.filter(action="notice.answered").exists()


def test_our_own_mails_that_come_back_are_left_alone(box: ImapBox) -> None:
    notice = to_ines()
    box.put(reply_to(notice, sender=OUR_ADDRESS), reply_to(notice, sender=token_address(notice)))
    assert taken() == TakenIn(ours=2)
    assert not ReceivedMail.objects.exists()


def test_who_answers_twenty_times_in_an_hour_is_a_program(box: ImapBox) -> None:
    notice = to_ines()
    box.put(*(reply_to(notice, f"Answer {number}") for number in range(MOST_AN_HOUR + 2)))
    assert taken() == TakenIn(replies=MOST_AN_HOUR, others=2)
    assert box.unread() == 2
    pass_time(hours=2)
    box.put(reply_to(notice, "I am somebody after all."))
    assert taken() == TakenIn(replies=1)


def test_what_answers_nothing_of_ours_stays_unread_and_is_not_kept(box: ImapBox) -> None:
    notice = to_ines()
    stranger = reply_to(notice, In_Reply_To="<1@example.be>", References="<1@example.be>")
    box.put(stranger)
    assert taken() == TakenIn(others=1)
    assert (ReceivedMail.objects.count(), box.unread()) == (0, 1)


def test_a_mail_that_somebody_has_read_already_is_filed_all_the_same(box: ImapBox) -> None:
    box.put(reply_to(to_ines()))
    with box.opened() as client:
        client.add_flags(client.search("ALL"), ["\\Seen"])
    assert taken() == TakenIn(replies=1)


def test_a_bounce_marks_the_notice_and_the_team_is_told(box: ImapBox) -> None:
    notice = next(one for one in notices_sent() if one.recipient == "vera")
    box.put(bounce_of(notice, problem="smtp; 550 5.1.1 85.07.30-033.28 is nobody here"))
    assert taken() == TakenIn(returned=1)
    notice.refresh_from_db()
    assert (notice.state, notice.last_problem) == (
        State.GIVEN_UP,
        "5.1.1 smtp; 550 5.1.1 *********** is nobody here",
    )
    told = new_notices()
    assert [(one.recipient, one.kind) for one in told] == [("ines", "notice-returned")]
    assert "vera" in told[0].text
    assert "85.07" not in told[0].text


def test_a_bounce_of_the_bounce_tells_nobody_again(box: ImapBox) -> None:
    box.put(bounce_of(to_ines()))
    taken()
    [told] = new_notices()
    box.put(bounce_of(told))
    assert taken() == TakenIn(returned=1)
    assert new_notices() == []


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered"])
def test_a_report_of_another_fate_marks_nothing(box: ImapBox, action: str) -> None:
    notice = to_ines()
    box.put(bounce_of(notice, action=action))
    assert taken() == TakenIn(others=1)
    notice.refresh_from_db()
    assert notice.state == State.SENT


def test_a_reply_is_told_to_the_team_unless_it_is_theirs(box: ImapBox) -> None:
    notices = {notice.recipient: notice for notice in notices_sent()}
    box.put(reply_to(notices["vera"]), reply_to(notices["ines"]))
    taken()
    assert [(one.recipient, one.kind) for one in new_notices()] == [("ines", "notice-answered")]


def test_of_files_only_the_names_are_kept(box: ImapBox) -> None:
    mail = reply_to(to_ines())
    mail.add_attachment(b"85073003328\n", maintype="text", subtype="csv", filename="list 85.07.30-033.28.csv")
    box.put(mail)
    taken()
    assert ReceivedMail.objects.get().file_names == ["list ***********.csv"]


def test_one_bad_mail_does_not_keep_the_next_waiting(box: ImapBox) -> None:
    notice = to_ines()
    box.put(b"From: " + b"(" * 9000 + b"\r\nSubject: Nested\r\n\r\nHello\r\n", reply_to(notice))
    assert taken() == TakenIn(unreadable=1, replies=1)
    assert box.unread() == 1


def test_a_mail_of_50_mb_is_read_as_far_as_its_text(box: ImapBox) -> None:
    mail = reply_to(to_ines(), "See the attachment.")
    mail.add_attachment(b"\0" * 38_000_000, maintype="application", subtype="zip", filename="all.zip")
    box.put(mail)
    assert taken() == TakenIn(replies=1)
    filed = ReceivedMail.objects.get()
    assert (filed.text, filed.file_names) == ("See the attachment.", ["all.zip"])
    assert not filed.is_whole


@pytest.mark.parametrize(("point", "filed"), [("mail-filed-before-commit", 0), ("mail-filed", 1)])
def test_whoever_is_killed_files_nothing_twice(box: ImapBox, point: str, filed: int) -> None:
    box.put(reply_to(to_ines()))
    environment = {
        **os.environ,
        "EBOXCAST_IMAP_URL": box.url,
        "EBOXCAST_SMTP_URL": "smtp://127.0.0.1",
        "EBOXCAST_MAIL_FROM": OUR_ADDRESS,
        "EBOXCAST_TEST": "1",
        "EBOXCAST_CRASH_AT": point,
    }
    killed = starter.run(TAKE_IN, env=environment)
    assert killed.returncode == -signal.SIGKILL
    assert ReceivedMail.objects.count() == filed
    assert taken() == TakenIn(replies=1 - filed)
    assert ReceivedMail.objects.count() == 1


def test_two_at_once_file_nothing_twice_and_pass_over_nothing(box: ImapBox) -> None:
    notice = to_ines()
    box.put(*(reply_to(notice, f"Answer {number}") for number in range(10)))
    together = threading.Barrier(2)

    def take(_: int) -> int:
        together.wait()
        try:
            return taken().replies
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(take, range(2))) == ReceivedMail.objects.count() == 10


def test_who_is_asked_to_end_leaves_the_rest_for_the_next_pass(box: ImapBox) -> None:
    notice = to_ines()
    box.put(*(reply_to(notice, f"Answer {number}") for number in range(3)))
    first = take_in_mails(ended=lambda: ReceivedMail.objects.count() == 1, actor=p.LOU)
    assert (first.replies, taken().replies) == (1, 2)
    assert Inbox.objects.get().read_at is not None


def test_a_server_that_is_gone_or_does_not_know_us_is_a_trouble_without_a_secret(box: ImapBox) -> None:
    gone = server_of(f"imap://{USER}:{PASSWORD}@127.0.0.1:{free_port()}")
    stranger = server_of(f"imap://{USER}:wrong-word@127.0.0.1:{box.port}")
    for server in (gone, stranger):
        with override_settings(EBOXCAST_MAILBOX=server), pytest.raises(MailboxUnreachable) as refused:
            taken()
        assert "wrong-word" not in str(refused.value)
        assert PASSWORD not in str(refused.value)


def test_it_is_for_the_launch_team_where_there_is_a_mailbox() -> None:
    with pytest.raises(NotYourRole):
        take_in_mails(actor=p.ANNE)
    with pytest.raises(NoMailbox):
        taken()


def test_what_was_said_is_deleted_with_the_notices_and_not_kept_any_more(box: ImapBox) -> None:
    notice = to_ines()
    scheduling.refuse(Broadcast.objects.get(), actor=p.VERA, reason="no")
    box.put(reply_to(notice))
    taken()
    pass_time(days=366)
    assert len(list(empty_notices(actor=p.LOU))) == 1
    kept = ReceivedMail.objects.get()
    assert (kept.text, kept.subject, kept.sender, kept.sender_name) == ("", "", "", "")
    box.put(reply_to(notice, "A year late."))
    assert taken() == TakenIn(others=1)
