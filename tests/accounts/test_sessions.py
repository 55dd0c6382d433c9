"""People see where they are signed in, and can end it."""

from __future__ import annotations

import pytest
from tests.broadcasts import people as p
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.errors import SessionNotFound
from eboxcast.accounts.models import Session
from eboxcast.accounts.sessions import end_session, sessions_of


def signed_in(agent: str) -> str:
    """Sign ANNE in with a browser; return the key of the session."""
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD}, headers={"User-Agent": agent})
    return client.cookies["eboxcast_session"].value


def test_each_session_is_shown_with_its_browser_the_present_one_first(january: None) -> None:
    account_of(p.ANNE)
    first, second = signed_in("Firefox"), signed_in("Chromium")
    visits = sessions_of(first, actor=p.ANNE)
    assert [(one.browser, one.current) for one in visits] == [("Firefox", True), ("Chromium", False)]
    assert all(key not in str(visits) for key in (first, second))


def test_a_session_that_is_ended_is_out_at_once(january: None) -> None:
    account_of(p.ANNE)
    first, second = signed_in("Firefox"), signed_in("Chromium")
    end_session(sessions_of(first, actor=p.ANNE)[1].handle, actor=p.ANNE)
    assert [one.session_key for one in Session.objects.all()] == [first]
    other = browser()
    other.cookies["eboxcast_session"] = second
    assert other.get("/").status_code == 302


def test_nobody_ends_the_session_of_another(january: None) -> None:
    account_of(p.ANNE)
    key = signed_in("Firefox")
    handle = sessions_of(key, actor=p.ANNE)[0].handle
    with pytest.raises(SessionNotFound):
        end_session(handle, actor=p.BRAM)
    assert Session.objects.count() == 1


def test_signing_in_gives_a_session_a_new_key(january: None) -> None:
    account_of(p.ANNE)
    client = browser_of(p.BRAM)
    before = client.cookies["eboxcast_session"].value
    client.post("/sign-out")
    client.cookies["eboxcast_session"] = before
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    assert client.cookies["eboxcast_session"].value != before
