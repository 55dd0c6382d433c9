"""Setting up a second factor on the pages, and recovery codes that are shown once."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

import pytest
from django.test import Client
from tests.accounts.test_factors import set_up
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts import factors, totp

pytestmark = pytest.mark.usefixtures("january")


def signed_in() -> Client:
    """Return a browser in which ANNE has just signed in with her password."""
    account_of(p.ANNE)
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    return client


def test_the_qr_code_and_the_key_stay_the_same_after_a_wrong_code() -> None:
    client = signed_in()
    first = client.get("/account/app").content.decode()
    again = client.post("/account/app", {"code": "000000"})
    keys = [re.findall(r'class="numbers">([A-Z2-7 ]+)<', page) for page in (first, again.content.decode())]
    assert keys[0] == keys[1] != []
    assert again.status_code == 422
    assert "<svg" in first
    assert "style=" not in first


def test_recovery_codes_are_shown_and_saved_once() -> None:
    client = signed_in()
    page = client.get("/account/app").content.decode()
    text = re.search(r'class="numbers">([A-Z2-7 ]+)<', page)
    assert text
    code = totp.code_now(base64.b32decode(text[1].replace(" ", "")))
    assert client.post("/account/app", {"code": code}).headers["Location"] == "/account/codes"
    shown = client.get("/account/codes").content.decode()
    codes = re.findall(r"<li>([a-z2-7-]{19})</li>", shown)
    file = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', shown)
    assert file
    assert len(codes) == 10
    assert unquote(file[1]).split() == ["eboxcast", *codes]
    assert client.get("/account/codes").status_code == 302
    assert factors.show_code(account_of(p.ANNE), codes[0], address="192.0.2.7") == "recovery"


@pytest.mark.parametrize("address", ["app/remove", "codes/make", "passkey/1/remove"])
def test_a_browser_that_was_left_open_changes_nothing(address: str) -> None:
    set_up(p.ANNE)
    client = browser_of(p.ANNE)
    assert client.post(f"/account/{address}").headers["Location"].startswith("/account/proof?")
    assert factors.own_factors(actor=p.ANNE).any
    assert client.post("/account/passkey/ask").status_code == 403


def test_whoever_shows_again_who_they_are_goes_on() -> None:
    set_up(p.ANNE)
    client = browser_of(p.ANNE)
    assert client.post("/account/proof", {"password": "wrong", "next": "/account"}).status_code == 422
    assert client.post("/account/proof", {"password": PASSWORD, "next": "/account"}).headers["Location"] == "/account"
    assert client.post("/account/app/remove").headers["Location"] == "/account"
    assert not factors.own_factors(actor=p.ANNE).any


def test_the_way_back_leads_nowhere_else() -> None:
    client = browser_of(p.ANNE)
    answer = client.post("/account/proof", {"password": PASSWORD, "next": "https://elsewhere.example"})
    assert answer.headers["Location"] == "/"


def test_a_passkey_of_another_is_not_removed() -> None:
    assert signed_in().post("/account/passkey/4711/remove").headers["Location"] == "/account"


def test_a_colleague_of_the_integration_team_takes_away_what_somebody_lost() -> None:
    set_up(p.ANNE)
    client = browser_of(p.INES)
    assert "reset-factor" in client.get("/person/anne").content.decode()
    assert "calling the number" in client.get("/person/anne/reset-factor").content.decode()
    assert client.post("/person/anne/reset-factor").headers["Location"] == "/person/anne"
    assert not factors.own_factors(actor=p.ANNE).any
    assert client.post("/person/ines/reset-factor").status_code == 409
    assert browser_of(p.LOU).post("/person/anne/reset-factor").status_code == 403
