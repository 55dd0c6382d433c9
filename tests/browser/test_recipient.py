"""A citizen on a phone, and somebody who acts for an enterprise: from signing in to the document, in a real browser."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import NARROW, WIDE, Judge
from tests.browser.serving import served
from tests.inbox.conftest import ALICE, COMPANY, PEOPLE
from tests.mailboxes.conftest import NewOrder, order, publish
from tests.notices.mailbox import Mailbox, free_port, mailed_to, serving

from eboxcast.inbox.configuration import sign_in_options
from eboxcast.mailboxes.models import ReadTally
from eboxcast.package.sampling_content import LETTERS, letter_pdf

__all__ = ["order"]

PROGRAM = Path(sys.executable).with_name("eboxcast")
_PATIENCE = 10_000
PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@dataclass
class Site:
    """The pages with an identity provider, and windows to look at them."""

    address: str
    browser: Browser

    def window(self, *, language: str, **options: object) -> Page:
        context = self.browser.new_context(base_url=self.address, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        context.add_cookies([{"name": "eboxcast_language", "value": language, "url": self.address}])
        context.set_default_timeout(_PATIENCE)
        return context.new_page()


@pytest.fixture
def site(installation: None, chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    """Both environments, signed in to by choosing who one is."""
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE))
    (tmp_path / "secret").write_text("simulated")
    with served() as address:
        back = [f"{address}{root}signed-in" for root in ("/ebox/", "/ebox-acceptance/")]
        words = [PROGRAM, "simulate-sign-in", tmp_path / "people.json", "--redirect", back[0], "--redirect", back[1]]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as provider:
            assert provider.stdout
            issuer = json.loads(provider.stdout.readline())["issuer"]
            table = f'issuer = "{issuer}"\nclient_id = "eboxcast"\nclient_secret_file = "secret"\n'
            (tmp_path / "sign-in.toml").write_text(f"[production]\n{table}[acceptance]\n{table}")
            options = sign_in_options(tmp_path / "sign-in.toml")
            with override_settings(EBOXCAST_SIGN_IN=options, EBOXCAST_PAGES_URL=address):
                made = Site(address, chromium)
                yield made
            for context in chromium.contexts:
                context.close()
            provider.terminate()


@pytest.fixture
def letters(order: NewOrder) -> None:
    """A PDF for Alice and the enterprise, and a text."""
    pdf = letter_pdf(LETTERS["fr"], language="fr")
    for environment in ("acceptance", "production"):
        publish(
            order,
            [ALICE, COMPANY],
            environment=environment,
            document=pdf,
            title="Votre attestation fiscale est disponible",
            institution_names={"fr": "Office des vacances", "nl": "Dienst vakantie", "de": "Amt für Urlaub"},
        )
        publish(
            order,
            [ALICE],
            environment=environment,
            ticket="t2",
            document=b"Madame, Monsieur,\n\nVoici un rappel.",
            media_type="text/plain",
            file_name="rappel.txt",
            title="Rappel",
        )


def tallied(environment: str = "production") -> int:
    return sum(ReadTally.objects.using(environment).values_list("count", flat=True))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_citizen_on_a_phone_reads_hides_and_signs_out(
    site: Site, letters: None, violations: Judge, scripts: bool
) -> None:
    """In French."""
    page = site.window(language="fr", java_script_enabled=scripts, **PHONE)
    page.goto("/ebox/")
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name="Alice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages")
    expect(page.get_by_text("Messages non lus : 2 sur 2")).to_be_visible()
    page.get_by_role("link", name="Rappel").click()
    expect(page.get_by_text("Voici un rappel.")).to_be_visible()
    assert not scripts or violations(page) == [], "a text in the page, unlike what test_pages.py looks at"
    page.get_by_role("button", name="Masquer").click()
    expect(page.get_by_text("Le message est masqué.")).to_be_visible()
    page.get_by_role("link", name="attestation fiscale").click()
    page.wait_for_load_state()
    assert tallied() == 1, "the text; the document was not opened"
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert download.value.suggested_filename == "letter.pdf"
    assert hashlib.sha256(download.value.path().read_bytes()).digest()
    assert tallied() == 2
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté")
    page.goto("/ebox/")
    expect(page.get_by_role("link", name="Se connecter")).to_be_visible()


def test_somebody_opens_the_ebox_of_an_enterprise_at_a_desk(site: Site, letters: None) -> None:
    """In Dutch; the document is in the page, and with that it is read."""
    page = site.window(language="nl", viewport=WIDE)
    page.goto("/ebox/")
    page.get_by_role("link", name="Aanmelden").click()
    page.get_by_role("button", name="Ben").click()
    page.get_by_role("button", name="Demo & Co").click()
    expect(page.locator(".letter-from")).to_have_text("Dienst vakantie")
    with page.expect_response("**/document") as document:
        page.get_by_role("link", name="attestation fiscale").click()
    assert document.value.status == 200
    expect(page.locator("iframe")).to_be_visible()
    assert tallied() == 1


def test_acceptance_says_so_while_scrolling(site: Site, letters: None) -> None:
    page = site.window(language="de", **PHONE)
    page.goto("/ebox-acceptance/")
    page.get_by_role("link", name="Anmelden").click()
    page.get_by_role("button", name="Alice").click()
    page.get_by_role("link", name="Rappel").click()
    page.mouse.wheel(0, 5000)
    expect(page.get_by_text("Dies ist ein Test.")).to_be_in_viewport()


def test_a_citizen_chooses_an_email_for_new_messages_and_ends_it(site: Site) -> None:
    """In German, on a phone; the link in the mail is opened in another browser."""
    mailbox, port = Mailbox(), free_port()
    page, elsewhere = (site.window(language="de", **PHONE) for _ in range(2))
    with serving(mailbox, port), mailed_to(port):
        page.goto("/ebox/")
        page.get_by_role("link", name="Anmelden").click()
        page.get_by_role("button", name="Alice").click()
        page.get_by_role("link", name="Meine E-Mail").click()
        page.get_by_label("E-Mail-Adresse").fill("alice@example.be")
        page.get_by_role("button", name="Link").click()
        expect(page.get_by_role("status")).to_contain_text("alice@example.be")
        body = mailbox.taken[-1].get_body(("plain",))
    assert body
    link = re.search(r"http://\S+", body.get_content())
    assert link
    elsewhere.goto(link[0])
    elsewhere.get_by_role("button", name="Bestätigen").click()
    expect(elsewhere.get_by_text("Ihre Adresse ist bestätigt")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Keine E-Mails mehr senden").click()
    expect(page.get_by_text("E-Mails sind ausgeschaltet.")).to_be_visible()
