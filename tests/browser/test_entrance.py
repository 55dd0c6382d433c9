"""Somebody signs in, finds what they came for and signs out, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.web.visitors import PASSWORD, account_of


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_in_finds_a_broadcast_and_signs_out(visit: Visit, scripts: bool) -> None:
    account_of(p.ANNE)
    number = p.scheduled().number
    page = visit.window(language="nl", java_script_enabled=scripts)
    page.goto(f"/broadcasts/{number}")
    page.get_by_label("E-mailadres of gebruikersnaam").fill("anne@example.be")
    page.get_by_label("Wachtwoord").fill("not this one")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()
    expect(page).to_have_title(re.compile(number))
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.go_back()
    expect(page.get_by_text("Pension 2027")).to_have_count(0)
