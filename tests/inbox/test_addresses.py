"""Every address of these pages, asked for by everybody: a recipient, another one, nobody, somebody of the procedure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.broadcasts import people as p
from tests.inbox.browsers import PRODUCTION, ROOTS, browser, browser_of
from tests.inbox.conftest import ALICE, BEN
from tests.mailboxes.conftest import NewOrder, publish
from tests.portal.conftest import quick_passwords
from tests.web.visitors import browser_of as browser_of_person

from eboxcast.database.environments import environment_connection
from eboxcast.inbox.urls import urlpatterns

__all__ = ["quick_passwords"]

OK, ELSEWHERE, GONE, WRONG_WAY, REFUSED, TROUBLE = 200, 302, 404, 405, 403, 503
EVERYBODY = ("recipient", "another", "nobody", "person")


@dataclass(frozen=True)
class Address:
    """What an address answers, when it is asked for."""

    recipient: int = OK
    another: int = OK
    """To a recipient without this message."""
    nobody: int = ELSEWHERE
    """To whoever did not sign in: also to the people of the procedure, who have another session."""


def the_same(status: int) -> Address:
    return Address(recipient=status, another=status, nobody=status)


MESSAGE = ("message", "hide", "show", "document", "download", "receipt")
ADDRESSES = {
    "messages": Address(),
    "hidden": Address(),
    "message": Address(another=GONE),
    "hide": the_same(WRONG_WAY),
    "show": the_same(WRONG_WAY),
    "document": Address(another=GONE),
    "download": Address(another=GONE),
    "receipt": Address(another=GONE),
    "sign-in": the_same(OK),
    "begin": the_same(TROUBLE),
    "signed-in": the_same(REFUSED),
    "choose": Address(),
    "sign-out": the_same(WRONG_WAY),
    "signed-out": the_same(OK),
}
MAILING = {"email": Address(), "confirm-email": the_same(GONE), "stop-email": the_same(OK)}
"""Only in production: acceptance mails nobody."""
POSTED = {
    "messages": Address(recipient=ELSEWHERE, another=ELSEWHERE),
    "hidden": Address(recipient=ELSEWHERE, another=ELSEWHERE),
    "hide": Address(recipient=ELSEWHERE, another=GONE),
    "show": Address(recipient=ELSEWHERE, another=GONE),
    "choose": Address(recipient=ELSEWHERE, another=ELSEWHERE),
    "sign-out": the_same(ELSEWHERE),
}
MAILING_POSTED = {
    "messages": Address(recipient=ELSEWHERE, another=ELSEWHERE),
    "hidden": Address(recipient=ELSEWHERE, another=ELSEWHERE),
    "email": Address(recipient=422, another=422),
    "confirm-email": the_same(GONE),
    "stop-email": the_same(OK),
}

pytestmark = pytest.mark.usefixtures("eboxes_shown")


def browsers(environment: str) -> dict[str, Client]:
    return {
        "recipient": browser_of(ALICE, environment=environment),
        "another": browser_of(BEN, environment=environment),
        "nobody": browser(),
        "person": browser_of_person(p.ANNE),
    }


def expected(answer: Address, who: str) -> int:
    return answer.nobody if who == "person" else getattr(answer, who)


def address_of(environment: str, name: str, run: UUID) -> str:
    names: dict[str, object] = {"run": run} if name in MESSAGE else {}
    if name in ("confirm-email", "stop-email"):
        names = {"text": "5-word"}
    return reverse(f"{environment}:{name}", kwargs=names)


def test_every_address_is_in_the_table() -> None:
    production, acceptance = ({one.name for one in included.url_patterns} for included in urlpatterns)
    assert production == ADDRESSES.keys() | MAILING.keys()
    assert acceptance == ADDRESSES.keys()


@pytest.mark.parametrize("environment", ROOTS)
def test_nobody_sees_more_than_is_theirs(order: NewOrder, environment: str) -> None:
    run = publish(order, [ALICE], environment=environment)
    wrong = {}
    mailing = environment == PRODUCTION
    tables = {"get": ADDRESSES | (MAILING if mailing else {}), "post": POSTED | (MAILING_POSTED if mailing else {})}
    for method, table in tables.items():
        for name, answer in table.items():
            for who, client in browsers(environment).items():
                found = getattr(client, method)(address_of(environment, name, run), {"ebox": "0"})
                if found.status_code != expected(answer, who):
                    wrong[method, name, who] = found.status_code
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "most"), [("messages", 3), ("hidden", 3), ("message", 3), ("document", 4), ("choose", 1)]
)
def test_pages_ask_the_environment_little(order: NewOrder, name: str, most: int) -> None:
    """Whether the visit was ended, and what is shown. The first reading adds its note."""
    run = publish(order, [ALICE], environment=PRODUCTION)
    client = browser_of(ALICE)
    client.get(address_of(PRODUCTION, "document", run))
    with CaptureQueriesContext(environment_connection(PRODUCTION)) as statements:
        client.get(address_of(PRODUCTION, name, run))
    assert len(statements) <= most
