"""A real browser: Debian's Chromium, driven by Playwright; skipped where it is not installed (CONTRIBUTING.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.chromium import CHROMIUM, FLAGS, NARROW, WIDE
from tests.browser.serving import served
from tests.delivery.procedure import Story
from tests.portal.conftest import january, quick_passwords, story
from tests.web.visitors import browser_of

from eboxcast.lib.actors import Actor

__all__ = ["NARROW", "WIDE", "january", "quick_passwords", "story"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, one for the tests of a module: while it is open the loop of Playwright counts as running."""
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's Chromium: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # no code of ours runs inside that loop
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """What a test opens windows with."""

    address: str
    browser: Browser
    opened: list[BrowserContext]

    def window(self, actor: Actor | None = None, *, language: str = "en", **options: Any) -> Page:
        """Open a window in which a character has signed in; options are those of a browser context of Playwright."""
        context = self.browser.new_context(
            base_url=self.address, **{"viewport": WIDE, "reduced_motion": "reduce", **options}
        )
        self.opened.append(context)
        cookies = {"eboxcast_language": language}
        if actor is not None:
            cookies["eboxcast_session"] = browser_of(actor).cookies["eboxcast_session"].value
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
        return context.new_page()


@pytest.fixture
def visit(january: None, chromium: Browser) -> Iterator[Visit]:
    """The pages, served, and windows to look at them."""
    with visiting(chromium) as made:
        yield made


@pytest.fixture
def story_visit(story: Story, chromium: Browser) -> Iterator[Visit]:
    """The same, of broadcasts with real files."""
    with visiting(chromium) as made:
        yield made


@contextmanager
def visiting(chromium: Browser) -> Iterator[Visit]:
    """Serve the pages; close all windows at the end."""
    with served() as address:
        made = Visit(address, chromium, [])
        yield made
        for context in made.opened:
            context.close()


Judge = Callable[[Page], list[str]]
_JUDGED = """
axe.run({resultTypes: ['violations'], preload: false,
         runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then(found => found.violations.map(one =>
    `${one.id}: ${JSON.stringify(one.nodes.map(node => node.target))}: ${one.nodes[0].failureSummary}`))
"""


@pytest.fixture(scope="session")
def violations() -> Judge:
    """What axe-core finds wrong with a page: rule, and where."""
    script = (Path(__file__).parents[2] / "design/node_modules/axe-core/axe.min.js").read_text("utf-8")

    def judge(page: Page) -> list[str]:
        # Not as a script of the page, which its policy forbids, but as the browser's own.
        found: list[str] = page.evaluate(f"{script};{_JUDGED}")
        return found

    return judge


def too_wide(page: Page) -> int:
    """Return by how much a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
