"""People see where they are signed in, and can end it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.errors import SessionNotFound
from eboxcast.accounts.invitations import invite
from eboxcast.accounts.models import Invitation, Session
from eboxcast.accounts.sessions import end_session, sessions_of
from eboxcast.web.visitors import STARTED

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"


def signed_in(agent: str) -> str:
    """Sign ANNE in with a browser; return the key of the session."""
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD}, headers={"User-Agent": agent})
    return client.cookies["eboxcast_session"].value


def test_each_session_is_shown_with_its_browser_the_present_one_first(january: None) -> None:
    account_of(p.ANNE)
    first, second = signed_in(FIREFOX), signed_in(EDGE)
    visits = sessions_of(first, actor=p.ANNE)
    assert [(one.browser, one.current) for one in visits] == [("Firefox, Linux", True), ("Edge, Windows", False)]
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


def test_sessions_and_invitations_past_their_time_are_deleted_at_the_next_sign_in(january: None) -> None:
    account_of(p.ANNE)
    old = signed_in(FIREFOX)
    account_of(p.BRAM)
    invite("bram", days=1, actor=p.INES)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    pass_time(days=2)
    new = signed_in(EDGE)
    assert old != new
    assert [one.session_key for one in Session.objects.all()] == [new]
    assert not Invitation.objects.exists()


def test_a_session_ends_twelve_hours_after_it_began_however_much_it_is_used(january: None) -> None:
    account_of(p.ANNE)
    client = browser()
    client.post("/sign-in", {"identity": "anne", "password": PASSWORD})
    began_before(client, hours=11)
    assert client.get("/").status_code == 200
    began_before(client, hours=13)
    assert client.get("/").status_code == 302
    assert not Session.objects.exists()


def began_before(client: Client, *, hours: int) -> None:
    """Have a session begun so long ago."""
    session = client.session
    session[STARTED] = time.time() - hours * 60 * 60
    session.save()
