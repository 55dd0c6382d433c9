"""Signing in with a second factor, and being told that one is needed."""

from __future__ import annotations

import base64
import re

import pytest
from django.test import Client, override_settings
from tests.accounts.test_factors import next_code, set_up
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.web.test_kept_forms import hidden, window_of_anne
from tests.web.visitors import PASSWORD, account_of, browser

from eboxcast.accounts import totp
from eboxcast.accounts.invitations import invite
from eboxcast.accounts.models import Session
from eboxcast.audit.models import Entry
from eboxcast.lib import clock

ANNE = {"identity": "anne", "password": PASSWORD}
FACTOR = "/sign-in/second-factor"


def halfway(**more: str) -> Client:
    """Return a browser in which ANNE has shown her password."""
    client = browser()
    answer = client.post("/sign-in", {**ANNE, **more})
    assert answer.headers["Location"] == FACTOR
    return client


@pytest.mark.usefixtures("january")
def test_whoever_has_a_second_factor_is_not_in_before_it_was_shown() -> None:
    secret, _ = set_up(p.ANNE)
    client = halfway(next="/account")
    key = client.cookies["eboxcast_session"].value
    assert client.get("/account").status_code == 302
    assert not Entry.objects.filter(action="account.signed_in").exists()
    assert client.get(FACTOR).status_code == 200
    assert "not correct" in client.post(FACTOR, {"code": "000000"}).content.decode()
    entered = client.post(FACTOR, {"code": next_code(secret)})
    assert entered.headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert client.cookies["eboxcast_session"].value != key
    assert Entry.objects.get(action="account.signed_in").data["how"] == "app"


@pytest.mark.usefixtures("january")
def test_a_recovery_code_signs_in_once() -> None:
    _, codes = set_up(p.ANNE)
    assert halfway().post(FACTOR, {"code": codes[3]}).status_code == 302
    assert halfway().post(FACTOR, {"code": codes[3]}).status_code == 200


@pytest.mark.usefixtures("january")
def test_whoever_waits_too_long_begins_again() -> None:
    secret, _ = set_up(p.ANNE)
    client = halfway()
    pass_time(minutes=11)
    for answer in (client.get(FACTOR), client.post(FACTOR, {"code": next_code(secret)})):
        assert answer.headers["Location"] == "/sign-in"
    assert browser().get(FACTOR).headers["Location"] == "/sign-in"


@pytest.mark.usefixtures("january")
def test_whoever_guesses_codes_is_told_to_wait_in_their_language() -> None:
    set_up(p.ANNE)
    client = halfway()
    client.cookies["eboxcast_language"] = "nl"
    for _ in range(5):
        client.post(FACTOR, {"code": "000000"})
    answer = client.post(FACTOR, {"code": "000000"})
    assert answer.status_code == 429
    assert "Wacht" in answer.content.decode()


@pytest.mark.usefixtures("january")
def test_a_new_password_by_a_link_is_not_enough_either() -> None:
    set_up(p.ANNE)
    text = invite("anne", days=7, actor=p.INES)
    client = browser()
    answer = client.post(f"/invitation/{text}", {"password": "four words make a password"})
    assert answer.headers["Location"] == FACTOR
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("january")
def test_what_was_typed_before_the_session_ended_comes_through_the_second_factor_too() -> None:
    client = window_of_anne()
    kept = hidden(client.post("/account", {"remark": "kept"}).content.decode(), "kept")
    secret, _ = set_up(p.ANNE)
    client.post("/sign-in", {**ANNE, "kept": kept})
    entered = client.post(FACTOR, {"code": next_code(secret)}).content.decode()
    assert hidden(entered, "remark") == "kept"


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize("answer", ["", "{}", "[" * 5000])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(answer: str) -> None:
    account_of(p.ANNE)
    client = browser()
    assert client.post("/sign-in/passkey", {"answer": answer}).status_code == 200
    client.post("/sign-in/passkey/ask")
    assert "not accepted" in client.post("/sign-in/passkey", {"answer": answer}).content.decode()
    assert not Session.objects.filter(account__isnull=False).exists()


@pytest.fixture
def bram_told(real_installation: None) -> Client:
    """A browser in which BRAM, who gives the GO, has signed in on a real installation for the first time."""
    account_of(p.BRAM)
    client = browser()
    answer = client.post("/sign-in", {"identity": "bram", "password": PASSWORD, "next": "/broadcasts"})
    assert answer.headers["Location"] == "/sign-in/needed?next=%2Fbroadcasts"
    return client


def test_who_needs_a_second_factor_is_told_from_when_on_and_continues(bram_told: Client) -> None:
    page = bram_told.get("/sign-in/needed?next=%2Fbroadcasts").content.decode()
    assert 'href="/broadcasts"' in page
    assert bram_told.get("/broadcasts").status_code == 200


def test_after_those_days_nothing_else_is_open_until_it_is_set_up(bram_told: Client) -> None:
    bram = account_of(p.BRAM)
    bram.factor_told_at = clock.now().replace(year=2025)
    bram.save()
    assert bram_told.get("/broadcasts").headers["Location"] == "/account"
    assert "voordat u verdergaat" in bram_told.get("/account").content.decode()
    shown = bram_told.get("/account/app").content.decode()
    text = re.search(r'class="numbers">([A-Z2-7 ]+)<', shown)
    assert text
    code = totp.code_now(base64.b32decode(text[1].replace(" ", "")))
    assert bram_told.post("/account/app", {"code": code}).headers["Location"] == "/account/codes"
    assert bram_told.get("/broadcasts").status_code == 200


def test_a_role_without_that_need_is_told_nothing(real_installation: None) -> None:
    account_of(p.ANNE)
    assert browser().post("/sign-in", ANNE).headers["Location"] == "/"


def test_where_no_role_needs_one_nobody_is_told(real_installation: None) -> None:
    account_of(p.BRAM)
    with override_settings(EBOXCAST_SECOND_FACTOR=frozenset()):
        assert browser().post("/sign-in", {"identity": "bram", "password": PASSWORD}).headers["Location"] == "/"
