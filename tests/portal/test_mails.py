"""The mails of the procedure, as those who look after them see them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.broadcasts import people as p
from tests.notices.conftest import add_people
from tests.portal.test_people import tree, words
from tests.web.visitors import browser_of

from eboxcast.accounts.invitations import invite_by_mail
from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice, State
from eboxcast.senders.models import Person


@pytest.fixture
def ines(january: None) -> Client:
    """A browser of the integration team; everybody has an address, and a broadcast was requested."""
    Person.objects.all().delete()
    add_people(p.INSTITUTION)
    p.requested()
    make()
    return browser_of(p.INES)


def make() -> None:
    seal_pending()
    make_notices()
    Notice.objects.filter(kind="audit-head").delete()


def fail(recipient: str, state: State = State.GIVEN_UP) -> int:
    mails = Notice.objects.filter(recipient=recipient)
    mails.update(state=state, last_problem="550 nobody of this name", attempts=3)
    return mails.get().pk


def listed(client: Client, query: str = "") -> set[str]:
    cells = tree(client.get(f"/mails{query}").content).xpath("//tbody/tr/td[1]/text()")
    return {str(cell).strip() for cell in cells}


def test_mails_are_found_by_state_subject_broadcast_and_reader(ines: Client) -> None:
    fail("bram")
    assert listed(ines) == {"Bram Claes", "Inès Petit", "Vera Maes"}
    assert listed(ines, "?state=given-up") == {"Bram Claes"}
    assert listed(ines, "?kind=requested&broadcast=2027-0001&reader=VERA@") == {"Vera Maes"}
    assert listed(ines, "?reader=petit") == {"Inès Petit"}
    assert listed(ines, "?kind=published") == set()


def test_a_subject_is_marked_with_the_language_of_its_reader(ines: Client) -> None:
    one = Notice.objects.get(recipient="bram")
    Notice.objects.filter(pk=one.pk).update(language="nl", subject="Een datum gevraagd")
    for address in ("/mails", f"/mails/{one.pk}", "/broadcasts/2027-0001"):
        page = tree(ines.get(address).content)
        places = page.xpath('//body//*[normalize-space(text())="Een datum gevraagd"]')
        assert {place.get("lang") for place in places} == {"nl"}, address
        assert "Een datum gevraagd" not in page.xpath("string(//title)"), address


def test_a_broadcast_that_is_not_there_is_said_beside_the_field(ines: Client) -> None:
    answer = ines.get("/mails?broadcast=2027-9999")
    assert answer.status_code == 422
    assert "2027-9999" in words(answer.content)


def test_a_long_list_is_turned_page_by_page(ines: Client) -> None:
    first = Notice.objects.order_by("id").first()
    assert first is not None
    for number in range(60):
        Notice.objects.create(
            seal=1000 + number,
            entry="x",
            kind="requested",
            recipient="vera",
            address="v@example.be",
            language="nl",
            message_id=f"<{number}@x>",
            subject=f"Number {number}",
            text="x",
            html="x",
            created_at=first.created_at,
            next_try_at=first.next_try_at,
        )
    page = tree(ines.get("/mails?reader=vera").content)
    assert len(page.xpath("//tbody/tr")) == 50
    (older,) = page.xpath("//a[contains(@href, 'before=')]/@href")
    assert "reader=vera" in older
    assert len(tree(ines.get(f"/mails{older}").content).xpath("//tbody/tr")) == 11


def test_a_mail_is_shown_as_it_was_written_with_why_it_failed(ines: Client) -> None:
    number = fail("bram")
    page = ines.get(f"/mails/{number}")
    mail = Notice.objects.get(pk=number)
    assert tree(page.content).xpath("string(//pre)") == mail.text
    assert tree(page.content).xpath("//pre/@lang") == ["nl"]
    assert "550 nobody of this name" in words(page.content)
    assert b'href="/broadcasts/2027-0001"' in page.content


def test_what_was_given_up_is_sent_again_and_only_once(ines: Client) -> None:
    number = fail("bram")
    for _ in range(2):
        assert ines.post(f"/mails/{number}/retry").headers["Location"] == f"/mails/{number}"
    mail = Notice.objects.get(pk=number)
    assert (mail.state, mail.attempts) == (State.WAITING, 0)
    assert Entry.objects.filter(action="notice.retried", by="ines").count() == 1


def test_all_that_was_not_sent_is_sent_again_after_a_word(ines: Client) -> None:
    fail("bram")
    fail("vera", State.FAILED)
    assert "2 emails were not sent" in words(ines.get("/mails/retry").content)
    ines.post("/mails/retry")
    assert set(Notice.objects.values_list("state", flat=True)) == {State.WAITING}
    assert "Every email was sent." in words(ines.get("/mails/retry").content)


def test_what_was_sent_or_has_no_reader_is_not_sent_again(ines: Client) -> None:
    sent = Notice.objects.get(recipient="bram")
    Notice.objects.filter(pk=sent.pk).update(state=State.SENT, sent_at=sent.created_at + timedelta(minutes=1))
    nobody = Notice.objects.get(recipient="vera")
    Notice.objects.filter(pk=nobody.pk).update(state=State.NO_READER, recipient="role:validator", text="", html="")
    assert b"/retry" not in ines.get(f"/mails/{sent.pk}").content
    assert ines.post(f"/mails/{sent.pk}/retry").status_code == 409
    assert "validator (BCSS)" in listed(ines)
    page = words(ines.get(f"/mails/{nobody.pk}").content)
    assert "No one with the role “validator (BCSS)” had an email address" in page
    assert ines.post(f"/mails/{nobody.pk}/retry").status_code == 409


def test_no_mail_that_is_shown_opens_an_account(ines: Client) -> None:
    invite_by_mail("vera", actor=p.INES)
    make()
    mail = Notice.objects.get(kind="account-invited")
    page = ines.get(f"/mails/{mail.pk}").content.decode()
    assert re.findall(r"/invitation/(\S+)", page) == ["…"]


@pytest.mark.parametrize("number", [0, 99999, 10**17])
def test_a_mail_that_is_not_there_is_not_found(ines: Client, number: int) -> None:
    assert ines.get(f"/mails/{number}").status_code == 404
    assert ines.post(f"/mails/{number}/retry").status_code == 404
