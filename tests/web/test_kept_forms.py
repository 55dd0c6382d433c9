"""What somebody typed is not lost when their session ends before they send it."""

from __future__ import annotations

import re
from html import unescape

from django.core import signing
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser

from eboxcast.accounts.models import Session


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def test_a_form_sent_after_the_session_ended_is_sent_after_signing_in_again(january: None) -> None:
    account_of(p.ANNE)
    client = browser()
    told = client.post("/sessions", {"session": 'a "word" <b>', "password": "secret"})
    assert told.status_code == 403
    kept = hidden(told.content.decode(), "kept")
    asked = client.post("/sign-in", {"kept": kept})
    assert hidden(asked.content.decode(), "kept") == kept
    wrong = client.post("/sign-in", {"kept": kept, "identity": "anne", "password": "wrong"})
    entered = client.post(
        "/sign-in", {"kept": hidden(wrong.content.decode(), "kept"), "identity": "anne", "password": PASSWORD}
    ).content.decode()
    assert 'action="/sessions"' in entered
    assert hidden(entered, "session") == 'a "word" <b>'
    assert "secret" not in entered
    assert Session.objects.count() == 1


def test_a_form_that_we_did_not_keep_is_not_sent(january: None) -> None:
    account_of(p.ANNE)
    forged = signing.dumps({"path": "https://elsewhere.example", "fields": []}, salt="another")
    client = browser()
    entered = client.post("/sign-in", {"kept": forged, "identity": "anne", "password": PASSWORD})
    assert entered.headers["Location"] == "/"
