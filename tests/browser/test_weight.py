"""What a first page weighs as it is sent, and that nothing on it moves while it comes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import NARROW, WIDE, Visit
from tests.browser.test_pages import PAGES

_MOST_BYTES = 200_000
_MOST_SHIFT = 0.01
_SHIFTS = """
() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})
"""


def weighed(page: Page, path: str) -> int:
    """Open a page for the first time, and return the bytes that came over the network for it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    came: list[float] = []
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    page.goto(path, wait_until="load")
    return int(sum(came))


@pytest.mark.parametrize("name", ["sign-in", "home", "broadcast"])
def test_a_first_page_is_light_and_nothing_moves(visit: Visit, name: str) -> None:
    """With all its style sheets and scripts, compressed; wide and narrow."""
    actor, opens = PAGES[name]
    page = visit.window(actor, language="fr", viewport=NARROW if name == "home" else WIDE)
    assert 10_000 < weighed(page, opens()) <= _MOST_BYTES
    assert page.evaluate(_SHIFTS) <= _MOST_SHIFT
