"""What surrounds a broadcast, played without scripts: its message type, the calendar, the calls about it."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import NARROW, Visit
from tests.portal.test_message_types import FILLED


def test_a_message_type_is_requested_with_a_mistake_and_then_validated(visit: Visit) -> None:
    page = visit.window(p.ANNE, language="fr", java_script_enabled=False)
    page.goto("/message-types")
    page.get_by_role("link", name="Demander un nouveau type de message").click()
    for name, value in {**FILLED, "expected__dates__1": "2026-01-04"}.items():
        field = page.locator(f"[name={name}]")
        kind = field.first.evaluate("one => one.type || one.tagName")
        if kind in ("radio", "checkbox"):
            for one in [value] if isinstance(value, str) else list(value):  # type: ignore[call-overload]
                page.locator(f"[name={name}][value='{one}']").check()
        elif kind == "select-one":
            field.select_option(str(value))
        elif kind == "date":
            field.fill(str(value) if "-" in str(value) else "2027-03-15")
        else:
            field.fill(str(value))
    page.get_by_role("button", name="Introduire la demande").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez des dates à partir d'aujourd'hui.")
    expect(page.locator("[name=message_type__code]")).to_have_value("PENSION-NOTICE")
    page.locator("[name=expected__dates__1]").fill("2027-09-15")
    page.get_by_role("button", name="Introduire la demande").click()
    expect(page.get_by_role("heading", name="Avis de pension")).to_be_visible()

    page = visit.window(p.VERA, language="nl", java_script_enabled=False)
    page.goto("/message-types")
    page.get_by_role("link", name="De aanvraag valideren").click()
    expect(page.get_by_text("Wat er dan gebeurt")).to_be_visible()
    page.get_by_role("button", name="De aanvraag valideren").click()
    expect(page.get_by_text("door de KSZ gevalideerd")).to_be_visible()


def test_a_blackout_is_announced_once_whose_evening_it_touches_was_seen(visit: Visit) -> None:
    number = p.scheduled().number
    page = visit.window(p.INES, language="nl", java_script_enabled=False)
    page.goto("/calendar/blackout")
    page.get_by_label("Dienst").fill("eBox-databank")
    page.get_by_label("Eerste dag").fill("2027-02-15")
    page.get_by_label("Van (uur)", exact=True).fill("20:00")
    page.get_by_label("Laatste dag").fill("2027-02-15")
    page.get_by_label("Tot (uur)", exact=True).fill("23:00")
    page.get_by_label("Reden").fill("Onderhoud")
    page.get_by_role("button", name="De onbeschikbaarheid aankondigen").click()
    expect(page.get_by_text(number)).to_be_visible()
    page.get_by_role("button", name="De onbeschikbaarheid aankondigen").click()
    expect(page).to_have_url(re.compile("month=2027-02"))
    expect(page.get_by_role("status")).to_contain_text("eBox-databank")


def test_who_answers_a_call_finds_the_letter_by_a_word(visit: Visit) -> None:
    p.published()
    page = visit.window(p.CARLA, language="fr", java_script_enabled=False, viewport=NARROW)
    page.goto("/contact-centre")
    page.get_by_label("De quoi parle le courrier").fill("PENSIÓN")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Que répondre").click()
    expect(page.get_by_text("Je ne trouve pas le courrier")).to_be_visible()
    expect(page.get_by_role("link", name="02 000 00 00").first).to_have_attribute("href", "tel:020000000")
