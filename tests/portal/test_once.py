"""Forms that make something new each time: one sent twice makes one, at whichever moment, and the second is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from tests.authorities import own
from tests.broadcasts import people as p
from tests.exchange.sftp_clients import public_key
from tests.locks import Connection, beside, locked, wait_until_held_up
from tests.moments import pass_time
from tests.portal.test_people import words
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.models import SentForm
from eboxcast.accounts.sent_forms import taken_once
from eboxcast.audit.models import Entry
from eboxcast.exchange.models import SftpKey, Signer
from eboxcast.notices.models import Webhook
from eboxcast.senders.models import Token

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
    found = re.search(r'name="form" value="([\w-]+)"', client.get(form.path).content.decode())
    assert found is not None
    return {**form.given(), "form": found[1]}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_of_two_sent_at_the_same_moment_one_makes_something_and_the_other_is_told(
    ines: Client, sweepers: list[Connection], form: Once
) -> None:
    """As by a double click without scripts: both have arrived before the first is taken."""
    given = filled_in(ines, form)

    def send() -> str:
        window = browser()
        window.cookies.update(ines.cookies)
        return window.post(form.path, given).headers.get("Location", "")

    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[0], "lock table account_sent_form in exclusive mode"))
        sent = [stack.enter_context(beside(send)) for _ in range(2)]
        wait_until_held_up(sweepers[0], count=2)
        sweepers[0].execute("rollback")
        goes_on = max(one.result() for one in sent)
    assert form.count() == 1
    told = words(ines.get(goes_on).content)
    assert form.told in told or "is registered: " in told


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_that_is_sent_again_makes_nothing_more(ines: Client, form: Once) -> None:
    given = filled_in(ines, form)
    for expected in (False, True, True):
        assert (form.told in words(ines.post(form.path, given, follow=True).content)) is expected
    assert form.count() == 1


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
