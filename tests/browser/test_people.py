"""Somebody new: recorded, invited and signed in, in a real browser without scripts."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.web.visitors import PASSWORD, account_of


def test_somebody_is_recorded_and_invited_and_signs_in(visit: Visit) -> None:
    account_of(p.ANNE)
    page = visit.window(p.INES, language="fr", java_script_enabled=False)
    page.goto("/people")
    page.get_by_role("link", name="Ajouter une personne").click()
    page.get_by_label("Nom d'utilisateur").fill("lea")
    page.get_by_label("Prénom et nom").fill("Léa Maes")
    page.get_by_label("Appartient à").select_option(p.INSTITUTION)
    page.get_by_label("Adresse e-mail").fill("lea@example.be")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("demande des diffusions").check()
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Léa Maes")
    page.get_by_role("link", name="Inviter").click()
    page.get_by_role("button", name="Afficher le lien").click()
    link = page.get_by_label("Le lien, affiché une seule fois").input_value()

    hers = visit.window(language="nl", java_script_enabled=False)
    hers.goto(f"/invitation/{link.rpartition('/')[2]}")
    hers.get_by_label("Wachtwoord").fill(PASSWORD)
    hers.get_by_role("button").last.click()
    expect(hers.get_by_text("Léa Maes")).to_be_visible()
