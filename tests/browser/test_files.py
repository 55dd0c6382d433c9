"""Files handed in with a real browser: wrong ones, then only the corrected one, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.broadcasts.people import CARLA
from tests.browser.conftest import NARROW, Visit
from tests.browser.serving import served
from tests.delivery.conftest import story
from tests.delivery.procedure import ANNE, SHORT, Story
from tests.portal.test_files import wrong_rows

from eboxcast.accounts.models import Session

__all__ = ["story"]


@pytest.fixture
def site(story: Story, chromium: Browser) -> Iterator[Visit]:
    """The pages with real files."""
    with served() as address:
        made = Visit(address, chromium, [])
        yield made
        for context in made.opened:
            context.close()


def choose(page: Page, directory: Path, *, only: str = "") -> None:
    names = {"document": "information-fr.pdf", "metadata": "metadata.xml", "recipients": "recipients-01.csv"}
    for field, name in names.items():
        if only in field:
            page.locator(f"input[name={field}]").set_input_files(directory / name)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_wrong_files_are_explained_and_only_the_corrected_one_is_sent_again(
    site: Visit, story: Story, scripts: bool
) -> None:
    number = story.scheduled().number
    page = site.window(ANNE, language="nl", java_script_enabled=scripts, viewport=NARROW)
    page.goto(f"/broadcasts/{number}")
    page.get_by_role("link", name="Bestanden", exact=True).click()
    page.get_by_role("button", name="Aanleveren en controleren").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies een bestand")
    choose(page, wrong_rows(story.files(SHORT), "12345678901;Jan"))
    page.get_by_role("button", name="Aanleveren en controleren").click()
    expect(page).to_have_url(re.compile("/files/[0-9a-f]{32}$"))
    expect(page.get_by_text("1234*******")).to_be_visible()
    page.get_by_role("link", name="Een bestand vervangen").click()
    choose(page, story.files(SHORT), only="recipients")
    page.get_by_role("button", name="Aanleveren en controleren").click()
    expect(page.get_by_text("De bestanden zijn bruikbaar.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("bruikbaar").first).to_be_visible()


def test_files_are_dropped_seen_on_their_way_and_looked_at_as_a_recipient_will(site: Visit, story: Story) -> None:
    number = story.scheduled().number
    page = site.window(ANNE, language="fr")
    page.goto(f"/broadcasts/{number}/files")
    drop(page, story.files(SHORT))
    expect(page.get_by_text("metadata.xml")).to_have_count(0)
    assert page.evaluate("[...document.querySelectorAll('input[type=file]')].map(one => one.files.length)") == [1, 1, 1]
    page.route("**/files", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name="Remettre et vérifier").click()
    expect(page.get_by_role("status")).to_contain_text("La connexion a été coupée")
    page.unroute("**/files")
    page.get_by_role("button", name="Remettre et vérifier").click()
    page.get_by_role("link", name="Le voir comme un destinataire").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ce qui change pour vous")
    other = site.window(CARLA, language="en", viewport=NARROW, color_scheme="dark")
    other.goto(f"/broadcasts/{number}/preview")
    expect(other.get_by_role("link", name="Open the document")).to_be_visible()


def test_a_file_that_is_too_large_and_an_ended_session_say_what_to_do(site: Visit, story: Story) -> None:
    page = site.window(ANNE, language="fr")
    page.goto(f"/broadcasts/{story.scheduled().number}/files")
    field = page.locator("input[name=metadata]")
    most = int(page.locator(".drop", has=field).get_attribute("data-most") or 0)
    field.set_input_files({"name": "huge.xml", "mimeType": "text/xml", "buffer": b" " * (most + 1)})
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(r"huge\.xml est trop volumineux.*au maximum"))
    page.get_by_role("button", name="Remettre et vérifier").click()
    expect(field).to_be_focused()
    choose(page, story.files(SHORT))
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(field).not_to_have_accessible_description(re.compile("volumineux"))
    Session.objects.all().delete()
    page.get_by_role("button", name="Remettre et vérifier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
    expect(page.get_by_text("choisir à nouveau les fichiers")).to_be_visible()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def drop(page: Page, directory: Path) -> None:
    """Drop all files of a package on the page at once."""
    files = [{"name": path.name, "bytes": list(path.read_bytes())} for path in sorted(directory.iterdir())]
    page.evaluate(
        """(files) => {
          const data = new DataTransfer();
          for (const one of files) data.items.add(new File([new Uint8Array(one.bytes)], one.name));
          document.querySelector("form.upload").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        files,
    )
