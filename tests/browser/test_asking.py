"""A broadcast is asked for and its date agreed, by three people, on pages that need no script for it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import NARROW, WIDE, Visit

from eboxcast.broadcasts.models import Broadcast


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_date_is_asked_for_on_the_calendar_postponed_and_agreed(visit: Visit, scripts: bool) -> None:
    said: list[str] = []
    anne = visit.window(p.ANNE, language="fr", viewport=NARROW if scripts else WIDE, java_script_enabled=scripts)
    anne.on("console", lambda message: said.append(message.text))
    anne.goto("/ask")
    anne.get_by_label("Objet").fill("Pension 2028")
    anne.get_by_label("français", exact=True).fill("180 000")
    anne.locator("#day-2027-02-16").check()
    anne.get_by_role("button", name="Mois suivant").click()
    expect(anne.get_by_role("heading", name="mars 2027")).to_be_visible()
    anne.locator("#day-2027-03-01").check()
    if scripts:
        expect(anne.locator("ol.chosen > li")).to_have_count(2)
    anne.get_by_role("button", name="Introduire la demande").last.click()
    expect(anne.get_by_role("status")).to_contain_text("La diffusion est demandée")
    assert Broadcast.objects.get().wanted_dates == [date(2027, 2, 16), date(2027, 3, 1)]

    vera = visit.window(p.VERA, language="nl", java_script_enabled=scripts)
    vera.goto("/")
    vera.get_by_role("link", name="Beslissen over de gewenste data").click()
    vera.get_by_role("link", name="Andere data voorstellen").click()
    vera.get_by_label("Reden").fill("Die week is er te weinig volk")
    vera.get_by_role("button", name=re.compile("Verwijderen woensdag 17 februari")).click()
    expect(vera.locator("ol.chosen > li")).to_have_count(2)
    vera.get_by_role("button", name="Deze data voorstellen").last.click()
    expect(vera.get_by_role("status")).to_contain_text("uitgesteld")

    anne.goto("/")
    anne.get_by_role("link", name=re.compile("accepter une des dates proposées", re.IGNORECASE)).click()
    anne.get_by_role("button", name="Accepter cette date").click()
    expect(anne.get_by_role("status")).to_contain_text("Vous avez accepté une date")
    ines = visit.window(p.INES, language="de", java_script_enabled=scripts)
    ines.goto("/")
    ines.get_by_role("link", name=re.compile("über die gewünschten Daten", re.IGNORECASE)).click()
    ines.get_by_role("button", name="Dieses Datum annehmen").click()
    assert Broadcast.objects.get().state == "scheduled"
    assert [message for message in said if "Policy" in message] == []
