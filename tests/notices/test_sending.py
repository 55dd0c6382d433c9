"""Notices reach a real mail server once each, or wait, or are given up where all can see it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from tests.broadcasts import people as p
from tests.notices.mailbox import SENDER, Mailbox, cut, free_port, mailed_to, serving, serving_who_logs_in

from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.lib.actors import NotYourRole
from eboxcast.notices import listing, sending
from eboxcast.notices.errors import NoticeNotFound, NoticeSent
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice, State
from eboxcast.notices.sending import send_due
from eboxcast.senders.models import Person

pytestmark = pytest.mark.usefixtures("addressed")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A server that takes what comes, and notices that wait for it."""
    mailbox, port = Mailbox(), free_port()
    with serving(mailbox, port), mailed_to(port):
        yield mailbox


def waiting() -> list[Notice]:
    """Return the four notices of a request, waiting."""
    Person.objects.create(name="nina", full_name="Nina", email="nina@example.be", language="nl", roles=["validator"])
    p.requested()
    seal_pending()
    make_notices()
    Notice.objects.filter(kind="audit-head").delete()
    return list(Notice.objects.order_by("id"))


def states() -> dict[str, str]:
    return dict(Notice.objects.values_list("recipient", "state"))


def try_again_now() -> None:
    Notice.objects.update(next_try_at=sending.world_now(), leased_until=None)


def test_all_go_over_one_connection_from_the_one_address(mailbox: Mailbox) -> None:
    notices = waiting()
    assert send_due().sent == len(notices) == 4
    assert mailbox.connections == 1
    assert {mail["From"] for mail in mailbox.taken} == {mail["Reply-To"] for mail in mailbox.taken} == {SENDER}
    assert [mail["Message-ID"] for mail in mailbox.taken] == [notice.message_id for notice in notices]
    assert {mail["Auto-Submitted"] for mail in mailbox.taken} == {"auto-generated"}
    assert send_due().sent == 0


def test_what_arrives_is_text_and_page_in_the_readers_language(mailbox: Mailbox) -> None:
    notice = waiting()[0]
    send_due()
    mail = mailbox.taken[0]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == notice.text.splitlines()
    assert html.get_content().splitlines() == notice.html.splitlines()
    assert (mail["Content-Language"], mail["Subject"]) == (notice.language, notice.subject)


def test_an_invitation_arrives_as_one(mailbox: Mailbox) -> None:
    p.scheduled()
    seal_pending()
    make_notices()
    send_due()
    invited = [mail for mail in mailbox.taken if mail["To"] == "lou@example.be"]
    parts = [part for part in invited[-1].walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in parts] == ["REQUEST"]
    assert "BEGIN:VEVENT" in parts[0].get_content()


def test_a_recipient_refused_for_good_is_given_up_and_the_others_get_theirs(mailbox: Mailbox) -> None:
    waiting()
    mailbox.refusals["bram@example.be"] = "550 5.1.1 nobody of this name: 85073003328"
    sent = send_due()
    assert (sent.sent, sent.given_up, sent.problem) == (3, 1, "")
    assert states()["bram"] == State.GIVEN_UP
    assert listing.last_problem() == "550 5.1.1 nobody of this name: ***********"
    try_again_now()
    assert send_due().sent == 0


def test_a_recipient_refused_for_now_is_tried_again_with_growing_pauses(mailbox: Mailbox) -> None:
    waiting()
    mailbox.refusals["bram@example.be"] = "451 4.7.1 greylisted"
    pauses = []
    for _ in range(3):
        send_due()
        bram = Notice.objects.get(recipient="bram")
        pauses.append(round((bram.next_try_at - sending.world_now()) / timedelta(minutes=1)))
        try_again_now()
    assert pauses == [1, 2, 4]
    mailbox.refusals.clear()
    assert send_due().sent == 1
    assert set(states().values()) == {State.SENT}


def test_what_failed_for_a_week_is_given_up(mailbox: Mailbox) -> None:
    waiting()
    Notice.objects.update(attempts=sending.MOST_ATTEMPTS - 1)
    mailbox.refusals["bram@example.be"] = "451 still greylisted"
    assert send_due().given_up == 1


def test_a_server_that_is_gone_ends_the_pass_and_gets_everything_when_it_is_back() -> None:
    notices, mailbox, port = waiting(), Mailbox(), free_port()
    with mailed_to(port):
        gone = send_due()
        assert (gone.sent, gone.failed) == (0, 1)
        assert "refused" in gone.problem
        with serving(mailbox, port):
            assert send_due().sent == 3
            try_again_now()
            assert send_due().sent == 1
    assert {mail["Message-ID"] for mail in mailbox.taken} == {notice.message_id for notice in notices}


def test_a_mail_nobody_knows_the_fate_of_comes_again_word_for_word(mailbox: Mailbox) -> None:
    waiting()
    mailbox.answer = cut
    sent = send_due()
    assert (sent.sent, sent.failed, sent.problem) == (0, 4, "")
    mailbox.answer = lambda server, message: "250 taken"
    try_again_now()
    assert send_due().sent == 4
    first, second = mailbox.taken[0], mailbox.taken[4]
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_content_refused_for_good_is_given_up(mailbox: Mailbox) -> None:
    waiting()
    mailbox.answer = lambda server, message: "554 5.7.1 looks like advertising"
    sent = send_due()
    assert (sent.given_up, sent.problem) == (4, "")
    assert "looks like advertising" in listing.last_problem()


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")  # of the library, about its own server
@pytest.mark.parametrize(("word", "sent"), [("geheim", 4), ("wrong", 0)])
def test_a_server_may_ask_who_we_are(word: str, sent: int) -> None:
    waiting()
    mailbox, port = Mailbox(), free_port()
    with serving_who_logs_in(mailbox, port, b"geheim"), mailed_to(port, login=f"ebox:{word}@"):
        outcome = send_due()
    assert outcome.sent == sent
    assert word not in listing.last_problem()
    assert State.GIVEN_UP not in states().values()


def test_a_server_without_the_tls_we_ask_for_gets_nothing(mailbox: Mailbox) -> None:
    waiting()
    server = settings.EBOXCAST_MAIL_SERVER
    starttls = type(server)(**{**vars(server), "starttls": True})
    with override_settings(EBOXCAST_MAIL_SERVER=starttls):
        outcome = send_due()
    assert (outcome.sent, outcome.failed) == (0, 1)
    assert "STARTTLS" in outcome.problem
    assert mailbox.taken == []


def test_two_stewards_send_nothing_twice(mailbox: Mailbox) -> None:
    for _ in range(5):
        p.requested()
    seal_pending()
    make_notices()
    together = threading.Barrier(2)

    def send(_: int) -> int:
        together.wait()
        try:
            return send_due().sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(send, range(2)))
    assert sum(counts) == len(mailbox.taken) == Notice.objects.count()
    assert len({mail["Message-ID"] for mail in mailbox.taken}) == len(mailbox.taken)


def test_a_notice_that_is_no_mail_is_given_up_and_holds_up_nobody(mailbox: Mailbox) -> None:
    waiting()
    Notice.objects.filter(recipient="nina").update(subject="two\nlines")
    sent = send_due()
    assert (sent.sent, sent.given_up) == (3, 1)
    assert "cannot be written as a mail" in listing.last_problem()


def test_who_is_asked_to_end_leaves_the_rest_for_the_next_pass(mailbox: Mailbox) -> None:
    waiting()
    assert send_due(ended=lambda: len(mailbox.taken) == 1).sent == 1
    assert send_due().sent == 3


def test_what_another_holds_is_left_alone_until_its_time_is_over(mailbox: Mailbox) -> None:
    waiting()
    Notice.objects.update(leased_until=sending.world_now() + timedelta(minutes=1))
    assert send_due().sent == 0
    Notice.objects.update(leased_until=sending.world_now() - timedelta(seconds=1))
    assert send_due().sent == 4


def test_without_a_server_each_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    notices = waiting()
    with override_settings(EBOXCAST_STATE_DIR=tmp_path / "state"):
        assert send_due().sent == 4
    folder = tmp_path / "state" / "mail"
    assert sorted(file.name for file in folder.iterdir()) == [f"{notice.pk:08}.eml" for notice in notices]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert notices[0].message_id in (folder / f"{notices[0].pk:08}.eml").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_a_problem_and_no_loss(tmp_path: Path) -> None:
    waiting()
    (tmp_path / "mail").write_text("in the way", encoding="utf-8")
    with override_settings(EBOXCAST_STATE_DIR=tmp_path):
        outcome = send_due()
    assert (outcome.sent, outcome.failed) == (0, 1)
    assert outcome.problem == os.strerror(17)


def test_integration_has_what_failed_tried_again(mailbox: Mailbox) -> None:
    waiting()
    mailbox.refusals["bram@example.be"] = "550 nobody"
    send_due()
    mailbox.refusals.clear()
    bram = Notice.objects.get(recipient="bram")
    with pytest.raises(NotYourRole):
        listing.retry(bram.pk, actor=p.LOU)
    assert listing.retry(bram.pk, actor=p.INES) == 1
    assert send_due().sent == 1
    with pytest.raises(NoticeSent):
        listing.retry(bram.pk, actor=p.INES)
    with pytest.raises(NoticeNotFound):
        listing.retry(0, actor=p.INES)
    assert Entry.objects.get(action="notice.retried").data == {"notice": bram.pk, "count": 1}
