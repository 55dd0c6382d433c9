"""Signing in and out: the whole way through a browser, and what a session is worth."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connections
from django.test import Client, override_settings
from tests.inbox.browsers import ACCEPTANCE, PRODUCTION, browser, browser_of, move_clock, text_of
from tests.inbox.conftest import ALICE, BEN, COMPANY, Provider
from tests.mailboxes.conftest import NewOrder, publish

from eboxcast.inbox.visits import IDLE_SECONDS, LONGEST_SECONDS
from eboxcast.lib import clock
from eboxcast.mailboxes.ended_visits import forget_ended_visits
from eboxcast.mailboxes.models import Ebox, EndedVisit
from eboxcast.targets.ebox_rest.options import EboxRestOptions

VISIT = "eboxcast_ebox_visit_production"


@pytest.fixture
def connected(installation: None, provider: Provider) -> Any:
    """Both environments sign in with the provider."""
    options = {PRODUCTION: provider.options, ACCEPTANCE: provider.options}
    with override_settings(EBOXCAST_SIGN_IN=options):
        yield provider


def sign_in(client: Client, provider: Provider, person: str, *, root: str = "/ebox/", after: str = "") -> Any:
    """Go through it as a browser does, and return where it ends."""
    asked = client.get(f"{root}sign-in/begin", {"next": after} if after else {})
    query = provider.choose(asked["Location"], person)
    return client.get(f"{root}signed-in?{urlencode(query)}")


def test_a_citizen_signs_in_and_reads(connected: Provider, order: NewOrder) -> None:
    """From the address in a mail to the message."""
    run = publish(order, [ALICE], environment=PRODUCTION)
    client = browser()
    asked = client.get(f"/ebox/messages/{run}")
    assert asked["Location"] == f"/ebox/sign-in?next=%2Febox%2Fmessages%2F{run}"
    page = text_of(client.get(asked["Location"]))
    assert f'href="/ebox/sign-in/begin?next=%2Febox%2Fmessages%2F{run}"' in page
    entered = sign_in(client, connected, "person-1", after=f"/ebox/messages/{run}")
    assert entered["Location"] == f"/ebox/messages/{run}"
    assert "Une lettre" in text_of(client.get(entered["Location"]))


def test_who_acts_for_an_enterprise_chooses_first(connected: Provider) -> None:
    client = browser()
    assert sign_in(client, connected, "person-2")["Location"] == "/ebox/choose"
    page = text_of(client.get("/ebox/choose"))
    assert re.findall(r'class="ebox-name">([^<]*)<', page) == ["Ben", "Demo &amp; Co"]


def test_the_first_visit_activates_an_ebox(connected: Provider) -> None:
    """Once. That of an enterprise when it is chosen; nobody else's; and one that was deactivated stays so."""
    first = clock.now()
    client = browser()
    sign_in(client, connected, "person-1")
    sign_in(browser(), connected, "person-2")
    (alice,) = Ebox.objects.using(PRODUCTION)
    assert (alice.mailbox, alice.deactivated_at) == (ALICE, None)
    assert not alice.ebox_only
    assert alice.activated_at
    assert alice.activated_at >= first
    Ebox.objects.using(PRODUCTION).update(deactivated_at=first)
    move_clock(timedelta(hours=1))
    sign_in(browser(), connected, "person-1")
    (again,) = Ebox.objects.using(PRODUCTION)
    assert (again.activated_at, again.deactivated_at) == (alice.activated_at, first)
    client = browser()
    sign_in(client, connected, "person-2")
    client.post("/ebox/choose", {"ebox": "1"})
    assert Ebox.objects.using(PRODUCTION).filter(mailbox=COMPANY, activated_at__isnull=False).count() == 1
    assert not Ebox.objects.using(ACCEPTANCE).exists()


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "/broadcasts", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(connected: Provider, after: str) -> None:
    assert sign_in(browser(), connected, "person-1", after=after)["Location"] == "/ebox/"


def test_an_answer_that_this_browser_did_not_wait_for_signs_nobody_in(connected: Provider) -> None:
    """Somebody else's answer, put into a link; and the back button."""
    theirs, ours = browser(), browser()
    query = connected.choose(theirs.get("/ebox/sign-in/begin")["Location"], "person-1")
    ours.get("/ebox/sign-in/begin")
    for client in (ours, browser()):
        answer = client.get(f"/ebox/signed-in?{urlencode(query)}")
        assert answer.status_code == 403
        assert VISIT not in client.cookies
        assert "Sign in again." in text_of(answer)


def test_whoever_cancels_is_told_so(connected: Provider) -> None:
    answer = sign_in(browser(), connected, "")
    assert answer.status_code == 403
    assert "You cancelled" in text_of(answer)


def test_a_provider_that_does_not_answer_is_told(eboxes_shown: None) -> None:
    answer = browser().get("/ebox/sign-in/begin")
    assert answer.status_code == 503
    assert "Signing in is not possible at the moment." in text_of(answer)


def test_real_eboxes_are_not_opened_by_a_simulated_provider(connected: Provider) -> None:
    """Those of acceptance are: that is what it is for."""
    with connections["default"].cursor() as cursor:
        cursor.execute("update installation set kind = 'real'")
    client = browser()
    answer = client.get("/ebox/sign-in/begin")
    assert answer.status_code == 503
    assert "EBOXCAST_SIGN_IN_FILE" in text_of(answer)
    assert sign_in(client, connected, "person-1", root="/ebox-acceptance/")["Location"] == "/ebox-acceptance/"


def test_signing_out_closes_the_ebox(connected: Provider) -> None:
    """And the page after it leads to the provider's own sign-out."""
    client = browser()
    sign_in(client, connected, "person-1")
    after = client.post("/ebox/sign-out", follow=True)
    assert f"{connected.issuer}/end" in text_of(after)
    assert client.get("/ebox/").status_code == 302


def test_a_cookie_that_was_kept_is_worth_nothing_after_signing_out(eboxes_shown: None) -> None:
    """Nor can it sign others out. Another browser of the same person, and anybody else, stay where they are."""
    client, phone, ben = browser_of(ALICE), browser_of(ALICE), browser_of(BEN)
    kept = client.cookies[VISIT].value
    client.post("/ebox/sign-out")
    thief = browser()
    thief.cookies[VISIT] = kept
    thief.post("/ebox/sign-out", {"everywhere": "1"})
    assert [one.get("/ebox/").status_code for one in (thief, phone, ben)] == [302, 200, 200]


def test_signing_out_everywhere_ends_what_had_begun_and_nothing_later(eboxes_shown: None) -> None:
    client, phone, ben = browser_of(ALICE), browser_of(ALICE), browser_of(BEN)
    accepted = browser_of(ALICE, environment=ACCEPTANCE)
    client.post("/ebox/sign-out", {"everywhere": "1"})
    assert [one.get("/ebox/").status_code for one in (phone, ben, browser_of(ALICE))] == [302, 200, 200]
    assert accepted.get("/ebox-acceptance/").status_code == 200


def test_what_was_ended_is_forgotten_when_it_would_be_over(eboxes_shown: None) -> None:
    browser_of(ALICE).post("/ebox/sign-out")
    forget_ended_visits(PRODUCTION)
    assert EndedVisit.objects.using(PRODUCTION).count() == 1
    move_clock(timedelta(seconds=LONGEST_SECONDS + 5))
    forget_ended_visits(PRODUCTION)
    assert not EndedVisit.objects.using(PRODUCTION).exists()


def test_the_cookie_is_for_these_pages_only_and_shows_nothing(eboxes_shown: None) -> None:
    """Not for scripts, not for other sites, not for the pages of the procedure; no number can be read from it."""
    cookie = browser_of(ALICE).cookies[VISIT]
    assert (cookie["path"], cookie["samesite"]) == ("/ebox/", "Lax")
    assert cookie["httponly"]
    assert "6022180167" not in cookie.value
    assert len(cookie.output()) < 4096


def test_a_session_ends_when_nobody_uses_it(eboxes_shown: None) -> None:
    client = browser_of(ALICE)
    move_clock(timedelta(seconds=IDLE_SECONDS - 5))
    assert client.get("/ebox/").status_code == 200
    move_clock(timedelta(seconds=2 * IDLE_SECONDS - 20))
    assert client.get("/ebox/").status_code == 200, "it was used, and so begins again"
    move_clock(timedelta(seconds=4 * IDLE_SECONDS))
    assert client.get("/ebox/").status_code == 302


def test_a_session_ends_after_some_hours_in_any_case(eboxes_shown: None) -> None:
    client = browser_of(ALICE)
    for passed in range(0, LONGEST_SECONDS, IDLE_SECONDS - 60):
        move_clock(timedelta(seconds=passed))
        assert client.get("/ebox/").status_code == 200
    move_clock(timedelta(seconds=LONGEST_SECONDS + 5))
    assert client.get("/ebox/").status_code == 302


@pytest.mark.parametrize("change", [lambda text: text[:-2] + "AA", lambda text: "", lambda text: text[5:]])
def test_a_cookie_that_was_changed_is_worth_nothing(eboxes_shown: None, change: Any) -> None:
    client = browser_of(ALICE)
    client.cookies[VISIT] = change(client.cookies[VISIT].value)
    assert client.get("/ebox/").status_code == 302


def test_a_session_of_acceptance_opens_nothing_in_production(eboxes_shown: None) -> None:
    """Nor does a sign-in that has only begun."""
    accepted = browser_of(ALICE, environment=ACCEPTANCE).cookies["eboxcast_ebox_visit_acceptance"].value
    client = browser()
    client.cookies[VISIT] = accepted
    assert client.get("/ebox/").status_code == 302


def test_another_secret_ends_every_session(eboxes_shown: None) -> None:
    client = browser_of(ALICE)
    with override_settings(SECRET_KEY="another secret of this installation, long enough for anybody"):
        assert client.get("/ebox/").status_code == 302


@pytest.mark.parametrize("address", ["", "sign-in", "sign-in/begin", "signed-in", "signed-out", "choose", "hidden"])
def test_without_an_identity_provider_there_are_no_eboxes(installation: None, address: str) -> None:
    assert browser().get(f"/ebox/{address}").status_code == 404


def test_a_remote_provider_shows_its_own_eboxes(eboxes_shown: None) -> None:
    """Whom it sent to is stored here too, which is nobody's eBox."""
    client = browser_of(ALICE)
    with override_settings(EBOXCAST_TARGETS={PRODUCTION: EboxRestOptions()}):
        assert client.get("/ebox/").status_code == 404


def test_the_provider_is_told_an_address_of_the_settings(connected: Provider) -> None:
    """Whatever host a request names."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        asked = Client(SERVER_NAME="evil.example").get("/ebox/sign-in/begin")
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Febox%2Fsigned-in" in urlsplit(asked["Location"]).query


def test_no_identity_of_another_is_kept(connected: Provider) -> None:
    """Signing in again, on a shared device, leaves nothing of who was there."""
    client = browser()
    sign_in(client, connected, "person-2")
    sign_in(client, connected, "person-1")
    assert "Ben" not in text_of(client.get("/ebox/"))
    assert client.get("/ebox/choose").content.decode().count('class="ebox-name"') == 1
    assert BEN != ALICE
