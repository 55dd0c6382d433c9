"""A passkey in a real browser, whose authenticator is a virtual one: made, shown as second factor, and alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.browser.serving import served
from tests.web.visitors import PASSWORD, account_of

from eboxcast.accounts.models import Passkey
from eboxcast.audit.models import Entry


@pytest.fixture
def named_site(january: None, chromium: Browser) -> Iterator[Visit]:
    """The pages under a name: browsers offer no passkeys for a bare address."""
    with served() as bare:
        address = bare.replace("127.0.0.1", "localhost")
        with override_settings(EBOXCAST_PAGES_URL=address, ALLOWED_HOSTS=["localhost"], CSRF_TRUSTED_ORIGINS=[address]):
            made = Visit(address, chromium, [])
            yield made
            for context in made.opened:
                context.close()


def authenticator(page: Page, *, verifies: bool = True) -> tuple[Any, str]:
    """Give a window a device with a passkey slot, whose owner is always there; return how to talk to it, and its id."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    return protocol, protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email address or login").fill("anne")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_made_shown_beside_a_password_and_alone(named_site: Visit) -> None:
    account_of(p.ANNE)
    page = named_site.window()
    protocol, device = authenticator(page)
    sign_in(page)
    page.goto("/account")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey laptop, since")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step to sign in")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you can do now")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you can do now")
    how = [entry.data["how"] for entry in Entry.objects.filter(action="account.signed_in").order_by("id")]
    assert how == ["password", "passkey", "passkey"]

    # A copy of it counts from before, and is refused.
    Passkey.objects.update(counter=4711)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not accepted")

    protocol.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
