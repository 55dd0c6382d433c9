"""What somebody typed is not lost when their session ends before they send it, and nobody else sees it."""

from __future__ import annotations

import re
from html import unescape

from django.core import signing
from django.test import Client
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser

from eboxcast.accounts.models import Session


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def window_of_anne() -> Client:
    """Return a window in which ANNE signed in, whose session has ended."""
    account_of(p.ANNE)
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    client.get("/")
    Session.objects.all().delete()
    return client


def test_a_form_sent_after_the_session_ended_is_sent_after_signing_in_again(january: None) -> None:
    client = window_of_anne()
    told = client.post("/account", {"remark": 'a "word" <b>', "password": "secret"})
    assert told.status_code == 403
    kept = hidden(told.content.decode(), "kept")
    asked = client.post("/sign-in", {"kept": kept})
    assert hidden(asked.content.decode(), "kept") == kept
    wrong = client.post("/sign-in", {"kept": kept, "identity": "anne", "password": "wrong"})
    entered = client.post(
        "/sign-in", {"kept": hidden(wrong.content.decode(), "kept"), "identity": "anne", "password": PASSWORD}
    ).content.decode()
    assert 'action="/account"' in entered
    assert hidden(entered, "remark") == 'a "word" <b>'
    assert "secret" not in entered
    assert Session.objects.count() == 1


def test_somebody_else_who_signs_in_in_the_same_window_sees_nothing_of_it(january: None) -> None:
    account_of(p.BRAM)
    client = window_of_anne()
    told = client.post("/account", {"remark": "for the eyes of Anne"}).content.decode()
    kept = hidden(told, "kept")
    assert "eyes" not in told
    entered = client.post("/sign-in", {"kept": kept, "identity": "bram", "password": PASSWORD})
    assert (entered.status_code, entered.headers["Location"]) == (302, "/")
    assert client.post("/sign-in", {"kept": kept}).headers["Location"] == "/"


def test_after_signing_out_nothing_is_kept_for_whoever_comes_next(january: None) -> None:
    account_of(p.ANNE)
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    client.post("/sign-out")
    told = client.post("/account", {"remark": "for the eyes of Anne"}).content.decode()
    assert hidden(told, "kept") == ""
    assert "could not be kept" in told


def test_a_form_that_we_did_not_keep_is_not_sent(january: None) -> None:
    client = window_of_anne()
    for forged in (signing.dumps({"path": "https://elsewhere.example", "fields": []}), "", "x" * 5000):
        client.cookies.pop("eboxcast_session", None)
        entered = client.post("/sign-in", {"kept": forged, "identity": "anne", "password": PASSWORD})
        assert entered.headers["Location"] == "/"
