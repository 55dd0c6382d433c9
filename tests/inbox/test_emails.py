"""An email when a message comes: an address, confirmed by its owner, and gone when it is no longer wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from tests.inbox.browsers import PRODUCTION, browser, browser_of, move_clock, text_of
from tests.inbox.conftest import ALICE, BEN, COMPANY
from tests.locks import Connection, beside, locked, wait_until_held_up
from tests.notices.mailbox import Mailbox, free_port, mailed_to, serving

from eboxcast.mailboxes.mail_choices import forget_unconfirmed, link_text, mail_choice_of
from eboxcast.mailboxes.models import MailChoice
from eboxcast.mailboxes.recipients import recipient_of

P = PRODUCTION

pytestmark = pytest.mark.usefixtures("eboxes_shown")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox, port = Mailbox(), free_port()
    with serving(mailbox, port), mailed_to(port), override_settings(SECRET_KEY="s" * 50):
        yield mailbox


def link_in(mailbox: Mailbox) -> str:
    """Return the path in the last mail."""
    body = mailbox.taken[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"http://127\.0\.0\.1:8400(/\S+)", body.get_content())
    assert found
    return found[1]


def asked(client: Client, address: str = "alice@example.be") -> int:
    return client.post("/ebox/email", {"address": address}).status_code


def chosen(mailbox: int = ALICE) -> str:
    return mail_choice_of(recipient_of(P, mailbox)).address


def test_an_address_is_used_only_when_its_owner_has_confirmed_it(mailbox: Mailbox) -> None:
    """Opening the link does not confirm: programs open the links of mails too. The button does, once."""
    client = browser_of(ALICE, language="nl")
    assert asked(client) == 302
    assert "alice@example.be" in text_of(client.get("/ebox/email"))
    link = link_in(mailbox)
    assert mailbox.taken[-1]["Content-Language"] == "nl"
    somewhere = browser()
    assert somewhere.get(link).status_code == 200
    assert chosen() == ""
    assert somewhere.post(link).status_code == 200
    assert chosen() == "alice@example.be"
    assert somewhere.get(link).status_code == 404
    assert somewhere.post(link).status_code == 404


def test_a_link_ends(mailbox: Mailbox) -> None:
    """After a day; then the address is forgotten, too."""
    asked(browser_of(ALICE))
    move_clock(timedelta(hours=25))
    assert browser().post(link_in(mailbox)).status_code == 404
    assert mail_choice_of(recipient_of(P, ALICE)).pending == ""
    forget_unconfirmed(P)
    assert not MailChoice.objects.using(P).exists()


def test_the_last_address_that_was_typed_counts(mailbox: Mailbox) -> None:
    """And until it is confirmed the one before goes on."""
    client = browser_of(ALICE)
    asked(client)
    first = link_in(mailbox)
    browser().post(first)
    asked(client, "wrong@example.be")
    wrong = link_in(mailbox)
    asked(client, "new@example.be")
    assert chosen() == "alice@example.be"
    assert browser().post(wrong).status_code == 404
    assert browser().post(link_in(mailbox)).status_code == 200
    assert chosen() == "new@example.be"


def test_strangers_are_not_written_to_again_and_again(mailbox: Mailbox) -> None:
    """Five addresses a day."""
    client = browser_of(ALICE)
    assert [asked(client, f"{number}@example.be") for number in range(6)] == [302] * 5 + [422]
    assert len(mailbox.taken) == 5
    client.post("/ebox/email", {"stop": "1"})
    assert asked(client) == 422
    move_clock(timedelta(days=1))
    assert asked(browser_of(ALICE)) == 302


def test_a_form_that_is_sent_again_sends_one_link_that_holds(mailbox: Mailbox) -> None:
    """As by a double click without scripts; another address, and another form, are sent one of their own."""
    client, given = browser_of(ALICE), {"address": "alice@example.be", "form": str(uuid4())}
    for _ in range(2):
        assert client.post("/ebox/email", given).status_code == 302
    assert len(mailbox.taken) == 1
    assert browser().post(link_in(mailbox)).status_code == 200
    client.post("/ebox/email", given | {"address": "new@example.be"})
    assert asked(client, "new@example.be") == 302
    assert len(mailbox.taken) == 3


def test_a_form_is_taken_once_also_at_the_same_moment(mailbox: Mailbox, sweepers: list[Connection]) -> None:
    client, given = browser_of(ALICE), {"address": "alice@example.be", "form": str(uuid4())}

    def send() -> int:
        window = browser()
        window.cookies.update(client.cookies)
        return window.post("/ebox/email", given).status_code

    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[2], "lock table mail_choice in exclusive mode"))
        both = [stack.enter_context(beside(send)) for _ in range(2)]
        wait_until_held_up(sweepers[2], count=2)
        sweepers[2].execute("rollback")
        assert [one.result() for one in both] == [302, 302]
    assert len(mailbox.taken) == 1


def test_a_link_that_could_not_be_sent_is_asked_for_again_by_the_same_form(installation: None) -> None:
    mailbox, port = Mailbox(), free_port()
    with mailed_to(port), override_settings(SECRET_KEY="s" * 50):
        client, given = browser_of(ALICE), {"address": "alice@example.be", "form": str(uuid4())}
        assert client.post("/ebox/email", given).status_code == 422
        assert "We have sent an email" not in text_of(client.get("/ebox/email"))
        with serving(mailbox, port):
            assert client.post("/ebox/email", given).status_code == 302
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@example.be", "x" * 250 + "@example.be", "a@b@c"])
def test_what_is_no_address_is_refused_beside_the_field(mailbox: Mailbox, address: str) -> None:
    assert asked(browser_of(ALICE), address) == 422
    assert mailbox.taken == []


def test_a_mail_server_that_is_gone_is_told(installation: None) -> None:
    with mailed_to(free_port()), override_settings(SECRET_KEY="s" * 50):
        answer = browser_of(ALICE).post("/ebox/email", {"address": "alice@example.be"})
    assert answer.status_code == 422
    assert "The email could not be sent." in text_of(answer)


def test_ending_it_deletes_the_address(mailbox: Mailbox) -> None:
    client = browser_of(ALICE)
    asked(client)
    browser().post(link_in(mailbox))
    assert "Emails are on" in text_of(client.get("/ebox/email"))
    assert client.post("/ebox/email", {"stop": "1"}).status_code == 302
    assert "Emails are off" in text_of(client.get("/ebox/email"))
    (choice,) = MailChoice.objects.using(P)
    assert choice.address is None
    assert choice.pending_address is None


def test_the_address_is_not_in_the_database_as_it_is(mailbox: Mailbox) -> None:
    asked(browser_of(ALICE))
    (choice,) = MailChoice.objects.using(P)
    assert b"alice" not in bytes(choice.pending_address)


def test_one_click_from_a_mail_program_needs_no_page_of_ours(mailbox: Mailbox) -> None:
    """No session, no token of a form (RFC 8058); a link of nobody is answered the same."""
    asked(browser_of(ALICE))
    browser().post(link_in(mailbox))
    choice = MailChoice.objects.using(P).get()
    program = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    link = f"/ebox/email/stop/{link_text(choice.bucket, bytes(choice.stop_token))}"
    assert program.get(link).status_code == 200
    assert chosen() == "alice@example.be"
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert chosen() == ""
    for nobodys in ("5-AAAAAAAAAAAAAAAAAAAAAA", "zz", "ffffff-AAAAAAAAAAAAAAAAAAAAAA", "5-é"):
        assert program.post(f"/ebox/email/stop/{nobodys}").status_code == 200


def test_an_enterprise_has_an_address_of_its_own(mailbox: Mailbox) -> None:
    asked(browser_of(BEN, mailbox=COMPANY), "post@company.example")
    browser().post(link_in(mailbox))
    assert chosen(COMPANY) == "post@company.example"
    assert chosen(BEN) == ""


def test_acceptance_offers_none() -> None:
    client = browser_of(ALICE, environment="acceptance")
    assert "/email" not in text_of(client.get("/ebox-acceptance/"))
    assert client.get("/ebox-acceptance/email").status_code == 404
