"""A broadcast is asked for and its date agreed, by three people, on pages that need no script for it."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Dialog, expect
from tests.broadcasts import people as p
from tests.browser.conftest import NARROW, Visit
from tests.web.visitors import PASSWORD

from eboxcast.accounts.models import Session
from eboxcast.broadcasts.models import Broadcast


def test_dates_are_chosen_on_the_calendar_with_scripts(visit: Visit) -> None:
    said: list[str] = []
    page = visit.window(p.ANNE, language="fr", viewport=NARROW)
    page.on("console", lambda message: said.append(message.text))
    page.goto("/ask")
    page.get_by_label("Objet").fill("Pension 2028")
    page.get_by_label("Français", exact=True).fill("180 000")
    page.locator("#day-2027-02-16").check()
    page.get_by_role("button", name="Mois suivant").click()  # before the answer to the first choice is there
    expect(page.get_by_role("heading", name="mars 2027")).to_be_visible()
    page.locator("#day-2027-03-01").check()
    expect(page.locator("ol.chosen > li")).to_have_count(2)
    page.get_by_role("button", name="Introduire la demande").last.click()
    expect(page.get_by_role("status")).to_contain_text("La diffusion est demandée")
    assert Broadcast.objects.get().wanted_dates == [date(2027, 2, 16), date(2027, 3, 1)]
    assert [message for message in said if "Policy" in message] == []


def test_a_date_is_asked_for_postponed_and_agreed_by_three_people_without_scripts(visit: Visit) -> None:
    anne, vera, ines = (
        visit.window(actor, language=language, java_script_enabled=False)
        for actor, language in ((p.ANNE, "fr"), (p.VERA, "nl"), (p.INES, "de"))
    )
    anne.goto("/ask")
    anne.get_by_label("Objet").fill("Pension 2028")
    anne.get_by_label("Français", exact=True).fill("180 000")
    anne.locator("#day-2027-02-16").check()
    anne.get_by_role("button", name="Mois suivant").click()
    anne.locator("#day-2027-03-01").check()
    anne.get_by_role("button", name="Introduire la demande").last.click()
    vera.goto("/")
    vera.get_by_role("link", name="Beslissen over de gewenste data").click()
    vera.get_by_role("link", name="Andere data voorstellen").click()
    vera.get_by_label("Reden").fill("Die week is er te weinig volk")
    vera.get_by_role("button", name=re.compile("Verwijderen woensdag 17 februari")).click()
    vera.get_by_role("button", name="Deze data voorstellen").last.click()
    expect(vera.get_by_role("status")).to_contain_text("uitgesteld")
    anne.goto("/")
    anne.get_by_role("link", name=re.compile("accepter une des dates proposées", re.IGNORECASE)).click()
    anne.get_by_role("button", name="Accepter cette date").click()
    ines.goto("/")
    ines.get_by_role("link", name=re.compile("über die gewünschten Daten", re.IGNORECASE)).click()
    ines.get_by_role("button", name="Dieses Datum annehmen").click()
    assert (Broadcast.objects.get().state, Broadcast.objects.get().date) == ("scheduled", date(2027, 2, 18))


def test_what_was_typed_outlives_another_language_the_session_and_an_old_page(visit: Visit) -> None:
    page = visit.window(p.ANNE)
    page.goto("/ask")
    page.get_by_label("Subject").fill("Pension 2028")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("button", name="Nederlands").click()
    assert "what you typed on this page is lost" in asked[0]
    expect(page.get_by_label("Subject")).to_have_value("Pension 2028")
    Session.objects.all().delete()
    page.locator("#day-2027-02-16").click()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Email address or login").fill("anne")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_label("Subject")).to_have_value("Pension 2028")
    expect(page.locator("ol.chosen > li")).to_have_count(1)
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(one => one.value = 'x'.repeat(64))")
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_text("open for too long")).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", name="March 2027")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Pension 2028")
    assert not Broadcast.objects.exists()
