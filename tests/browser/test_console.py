"""Somebody launches a run of some thousands from a page, a real worker sends it, and the page shows it to its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect
from tests.broadcasts import people as p
from tests.browser.conftest import Visit
from tests.delivery.test_remote_runs import Provider, provider
from tests.faults.remote import Worker
from tests.portal.runs import prepared_run
from tests.simulator.simulated import Simulated

__all__ = ["provider"]

PROGRAM = Path(sys.executable).with_name("eboxcast")
MANY = 1_000
_PATIENCE = 30_000
_NEXT = 31_000
"""Milliseconds until the console has asked again."""


@contextmanager
def working(simulated: Simulated, folder: Path) -> Iterator[None]:
    """Have a worker send to the provider, as a process of its own."""
    targets = folder / "targets.toml"
    targets.write_text(
        f"""[production]\nkind = "ebox-rest"\nbase_url = "{simulated.registry}"\nlargest_call = 250\nparallel = 2
token_url = "{simulated.addresses["token"]}"\nclient_id = "rehearsal"\nclient_secret_file = "secret"\n"""
    )
    words = (str(PROGRAM), "worker", "--environment", "production", "--lanes", "2")
    env = {**os.environ, "EBOXCAST_LANGUAGE": "en", "EBOXCAST_TARGETS_FILE": str(targets)}
    worker = Worker(folder / "worker.log", words, env).until_it_says("Working on")
    try:
        yield
    finally:
        worker.kill()


def test_a_run_is_launched_on_its_page_and_followed_to_its_end(
    visit: Visit, provider: Provider, tmp_path: Path
) -> None:
    """In Dutch; the page refreshes its figures by itself and stops once nothing changes any more."""
    simulated = provider(largest_call=250, parallel=2)
    simulated.break_("linkEboxMessage", "delay", delay_ms=40)
    run = prepared_run(environment="production", recipients=MANY)
    page = visit.window(p.LOU, language="nl")
    with working(simulated, tmp_path):
        page.goto(f"/runs/{run.short}")
        page.get_by_role("link", name="De uitvoering starten").click()
        page.get_by_label(f"Typ {run.short} om te bevestigen").fill(run.short)
        page.get_by_role("button", name="De uitvoering starten").click()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=_PATIENCE)
        page.get_by_text("Dezelfde cijfers in een tabel").click(timeout=_PATIENCE)
        expect(page.get_by_text("Deze uitvoering is afgelopen")).to_be_visible(timeout=_PATIENCE)
    expect(page.get_by_role("columnheader", name="Per seconde")).to_be_visible()
    expect(page.locator("figure.picture svg")).to_be_visible()
    expect(page.get_by_text("1.000", exact=True).first).to_be_visible()
    assert len(simulated.control("GET", "/deliveries").data.decode().split()) == MANY


def test_figures_that_cannot_be_refreshed_say_so_and_the_keyboard_keeps_its_place(visit: Visit) -> None:
    p.ready()
    p.set_clock(f"{p.DAY - timedelta(days=1)}T10:00")
    page = visit.window(p.LOU)
    page.clock.install()
    page.goto("/console")
    link = page.locator("#live h3 a").first
    link.focus()
    page.route("**/console", lambda route: route.fulfill(status=503))
    page.clock.fast_forward(_NEXT)
    expect(page.get_by_role("alert")).to_contain_text("may be out of date")
    expect(page.locator("#live")).to_contain_text("As of")
    page.locator("#live").evaluate("one => one.dataset.old = 'yes'")
    page.unroute("**/console")
    page.clock.fast_forward(_NEXT)
    expect(page.locator("#live[data-old]")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(link).to_be_focused()
