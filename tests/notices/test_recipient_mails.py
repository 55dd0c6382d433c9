"""Mails to recipients who chose them: once each, never before the message is visible, at a pace, without content."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import override_settings
from tests import starter
from tests.mailboxes.conftest import NewOrder, order, publish
from tests.notices.mailbox import SENDER, Mailbox, cut, free_port, mailed_to, serving

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.lib import clock
from eboxcast.lib.buckets import bucket_of
from eboxcast.lib.crashpoints import Mailing as Point
from eboxcast.lib.errors import Defect
from eboxcast.mailboxes import fence, hiding, opening, storing
from eboxcast.mailboxes.errors import ConfirmationOver
from eboxcast.mailboxes.expiring import Retention, find_due, purge
from eboxcast.mailboxes.mail_choices import ask_for_mails, confirm_mails, mail_choice_of, stop_mails_by_link
from eboxcast.mailboxes.mailings import turns
from eboxcast.mailboxes.models import MailChoice, MailDeferred, Mailing
from eboxcast.mailboxes.recipients import recipient_of
from eboxcast.mailboxes.sql import run as run_statement
from eboxcast.notices.recipient_mails import Mailed, mail_recipients

__all__ = ["order"]

P = "production"
ANNA, BERT, CEES = 6022180167, 5090551189, 11
PROGRAM = str(Path(__file__).with_name("mail_recipients.py"))
QUICKLY = timedelta(microseconds=1)


@pytest.fixture
def mailbox(installation: None) -> Iterator[Mailbox]:
    mailbox, port = Mailbox(), free_port()
    with serving(mailbox, port), mailed_to(port), override_settings(SECRET_KEY="s" * 50):
        yield mailbox


def choose(mailbox: int, *, language: str = "fr") -> None:
    confirm_mails(P, asked(mailbox, language=language))


def asked(mailbox: int, *, language: str = "fr") -> str:
    """Type an address, and return what its link has."""
    return ask_for_mails(recipient_of(P, mailbox), f"{mailbox}@example.be", language=language, form=uuid4())


def replace_number(old: int, new: int) -> None:
    prime = bucket_prime(P)
    pair = {"old": old, "new": new, "old_bucket": bucket_of(old, prime), "new_bucket": bucket_of(new, prime)}
    for statement in ("replace_number", "replace_number_mirror"):
        run_statement(environment_connection(P), statement, pair)


def stop_link(mailbox: Mailbox) -> str:
    """Return what the link in the last mail has."""
    return str(mailbox.taken[-1]["List-Unsubscribe"]).strip("<>").rpartition("/")[2]


def mailed(mailbox: Mailbox) -> list[str]:
    return [str(message["To"]) for message in mailbox.taken]


def test_those_who_chose_it_are_told_who_sent_and_nothing_else(mailbox: Mailbox, order: NewOrder) -> None:
    """In their language. Those who did not choose it, or chose it for another eBox, are not."""
    choose(ANNA, language="nl")
    choose(CEES)
    publish(order, [ANNA, BERT], environment=P, title="Uw geheime brief")
    assert mail_recipients() == Mailed(sent=1)
    (message,) = mailbox.taken
    assert message["To"] == f"{ANNA}@example.be"
    assert message["Content-Language"] == "nl"
    body = message.as_string() + "".join(str(part.get_content()) for part in message.iter_parts())  # type: ignore[attr-defined]
    assert "Instelling" in body
    assert "http://127.0.0.1:8400/ebox/\n" in body
    assert "geheime" not in body
    assert "letter.pdf" not in body


def test_nobody_is_told_twice(mailbox: Mailbox, order: NewOrder) -> None:
    """Not by a second pass, not of a further wave that reaches others."""
    choose(ANNA)
    choose(BERT)
    publish(order, [ANNA], environment=P)
    assert mail_recipients().sent == 1
    assert mail_recipients() == Mailed()
    publish(order, [BERT], environment=P, adds=True)
    assert mail_recipients().sent == 1
    assert mailed(mailbox) == [f"{ANNA}@example.be", f"{BERT}@example.be"]


def test_not_before_it_is_visible_nor_when_it_was_chosen_later(mailbox: Mailbox, order: NewOrder) -> None:
    choose(ANNA)
    wanted = order([ANNA])
    storing.store(P, wanted)
    assert mail_recipients() == Mailed()
    publish(order, [BERT], environment=P, ticket="t2")
    clock.move(timedelta(minutes=1))
    choose(BERT)
    assert mail_recipients() == Mailed()


def test_what_was_read_hidden_recalled_or_expired_meanwhile_is_not_told(mailbox: Mailbox, order: NewOrder) -> None:
    for recipient in (ANNA, BERT, CEES):
        choose(recipient)
    run = publish(order, [ANNA, BERT], environment=P)
    opening.open_document(recipient_of(P, ANNA), run)
    hiding.hide(recipient_of(P, BERT), run)
    fence.recall(P, publish(order, [CEES], environment=P, ticket="t2"))
    publish(order, [CEES], environment=P, ticket="t3", validity_number=1)
    clock.move(timedelta(days=40))
    assert mail_recipients() == Mailed()


def test_acceptance_mails_nobody(mailbox: Mailbox) -> None:
    with pytest.raises(Defect):
        next(turns("acceptance", gap=QUICKLY))


def test_the_pace_is_kept(mailbox: Mailbox, order: NewOrder) -> None:
    """What one minute allows is saved up, no more; a pass ends rather than wait."""
    for recipient in range(1, 10):
        choose(recipient)
    publish(order, list(range(1, 10)), environment=P)
    with override_settings(EBOXCAST_RECIPIENT_MAILS_PER_HOUR=120):
        assert mail_recipients().sent == 3
        assert mail_recipients().sent == 0
    with override_settings(EBOXCAST_RECIPIENT_MAILS_PER_HOUR=2_000_000):
        clock.move(timedelta(hours=1))
        assert mail_recipients().sent == 0  # the clock of people was moved, not that of the world


def test_who_had_their_turn_does_not_have_it_again_after_a_kill(mailbox: Mailbox, order: NewOrder) -> None:
    """Taken and then killed: that one mail is not sent, and no other is missing."""
    for recipient in (1, 2, 3):
        choose(recipient)
    publish(order, [1, 2, 3], environment=P)
    taken = next(turns(P, gap=QUICKLY))
    assert [turn.mailbox for turn in turns(P, gap=QUICKLY)] == [one for one in (1, 2, 3) if one != taken.mailbox]
    assert list(turns(P, gap=QUICKLY)) == []
    (mailing,) = Mailing.objects.using(P)
    assert (mailing.taken_count, mailing.mailbox) == (3, 0)


@pytest.mark.parametrize(("point", "missing"), [*zip(Point, (0, 1, 0), strict=True)])
def test_a_process_that_is_killed_tells_nobody_twice(order: NewOrder, point: Point, missing: int) -> None:
    """And leaves out at most the one whose turn it was."""
    mailbox, port = Mailbox(), free_port()
    with serving(mailbox, port), mailed_to(port), override_settings(SECRET_KEY="s" * 50):
        for recipient in range(1, 6):
            choose(recipient)
        publish(order, list(range(1, 6)), environment=P)
        of_process = {
            "EBOXCAST_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "EBOXCAST_MAIL_FROM": SENDER,
            "EBOXCAST_SECRET_KEY": "s" * 50,
            "EBOXCAST_TEST": "1",
            "EBOXCAST_CRASH_AT": point,
        }
        killed = starter.run(PROGRAM, env={**os.environ, **of_process})
        assert killed.returncode == -signal.SIGKILL
        mail_recipients()
    assert len(set(mailed(mailbox))) == len(mailbox.taken) == 5 - missing


def test_two_at_once_tell_nobody_twice(mailbox: Mailbox, order: NewOrder) -> None:
    for recipient in range(1, 21):
        choose(recipient)
    publish(order, list(range(1, 21)), environment=P)
    first, second = turns(P, gap=QUICKLY), turns(P, gap=QUICKLY)
    told = []
    for one, other in zip(first, second, strict=False):
        told += [one.mailbox, other.mailbox]
    told += [turn.mailbox for turn in turns(P, gap=QUICKLY)]
    assert sorted(told) == sorted(set(told))


def test_a_server_that_does_not_answer_takes_nobodys_turn(order: NewOrder, installation: None) -> None:
    with mailed_to(free_port()), override_settings(SECRET_KEY="s" * 50):
        choose(ANNA)
        publish(order, [ANNA], environment=P)
        done = mail_recipients()
    assert done.sent == 0
    assert done.problem
    assert [turn.mailbox for turn in turns(P, gap=QUICKLY)] == [ANNA]


def test_what_was_surely_not_taken_is_tried_again(mailbox: Mailbox, order: NewOrder) -> None:
    """Later, and at most ten times; where it is no longer to be told by then, it is not."""
    choose(ANNA)
    mailbox.refusals[f"{ANNA}@example.be"] = "450 try later"
    run = publish(order, [ANNA], environment=P)
    assert mail_recipients() == Mailed(failed=1)
    assert mail_recipients() == Mailed()
    mailbox.refusals.clear()
    MailDeferred.objects.using(P).update(try_at=clock.now() - timedelta(seconds=1))
    assert mail_recipients() == Mailed(sent=1)
    assert mail_recipients() == Mailed()
    assert not MailDeferred.objects.using(P).exists()
    assert fence.recall(P, run)


def test_what_may_have_been_taken_or_is_refused_is_not_tried_again(mailbox: Mailbox, order: NewOrder) -> None:
    for recipient in (1, 2):
        choose(recipient)
    mailbox.refusals["1@example.be"] = "550 unknown"
    mailbox.answer = cut
    publish(order, [1, 2], environment=P)
    assert mail_recipients() == Mailed(given_up=2)
    assert mail_recipients() == Mailed()


def test_each_mail_can_be_stopped_with_one_click(mailbox: Mailbox, order: NewOrder) -> None:
    choose(ANNA)
    publish(order, [ANNA], environment=P)
    mail_recipients()
    (message,) = mailbox.taken
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(message["List-Unsubscribe"]).startswith("<http://127.0.0.1:8400/ebox/email/stop/")
    stop_mails_by_link(P, stop_link(mailbox))
    assert mail_choice_of(recipient_of(P, ANNA)).address == ""


def test_whoever_confirms_another_address_under_a_newer_number_is_mailed_there_only(
    mailbox: Mailbox, order: NewOrder
) -> None:
    choose(ANNA)
    choose(CEES)
    replace_number(ANNA, BERT)
    choose(BERT)
    publish(order, [ANNA, BERT, CEES], environment=P)
    mail_recipients()
    assert sorted(mailed(mailbox)) == [f"{CEES}@example.be", f"{BERT}@example.be"]


def test_an_address_typed_before_the_number_changed_and_confirmed_later_is_the_only_one(mailbox: Mailbox) -> None:
    """The last one that somebody confirms counts, under whichever of their numbers it was typed."""
    link = asked(ANNA)
    replace_number(ANNA, CEES)
    replace_number(CEES, BERT)
    choose(BERT)
    confirm_mails(P, link)
    assert mail_choice_of(recipient_of(P, BERT)).address == f"{ANNA}@example.be"


@pytest.mark.parametrize("number", [ANNA, BERT])
def test_a_link_of_either_number_stops_the_mails_of_both(mailbox: Mailbox, order: NewOrder, number: int) -> None:
    """Of addresses chosen before it was known that the numbers are of the same person, too."""
    choose(ANNA)
    choose(BERT)
    replace_number(ANNA, BERT)
    link = asked(ANNA)
    publish(order, [number], environment=P)
    mail_recipients()
    stop_mails_by_link(P, stop_link(mailbox))
    assert not MailChoice.objects.using(P).exclude(address=None, stop_token=None, pending_address=None).exists()
    with pytest.raises(ConfirmationOver):
        confirm_mails(P, link)


def test_what_is_kept_of_mails_goes_with_the_audience(mailbox: Mailbox, order: NewOrder) -> None:
    choose(ANNA)
    mailbox.refusals[f"{ANNA}@example.be"] = "450 try later"
    publish(order, [ANNA], environment=P)
    mail_recipients()
    clock.move(timedelta(days=400))
    for due in find_due(P, Retention()):
        purge(P, due)
    assert not MailDeferred.objects.using(P).exists()
    assert not Mailing.objects.using(P).exists()
    assert MailChoice.objects.using(P).count() == 1


def test_an_address_that_cannot_be_read_any_more_is_not_mailed(mailbox: Mailbox, order: NewOrder) -> None:
    """When the secret of the installation was changed."""
    choose(ANNA)
    publish(order, [ANNA], environment=P)
    with override_settings(SECRET_KEY="t" * 50):
        assert mail_recipients() == Mailed(given_up=1)
