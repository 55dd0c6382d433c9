"""A contact is named without scripts; the sheet of an evening fits on paper."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.web.visitors import account_of


def test_an_institution_names_its_contact_and_finds_it_on_the_sheet(visit: Visit) -> None:
    account_of(p.ANNE)
    number = p.scheduled().number
    page = visit.window(p.ANNE, language="nl", java_script_enabled=False)
    page.goto(f"/broadcasts/{number}/contacts")
    page.get_by_role("link", name="Wijzigen").click()
    page.get_by_label("Naam").fill("Rita Remy")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Telefoon").fill("+32 2 765 43 21")
    page.get_by_role("button", name="Opslaan").click()
    page.goto(f"/broadcasts/{number}/contacts")
    page.get_by_role("link", name="Contactfiche van de avond").click()
    expect(page.get_by_text("+32 2 765 43 21")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Dag ervoor")).to_be_hidden()
