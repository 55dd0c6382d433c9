"""The page of the drop folders in a real browser, with one of each kind in them."""

from __future__ import annotations

from django.test import override_settings
from playwright.sync_api import Browser, expect
from tests.broadcasts import people as p
from tests.browser.conftest import NARROW, Judge, Visit, too_wide
from tests.browser.serving import served
from tests.exchange.conftest import dropping, story
from tests.exchange.dropping import Dropping

__all__ = ["dropping", "story"]


def test_a_set_is_collected_on_the_page(dropping: Dropping, chromium: Browser, violations: Judge) -> None:
    dropping.put()
    dropping.put_go(dropping.reference(3, letter="R"), parts=2)
    with override_settings(EBOXCAST_DROP_DIR=dropping.root), served() as address:
        visit = Visit(address, chromium, [])
        page = visit.window(p.LOU, language="fr", viewport=NARROW)
        page.goto("/drop-folders")
        assert too_wide(page) == 0
        page.get_by_role("button", name="Relever maintenant").click()
        expect(page.get_by_text("accepté et préparé")).to_be_visible()
        assert violations(page) == []
        assert too_wide(page) == 0
        visit.opened[0].close()
