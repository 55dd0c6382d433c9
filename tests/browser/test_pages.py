"""Pages in a real browser: axe-core finds nothing wrong with any, none is wider than its screen, none needs scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from tests.broadcasts import people as p
from tests.browser.conftest import NARROW, WIDE, Judge, Visit
from tests.notices.conftest import add_people
from tests.portal.runs import prepared_run
from tests.senders.forms import request_for
from tests.web.visitors import PASSWORD, account_of

from eboxcast.accounts.invitations import invite
from eboxcast.audit.sealing import seal_pending
from eboxcast.lib.actors import Actor
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice
from eboxcast.notices.webhooks import add_webhook

Opens = Callable[[], str]


def invitation() -> str:
    account_of(p.ANNE)
    return f"/invitation/{invite('anne', days=7, actor=p.INES)}"


def sheet() -> str:
    p.requested(subject="Holiday pay for workers: what changes on 1 January", campaign="Holidays")
    return f"/broadcasts/{p.ready().number}"


def type_sheet() -> str:
    return f"/message-types/{request_for(actor=p.ANNE).pk}"


def mails() -> str:
    add_people(p.INSTITUTION)
    p.requested()
    seal_pending()
    make_notices()
    Notice.objects.update(state="given-up", last_problem="550 mailbox unavailable")
    return "/mails"


def to_decide() -> str:
    p.scheduled()
    return f"/broadcasts/{p.requested(dates=(p.DAY, date(2027, 3, 1), date(2027, 1, 25))).number}/accept"


def step(name: str) -> Opens:
    return lambda: f"/broadcasts/{p.scheduled().number}/{name}"


def webhook() -> str:
    return add_webhook("Pager", "https://pager.example.be/", actor=p.INES).key


PAGES: dict[str, tuple[Actor | None, Opens]] = {
    "sign-in": (None, lambda: "/sign-in"),
    "forgotten": (None, lambda: "/forgotten-password"),
    "invitation": (None, invitation),
    "not there": (None, lambda: "/nowhere"),
    "ask": (p.ANNE, lambda: "/ask?dates=2027-02-15&dates=2027-02-14&dates=2027-04-01"),
    "accept": (p.VERA, to_decide),
    "postpone": (p.INES, step("postpone")),
    "cancel": (p.ANNE, step("cancel")),
    "set-contact": (p.INES, step("set-contact")),
    "agree": (p.ANNE, step("agree")),
    "home": (p.ANNE, lambda: f"/{sheet()[:0]}"),
    "broadcasts": (p.INES, lambda: f"/broadcasts{sheet()[:0]}"),
    "broadcast": (p.LOU, sheet),
    "files": (p.ANNE, lambda: f"/broadcasts/{p.approved().number}/files"),
    "components": (p.INES, lambda: "/components"),
    "alarms": (p.INES, lambda: f"/alarms{webhook()[:0]}"),
    "new alarm": (p.INES, lambda: "/alarms/add"),
    "console": (p.LOU, lambda: f"/console{sheet()[:0]}"),
    "run": (p.LOU, lambda: f"/runs/{prepared_run().short}"),
    "decision": (p.LOU, lambda: f"/runs/{prepared_run().short}/discard"),
    "contacts": (p.INES, lambda: f"/contacts{p.ready().number[:0]}"),
    "evening": (p.LOU, lambda: f"/evenings/{p.ready().date}"),
    "contacts of a broadcast": (p.ANNE, lambda: f"/broadcasts/{p.scheduled().number}/contacts"),
    "installation": (p.INES, lambda: "/installation"),
    "mails": (p.INES, mails),
    "mail": (p.INES, lambda: f"{mails()}/{Notice.objects.latest('id').pk}"),
    "new person": (p.INES, lambda: "/people/add"),
    "file of people": (p.INES, lambda: "/people/load"),
    "contact of a team": (p.INES, lambda: "/contacts/team/gatb"),
    "day to close": (p.INES, lambda: "/calendar/close"),
    "app to sign in with": (p.ANNE, lambda: "/account/app"),
    "people": (p.INES, lambda: f"/people{invitation()[:0]}"),
    "person": (p.INES, lambda: f"/person/anne{invitation()[:0]}"),
    "change of a person": (p.INES, lambda: f"/person/anne/change{invitation()[:0]}"),
    "account": (p.BRAM, lambda: "/account"),
    "account-proof": (p.BRAM, lambda: "/account/proof"),
    "account-password": (p.BRAM, lambda: "/account/password"),
    "calendar": (p.INES, lambda: f"/calendar?month=2027-02{sheet()[:0]}"),
    "blackout": (p.INES, lambda: "/calendar/blackout"),
    "contact-centre": (p.CARLA, lambda: f"/contact-centre{sheet()[:0]}"),
    "answers": (p.CARLA, lambda: f"/contact-centre/{sheet().split('/')[-1]}"),
    "audit": (p.ADA, lambda: f"/audit?broadcast={sheet().split('/')[-1]}"),
    "verify-audit": (p.ADA, lambda: "/audit/verify"),
    "verify-dossier": (p.ADA, lambda: "/audit/verify/dossier"),
    "message-types": (p.VERA, lambda: f"/message-types{type_sheet()[:0]}"),
    "message-type": (p.ANNE, type_sheet),
    "message-type-step": (p.VERA, lambda: f"{type_sheet()}/refuse"),
    "message-type-form": (p.INES, lambda: "/message-types/new"),
}
"""Each page: whose it is, and what makes it and gives its address."""
BOTH = {"components", "home", "broadcast", "ask", "files"}
"""Pages that are judged wide and light, and narrow and dark."""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_with_a_page_wide_or_narrow_light_or_dark(visit: Visit, violations: Judge, name: str) -> None:
    """Wide and light, or narrow and dark, in turn: what is the same in both is on the page of components."""
    actor, opens = PAGES[name]
    path = opens()
    page = visit.window(actor, language="fr", viewport=WIDE, color_scheme="light")
    page.goto(path)
    both, first = name in BOTH, list(PAGES).index(name) % 2 == 0
    if both or first:
        assert violations(page) == []
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    if both or not first:
        assert violations(page) == []
    assert too_wide(page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_components_are_photographed(visit: Visit, tmp_path: Path, scheme: Literal["light", "dark"]) -> None:
    """Kept beside the other results of a run, to look at after a change of the style sheets."""
    page = visit.window(p.INES, viewport=WIDE, color_scheme=scheme)
    page.goto("/components")
    photograph = tmp_path / f"components-{scheme}.png"
    page.screenshot(path=photograph, full_page=True)
    page.set_viewport_size(NARROW)
    narrow = tmp_path / f"components-{scheme}-narrow.png"
    page.screenshot(path=narrow, full_page=True)
    assert len({photograph.read_bytes(), narrow.read_bytes()}) == 2


def too_wide(page: Page) -> int:
    """Return by how much a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_in_finds_a_broadcast_and_signs_out(visit: Visit, scripts: bool) -> None:
    account_of(p.ANNE)
    number = p.scheduled().number
    page = visit.window(language="nl", java_script_enabled=scripts)
    page.goto(f"/broadcasts/{number}")
    page.get_by_label("E-mailadres of naam").fill("anne@example.be")
    page.get_by_label("Wachtwoord").fill("not this one")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()
    expect(page).to_have_title(re.compile(number))
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.go_back()
    expect(page.get_by_text("Pension 2027")).to_have_count(0)


def test_no_page_breaks_the_policy_that_it_is_sent_with(visit: Visit) -> None:
    page = visit.window(p.ANNE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/", sheet(), "/broadcasts?ended=on", "/account"):
        page.goto(path)
    assert said == []
