"""From the test to the results in a real browser, each by the person it is for, without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
from playwright.sync_api import expect
from tests.browser.conftest import Visit
from tests.delivery.procedure import ANNE, BRAM, SHORT, Story

from eboxcast.broadcasts.models import State
from eboxcast.lib import clock
from eboxcast.mailboxes.models import ReadTally, Release


def test_a_requester_looks_into_each_ebox_and_approves(story: Story, story_visit: Visit) -> None:
    broadcast = story.tested()
    page = story_visit.window(ANNE, language="nl", java_script_enabled=False)
    page.goto(f"/broadcasts/{broadcast.number}/test")
    page.get_by_role("link", name="Deze eBox openen").first.click()
    page.get_by_label("Mislukt").nth(1).check()
    page.get_by_label("Opmerking").nth(1).fill("het jaar ontbreekt")
    page.get_by_role("button", name="Deze resultaten opslaan").click()
    for place in range(2, SHORT + 1):
        expect(page.get_by_role("heading", name=f"eBox van bestemmeling {place}")).to_be_visible()
        page.get_by_role("button", name="Alles is zoals verwacht").click()
    for check in ("document gaat open", "titel", "afzender", "taal", "vervaldatum"):
        page.get_by_label(f"{check}, bestemmeling 1", exact=True).select_option("passed")
    page.get_by_label("Opmerking bij titel, bestemmeling 1").fill("toch goed")
    page.get_by_role("button", name="De resultaten opslaan").click()
    page.get_by_role("link", name="De test goedkeuren").click()
    page.get_by_role("button", name="De test goedkeuren").click()
    expect(page).to_have_url(re.compile("/test$"))
    broadcast.refresh_from_db()
    assert broadcast.state == State.APPROVED


def test_a_confirmer_types_the_go_and_withdraws_it(story: Story, story_visit: Visit) -> None:
    broadcast = story.delivered()
    address = f"/broadcasts/{broadcast.number}/go"
    page = story_visit.window(BRAM, language="fr", java_script_enabled=False)
    page.goto(address)
    page.get_by_label("Le moment convenu").fill("15/02/2027 18:00")
    page.get_by_label("Les 8 premiers caractères").fill("00000000")
    page.get_by_role("button", name="Donner le GO").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Les 8 premiers caractères").fill(page.locator(".digests mark").inner_text())
    page.get_by_role("button", name="Donner le GO").click()
    expect(page.get_by_role("status")).to_contain_text("Le GO a été donné")
    page.get_by_role("link", name="Retirer le GO").click()
    page.get_by_role("button", name="Retirer le GO").click()
    expect(page.get_by_role("status")).to_contain_text("retiré")
    assert broadcast.gos.get().void_at is not None


def test_the_results_are_read_printed_and_taken_away(story: Story, story_visit: Visit, tmp_path: Path) -> None:
    broadcast = story.published()
    results = f"/broadcasts/{broadcast.number}/results"
    release = Release.objects.using("production").get(run=broadcast.production_run)
    ReadTally.objects.using("production").create(release=release.id, day=clock.today(), slot=0, count=12)
    page = story_visit.window(ANNE, language="de", java_script_enabled=False)
    page.goto(results)
    page.get_by_role("link", name="Anzeigen und drucken").click()
    page.wait_for_url(f"**{results}/certificate")
    page.pdf(path=tmp_path / "certificate.pdf", prefer_css_page_size=True)
    with pikepdf.open(tmp_path / "certificate.pdf") as printed:
        assert len(printed.pages) <= 2
    page.goto(f"{results}/paper-list")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Briefliste herunterladen").click()
    assert taken.value.suggested_filename == f"paper-list-{broadcast.number}.csv"
    page.goto(f"{results}/paper-list")
    expect(page.get_by_text("an Anne Lambert ausgegeben")).to_be_visible()
