"""The main work of the operator's teams, on pages that need no script; that of others is beside their own pages."""

from __future__ import annotations

from pathlib import Path

from django.test import override_settings
from playwright.sync_api import Browser, expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit, visiting
from tests.delivery.procedure import INSTITUTION, Story, go_to
from tests.delivery.test_remote_runs import Provider, provider
from tests.exchange.conftest import dropping
from tests.exchange.dropping import Dropping
from tests.notices.conftest import add_people
from tests.portal.test_run import state
from tests.portal.test_sent_run import paused

from eboxcast.audit.dossier_verification import verify_dossier
from eboxcast.audit.sealing import seal_pending
from eboxcast.delivery.models import Run, State
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice

__all__ = ["dropping", "provider"]


def test_mails_are_sent_again_a_set_is_collected_and_a_dossier_is_taken(
    dropping: Dropping, chromium: Browser, tmp_path: Path
) -> None:
    add_people(INSTITUTION)
    dropping.put()
    seal_pending()
    make_notices()
    Notice.objects.update(state="given-up", last_problem="550 mailbox unavailable")
    with override_settings(EBOXCAST_DROP_DIR=dropping.root), visiting(chromium) as visit:
        ines, ada = (visit.window(actor, java_script_enabled=False) for actor in (p.INES, p.ADA))
        ines.goto("/mails")
        ines.locator("tbody th a").first.click()
        ines.get_by_role("button", name="Retry now").click()
        expect(ines.get_by_role("button", name="Retry now")).to_have_count(0)
        assert Notice.objects.filter(state="waiting").count() == 1
        ines.goto("/mails")
        ines.get_by_role("link", name="Retry what was not sent").click()
        ines.locator("main form button").click()
        expect(ines.get_by_role("heading", name="Emails")).to_be_visible()
        assert not Notice.objects.exclude(state="waiting").exists()
        ines.goto("/installation")
        ines.get_by_role("link", name="Examine the installation").click()
        expect(ines.get_by_text("in order").first).to_be_visible()
        ines.goto("/drop-folders")
        ines.get_by_role("button", name="Collect now").click()
        expect(ines.get_by_text("accepted and prepared")).to_be_visible()
        ada.goto("/audit")
        ada.get_by_label("Broadcast", exact=True).fill(dropping.broadcast.number)
        ada.get_by_role("button", name="Search", exact=True).click()
        with ada.expect_download() as taken:
            ada.get_by_role("button", name="Download the dossier").click()
        taken.value.save_as(tmp_path / "dossier.zip")
    assert verify_dossier(tmp_path / "dossier.zip").broadcast == dropping.broadcast.number


def test_a_launch_is_armed_and_then_made_at_once(story: Story, story_visit: Visit) -> None:
    broadcast = story.ready()
    p.set_clock("2027-02-15T17:00")
    page = story_visit.window(p.LOU, java_script_enabled=False)
    page.goto("/console")
    page.get_by_role("link", name="Arm the launch").click()
    page.get_by_role("button", name="Arm the launch").click()
    broadcast.refresh_from_db()
    assert broadcast.armed_by == "lou"
    go_to(broadcast, minutes=5)
    page.goto("/console")
    page.get_by_role("link", name="Launch now").click()
    page.get_by_label("to confirm").fill(broadcast.number)
    page.get_by_role("button", name="Launch now").click()
    expect(page.get_by_text("This run has ended")).to_be_visible()


def test_a_run_that_is_sent_is_resumed_and_paused(visit: Visit, provider: Provider) -> None:
    run = paused(provider)
    page = visit.window(p.LOU, java_script_enabled=False)
    page.goto("/console")
    page.locator(f'a[href="/runs/{run.short}"]').first.click()
    page.get_by_role("link", name="Resume the run").click()
    page.get_by_role("button", name="Resume the run").click()
    assert state(run) == State.RUNNING
    page.get_by_role("link", name="Pause the run").click()
    page.get_by_label("Reason").fill("a call")
    page.get_by_role("button", name="Pause the run").click()
    assert state(run) == State.PAUSED
    assert Run.objects.get(id=run.id).reason == "a call"
