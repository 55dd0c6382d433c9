"""Forms that make something new each time: one sent twice makes one, at whichever moment, and the second is told."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from tests.accounts.test_factors import set_up
from tests.authorities import own
from tests.broadcasts import people as p
from tests.exchange.sftp_clients import public_key
from tests.locks import Connection, beside, locked, wait_until_held_up
from tests.moments import pass_time
from tests.notices.receiver import receiving
from tests.portal.test_factors import signed_in
from tests.portal.test_message_types import FILLED
from tests.portal.test_people import LEA, words
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.factors import own_factors, show_code
from eboxcast.accounts.models import SentForm
from eboxcast.accounts.sent_forms import taken_once
from eboxcast.accounts.totp import code_now
from eboxcast.audit.models import Entry
from eboxcast.broadcasts.calendar_changes import close_day
from eboxcast.exchange.models import SftpKey, Signer
from eboxcast.notices.models import Webhook
from eboxcast.notices.webhooks import add_webhook
from eboxcast.senders.models import Token, TypeRequest

pytestmark = pytest.mark.usefixtures("january")


@dataclass(frozen=True)
class Once:
    """A form, what is filled in, what it is told by when it comes again, and how many there are of what it makes."""

    path: str
    given: Callable[[], Mapping[str, object]]
    told: str
    count: Callable[[], int]


TOKEN = Once(
    path="/person/anne/token",
    given=lambda: {"label": "desk", "days": 30},
    told="If you did not see it, revoke it and make another.",
    count=Token.objects.count,
)
FORMS = {
    "token": TOKEN,
    "link": Once(
        path="/person/anne/invite",
        given=lambda: {"days": 7},
        told="If you did not see it, make a new one: the first one will then no longer work.",
        count=Entry.objects.filter(action="account.invited").count,
    ),
    "alarm": Once(
        path="/alarms/add",
        given=lambda: {"label": "Pager", "address": "https://pager.example.be/"},
        told="If you did not see the key, remove the address and register it again.",
        count=Webhook.objects.count,
    ),
    "key": Once(
        path="/drop-folders/keys/add",
        given=lambda: {"institution": p.INSTITUTION, "label": "payroll", "key": public_key(), "days": 30},
        told="This form was sent before, and the key is registered.",
        count=SftpKey.objects.count,
    ),
    "certificate": Once(
        path="/drop-folders/signers/add",
        given=lambda: {"institution": p.INSTITUTION, "label": "payroll", "certificate": own("Payroll").decode()},
        told="This form was sent before, and the certificate is registered.",
        count=Signer.objects.count,
    ),
}


SAME_ANSWER = {
    "invitation by mail": Once(
        path="/person/anne/invite",
        given=lambda: {"days": 7, "by_mail": "yes"},
        told="/person/anne",
        count=Entry.objects.filter(action="account.invited").count,
    ),
    "second factor": Once(
        path="/person/anne/reset-factor",
        given=dict,
        told="/person/anne",
        count=Entry.objects.filter(action="account.factor_reset").count,
    ),
    "person": Once(
        path="/people/add",
        given=lambda: LEA,
        told="/person/lea",
        count=Entry.objects.filter(action="person.added").count,
    ),
    "change": Once(
        path="/person/anne/change",
        given=lambda: LEA,
        told="/person/anne",
        count=Entry.objects.filter(action="person.changed").count,
    ),
    "contact": Once(
        path=f"/contacts/institution/{p.INSTITUTION}",
        given=lambda: {"name": "Guy Claes", "phone": "+32 2 123 45 67"},
        told="/contacts",
        count=Entry.objects.filter(action="contacts.standing_set").count,
    ),
    "message type": Once(
        path="/message-types/new",
        given=lambda: {**FILLED, "institution__cbe": p.INSTITUTION},
        told="/message-types",
        count=TypeRequest.objects.count,
    ),
}
"""Those whose second one leads to where the first does: what it made, or the list that shows it."""
NOTE = Once(
    path="/broadcasts/2027-0001/note",
    given=lambda: {"note": "They called: the list follows on Monday."},
    told="This form was sent before. Nothing was done a second time.",
    count=Entry.objects.filter(action="broadcast.noted").count,
)


@pytest.fixture
def ines(tmp_path: Path) -> Iterator[Client]:
    """A browser of somebody who looks after people, alarms and folders."""
    account_of(p.ANNE)
    with override_settings(EBOXCAST_DROP_DIR=tmp_path):
        yield browser_of(p.INES)


def filled_in(client: Client, form: Once) -> dict[str, object]:
    """Return a form that was opened and filled in."""
    return {**form.given(), "form": opened(client, form.path)}


def opened(client: Client, path: str) -> str:
    """Return what tells the form of a page from others, as somebody opens it."""
    found = re.search(r'name="form" value="([\w-]+)"', client.get(path).content.decode())
    assert found is not None
    return found[1]


def sent_twice_at_once(client: Client, table: Connection, path: str, given: Mapping[str, object]) -> list[str]:
    """Send a form twice, both before the first is taken, and return where each answer leads; empty for a page."""

    def send() -> str:
        window = browser()
        window.cookies.update(client.cookies)
        return window.post(path, given).headers.get("Location", "")

    with ExitStack() as stack:
        stack.enter_context(locked(table, "lock table account_sent_form in exclusive mode"))
        sent = [stack.enter_context(beside(send)) for _ in range(2)]
        wait_until_held_up(table, count=2)
        table.execute("rollback")
        return [one.result() for one in sent]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_of_two_sent_at_the_same_moment_one_makes_something_and_the_other_is_told(
    ines: Client, sweepers: list[Connection], form: Once
) -> None:
    """As by a double click without scripts: both have arrived before the first is taken."""
    goes_on = max(sent_twice_at_once(ines, sweepers[0], form.path, filled_in(ines, form)))
    assert form.count() == 1
    told = words(ines.get(goes_on).content)
    assert form.told in told or "is registered: " in told


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_that_is_sent_again_makes_nothing_more(ines: Client, form: Once) -> None:
    given = filled_in(ines, form)
    for expected in (False, True, True):
        assert (form.told in words(ines.post(form.path, given, follow=True).content)) is expected
    assert form.count() == 1


@pytest.mark.parametrize("form", SAME_ANSWER.values(), ids=SAME_ANSWER)
def test_the_second_of_two_leads_to_what_the_first_made(ines: Client, sweepers: list[Connection], form: Once) -> None:
    given = filled_in(ines, form)
    both = sent_twice_at_once(ines, sweepers[0], form.path, given)
    assert all(one.startswith(form.told) for one in both), both
    assert ines.post(form.path, given).headers["Location"] == form.told
    assert form.count() == 1


def test_a_trial_is_sent_once(ines: Client, sweepers: list[Connection]) -> None:
    with receiving() as receiver:
        number = add_webhook("pager", receiver.address, actor=p.INES).webhook.pk
        given = {"form": opened(ines, "/alarms")}
        assert sent_twice_at_once(ines, sweepers[0], f"/alarms/{number}/try", given) == ["/alarms", "/alarms"]
        assert ines.post(f"/alarms/{number}/try", given).headers["Location"] == "/alarms"
        assert len(receiver.taken) == 1
        ines.post(f"/alarms/{number}/try", {"form": opened(ines, "/alarms")})
        assert len(receiver.taken) == 2


def test_an_address_that_was_removed_a_moment_ago_is_not_missed(ines: Client) -> None:
    number = add_webhook("pager", "https://pager.example.be/", actor=p.INES).webhook.pk
    given = {"form": opened(ines, f"/alarms/{number}/remove")}
    for _ in range(2):
        assert ines.post(f"/alarms/{number}/remove", given).headers["Location"] == "/alarms"


def test_a_day_that_was_opened_a_moment_ago_is_said_to_be_open(ines: Client) -> None:
    close_day(date(2027, 3, 1), reason="Strike", actor=p.INES)
    given = {"form": opened(ines, "/calendar/open/2027-03-01")}
    for _ in range(2):
        told = words(ines.post("/calendar/open/2027-03-01", given, follow=True).content)
        assert "1 March 2027" in told
        assert "no longer a closed day" in told


def test_the_codes_that_are_shown_are_those_that_hold(sweepers: list[Connection]) -> None:
    """Where two sets were asked for at the same moment, only one is made."""
    anne = signed_in()
    set_up(p.ANNE)
    given = {"form": opened(anne, "/account")}
    both = sent_twice_at_once(anne, sweepers[0], "/account/codes/make", given)
    assert both == ["/account/codes", "/account/codes"]
    code = codes_on(anne.get("/account/codes"))[0]
    assert show_code(account_of(p.ANNE), code, address="192.0.2.7") == "recovery"
    assert anne.post("/account/codes/make", given, follow=True).redirect_chain[-1][0] == "/account"
    assert own_factors(actor=p.ANNE).codes_left == 9


def test_an_app_is_set_up_once_and_its_codes_are_shown(sweepers: list[Connection]) -> None:
    anne = signed_in()
    page = anne.get("/account/app").content.decode()
    (text,) = re.findall(r'class="numbers">([A-Z2-7 ]+)<', page)
    given = {"code": code_now(b32decode(text.replace(" ", ""))), "form": opened(anne, "/account/app")}
    assert sent_twice_at_once(anne, sweepers[0], "/account/app", given) == ["/account/codes", "/account/codes"]
    assert len(codes_on(anne.get("/account/codes"))) == 10
    assert anne.post("/account/app", given, follow=True).redirect_chain[-1][0] == "/account"
    assert Entry.objects.filter(action="account.factor_added").count() == 1


def codes_on(page: HttpResponse) -> list[str]:
    return re.findall(r"<li>([a-z2-7-]{19})</li>", page.content.decode())


def test_whoever_forgot_their_password_is_sent_one_link(sweepers: list[Connection]) -> None:
    account_of(p.ANNE)
    nobody = browser()
    given = {"identity": "anne", "form": opened(nobody, "/forgotten-password")}
    sent_twice_at_once(nobody, sweepers[0], "/forgotten-password", given)
    assert "we have sent it an email" in words(nobody.post("/forgotten-password", given).content)
    assert Entry.objects.filter(action="account.password_forgotten").count() == 1


def test_a_note_that_is_sent_again_is_kept_once(ines: Client) -> None:
    p.requested()
    given = filled_in(ines, NOTE)
    for expected in (False, True):
        assert (NOTE.told in words(ines.post(NOTE.path, given, follow=True).content)) is expected
    assert NOTE.count() == 1


def test_the_form_in_another_window_is_another_form(ines: Client) -> None:
    for given in (filled_in(ines, TOKEN), filled_in(ines, TOKEN)):
        ines.post(TOKEN.path, given)
    assert TOKEN.count() == 2


def test_the_form_of_somebody_else_is_another_form(ines: Client) -> None:
    form = uuid4()
    for actor in (p.INES, p.ANNE):
        with taken_once(form, account=account_of(actor)):
            pass
    assert SentForm.objects.filter(form=form).count() == 2


def test_a_form_that_was_refused_is_sent_again_as_corrected(ines: Client) -> None:
    given = filled_in(ines, TOKEN)
    assert ines.post(TOKEN.path, {**given, "label": "85.07.30-033.28"}).status_code == 422
    assert "shown only now" in words(ines.post(TOKEN.path, given).content)


def test_a_form_without_a_name_is_one_of_its_own(ines: Client) -> None:
    for form in ("", "85073003328"):
        ines.post(TOKEN.path, {**TOKEN.given(), "form": form})
    assert TOKEN.count() == 2


def test_forms_are_forgotten_when_nobody_can_send_them_any_more(ines: Client) -> None:
    ines.post(TOKEN.path, filled_in(ines, TOKEN))
    pass_time(days=1)
    browser().post("/sign-in", {"identity": "anne", "password": PASSWORD})
    assert SentForm.objects.count() == 1
    pass_time(days=2)
    browser().post("/sign-in", {"identity": "anne", "password": PASSWORD})
    assert SentForm.objects.count() == 0
