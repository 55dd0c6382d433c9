"""Every page in a real browser, one of each kind: axe-core finds nothing wrong with it, and it fits on any phone."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import psycopg
import pytest
from django.urls import resolve
from playwright.sync_api import Browser
from playwright.sync_api import Page as Window
from tests.broadcasts import people as p
from tests.browser.chromium import NARROW, SMALL, WIDE
from tests.browser.conftest import Judge, too_wide
from tests.browser.world import RECIPIENT, World, world_in
from tests.conftest import emptied_after
from tests.inbox.test_addresses import ADDRESSES as OF_RECIPIENTS
from tests.inbox.test_addresses import MAILING
from tests.portal.test_addresses import ADDRESSES, WRONG_WAY

TEMPLATES = Path(__file__).parents[2] / "src/eboxcast"
PHOTOGRAPHS = Path(__file__).parents[2] / "build/photographs"


@dataclass(frozen=True)
class Page:
    """A page: the template it is, its address with the names of the world (tests/browser/world.py), and whose it is."""

    template: str
    path: str
    who: str = ""
    answer: str = ""
    """Where the page is the answer to a form, or to what should not happen: its name."""

    @property
    def sample(self) -> str:
        """Return the address as it might be."""
        plain = re.sub(r"{message}", str(UUID(int=1)), self.path.partition("?")[0])
        return re.sub(r"{answer}", "/broadcasts/1/files/1", re.sub(r"{(?!answer)\w+}", "1", plain))


_B = "/broadcasts"
PAGES = (
    # What belongs to every page
    Page("web/error.html", "/nowhere"),
    Page("web/error.html", "/people/add", "anne"),
    Page("web/error.html", _B + "/{scheduled}/approve", "anne"),
    Page("web/error.html", "/account", "carla", "stale"),
    Page("web/error.html", "/", "anne", "crash"),
    Page("web/signed_out.html", "/account", "", "ended"),
    Page("web/continue.html", "/sign-in", "anne", "continue"),
    # Signing in, and one's account
    Page("portal/sign_in.html", "/sign-in"),
    Page("portal/not_signed_on.html", "/sign-in/provider"),
    Page("portal/signed_out.html", "/signed-out"),
    Page("portal/second_factor.html", "/sign-in/second-factor", "", "second factor"),
    Page("portal/factor_needed.html", "/sign-in/needed", "lou", "factor needed"),
    Page("portal/forgotten.html", "/forgotten-password"),
    Page("portal/invitation.html", "/invitation/{invitation}"),
    Page("portal/account.html", "/account", "bram"),
    Page("portal/account_app.html", "/account/app", "anne"),
    Page("portal/account_passkey.html", "/account/passkey", "anne"),
    Page("portal/account_codes.html", "/account/codes", "vera", "codes"),
    Page("portal/account_proof.html", "/account/proof", "bram"),
    Page("portal/account_password.html", "/account/password", "bram"),
    # The institution
    Page("portal/home.html", "/", "anne"),
    Page("portal/ask.html", "/ask?dates=2027-02-15&dates=2027-02-14&dates=2027-04-01", "anne"),
    Page("portal/broadcasts.html", "/broadcasts", "anne"),
    Page("portal/broadcast.html", _B + "/{ready}", "anne"),
    Page("portal/files.html", _B + "/{accepted}/files", "anne"),
    Page("portal/files_answer.html", "{answer}", "anne"),
    Page("portal/withdraw_files.html", _B + "/{accepted}/files/withdraw", "anne"),
    Page("portal/preview.html", _B + "/{accepted}/preview", "anne"),
    Page("portal/test.html", _B + "/{tested}/test", "anne"),
    Page("portal/test_ebox.html", _B + "/{tested}/test/1", "anne"),
    Page("portal/testers.html", _B + "/{tested}/testers", "anne"),
    Page("portal/approve.html", _B + "/{tested}/approve", "anne"),
    Page("portal/reject.html", _B + "/{tested}/reject", "anne"),
    Page("portal/go.html", _B + "/{delivered}/go", "bram"),
    Page("portal/withdraw_go.html", _B + "/{ready}/withdraw-go", "bram"),
    Page("portal/results.html", _B + "/{published}/results", "anne"),
    Page("portal/certificate.html", _B + "/{published}/results/certificate", "anne"),
    Page("portal/paper_list.html", _B + "/{published}/results/paper-list", "anne"),
    Page("portal/verify_certificate.html", _B + "/{published}/results/verify", "ines"),
    # Steps
    Page("portal/step.html", _B + "/{scheduled}/cancel", "anne"),
    Page("portal/step_contact.html", _B + "/{scheduled}/set-contact", "anne"),
    Page("portal/step_dates.html", _B + "/{requested}/postpone", "vera"),
    Page("portal/step_day.html", _B + "/{requested}/accept", "vera"),
    Page("portal/step_day.html", _B + "/{proposed}/agree", "anne"),
    Page("portal/step_refused.html", _B + "/{requested}/reconfirm", "anne"),
    # The teams
    Page("portal/calendar.html", "/calendar?month=2027-02", "ines"),
    Page("portal/calendar_close.html", "/calendar/close", "ines"),
    Page("portal/calendar_open.html", "/calendar/open/{closed}", "ines"),
    Page("portal/calendar_blackout.html", "/calendar/blackout", "ines"),
    Page("portal/calendar_lift.html", "/calendar/blackouts/{blackout}/lift", "ines"),
    Page("portal/message_types.html", "/message-types", "vera"),
    Page("portal/message_type.html", "/message-types/{type_request}", "vera"),
    Page("portal/message_type_step.html", "/message-types/{type_request}/refuse", "vera"),
    Page("portal/message_type_form.html", "/message-types/new", "ines"),
    Page("portal/people.html", "/people", "ines"),
    Page("portal/person.html", "/person/anne", "ines"),
    Page("portal/person_add.html", "/people/add", "ines"),
    Page("portal/people_load.html", "/people/load", "ines"),
    Page("portal/person_change.html", "/person/anne/change", "ines"),
    Page("portal/person_deactivate.html", "/person/anne/deactivate", "ines"),
    Page("portal/person_factor.html", "/person/bram/reset-factor", "ines"),
    Page("portal/person_invite.html", "/person/anne/invite", "ines"),
    Page("portal/person_token.html", "/person/anne/token", "ines"),
    Page("portal/person_revoke.html", "/person/anne/tokens/{token}", "ines"),
    Page("portal/contacts.html", "/contacts", "ines"),
    Page("portal/contact.html", "/contacts/team/gatb", "ines"),
    Page("portal/evening.html", "/evenings/{evening}", "lou"),
    Page("portal/broadcast_contacts.html", _B + "/{ready}/contacts", "anne"),
    Page("portal/mails.html", "/mails", "ines"),
    Page("portal/mail.html", "/mails/{mail}", "ines"),
    Page("portal/mails_retry.html", "/mails/retry", "ines"),
    Page("portal/drop_folders.html", "/drop-folders", "lou"),
    Page("portal/installation.html", "/installation", "ines"),
    Page("portal/register.html", "/drop-folders/keys/add", "ines"),
    Page("portal/register.html", "/drop-folders/signers/add", "ines"),
    Page("portal/alarms.html", "/alarms", "ines"),
    Page("portal/alarm_add.html", "/alarms/add", "ines"),
    Page("portal/console.html", "/console", "lou"),
    Page("portal/doctor.html", "/console/doctor", "lou"),
    Page("portal/run.html", "/runs/{run}", "lou"),
    Page("portal/run.html", _B + "/{published}/run", "lou"),
    Page("portal/decide.html", "/runs/{run}/launch", "lou"),
    Page("portal/contact_centre.html", "/contact-centre", "carla"),
    Page("portal/answers.html", "/contact-centre/{published}", "carla"),
    Page("portal/audit.html", "/audit?broadcast={published}", "ada"),
    Page("portal/audit_person.html", "/audit/person", "ada", "person"),
    Page("portal/audit_verify.html", "/audit/verify", "ada"),
    Page("portal/audit_head.html", "/audit/anchor", "ada", "head"),
    Page("portal/audit_dossier.html", "/audit/verify/dossier", "ada"),
    Page("portal/components.html", "/components", "ines"),
    # The recipient
    Page("inbox/sign_in.html", "/ebox/sign-in"),
    Page("inbox/signed_out.html", "/ebox-acceptance/signed-out"),
    Page("inbox/messages.html", "/ebox/", RECIPIENT),
    Page("inbox/messages.html", "/ebox-acceptance/hidden", RECIPIENT),
    Page("inbox/message.html", "/ebox/messages/{message}", RECIPIENT),
    Page("inbox/choose.html", "/ebox/choose", RECIPIENT),
    Page("inbox/email.html", "/ebox/email", RECIPIENT),
    Page("inbox/email_link.html", "/ebox/email/stop/5-word"),
    Page("inbox/gone.html", "/ebox/messages/00000000-0000-0000-0000-000000000001", RECIPIENT),
)

ALIKE = {
    "portal/step.html": "refuse reconfirm waive note warn report close",
    "portal/step_dates.html": "want",
    "portal/contact.html": "institution-contact",
    "inbox/email_link.html": "confirm-email",
    "portal/results.html": "run-results",
    "portal/message_type_form.html": "request-type",
    "portal/message_type_step.html": "validate-type accept-type withdraw-type configure-type",
    "portal/decide.html": "arm disarm launch remove-alarm end-sftp-key end-signer run-pause run-stop run-resume "
    "run-pace run-resolve run-close run-discard run-retry run-recall",
}
"""Addresses that are not in the rows, as another one with the same template is."""
NO_PAGES = {
    "goes on to the provider": "signed-on link-invited begin signed-in",
    "hands out a document": "test-document preview-document files-example certificate-json certificate-jws "
    "certificate-pdf receipt document download",
    "is for programs": "transfer transfer-folder transfer-file audit-head",
}
"""Addresses that show no page, or no other one than those above."""


@pytest.fixture(scope="module")
def world(
    sweepers: list[psycopg.Connection[tuple[object, ...]]], chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """All there is to look at, made once: no test of this module changes anything of it."""
    with emptied_after(sweepers), world_in(tmp_path_factory.mktemp("world"), chromium) as made:
        yield made


def test_every_template_of_a_page_is_looked_at() -> None:
    pages = {
        f"{door}/{path.name}"
        for door in ("web", "portal", "inbox")
        for path in (TEMPLATES / door / "templates" / door).glob("*.html")
        if path.name != "base.html"
    }
    assert {page.template for page in PAGES} == pages


def test_every_address_that_shows_a_page_is_looked_at_or_shows_one_that_is() -> None:
    looked_at = {resolve(page.sample).view_name.rpartition(":")[2] for page in PAGES if page.sample != "/nowhere"}
    alike = {name for names in (*ALIKE.values(), *NO_PAGES.values()) for name in names.split()}
    posted = {name for name, one in ADDRESSES.items() if {one.everybody, one.nobody} == {WRONG_WAY}}
    of_recipients = {name for name, one in OF_RECIPIENTS.items() if one.recipient == WRONG_WAY}
    every = (ADDRESSES.keys() | OF_RECIPIENTS.keys() | MAILING.keys()) - posted - of_recipients
    assert every - looked_at - alike == set()
    assert alike - every == set()
    assert ALIKE.keys() <= {page.template for page in PAGES}


def names() -> Iterator[str]:
    seen: Counter[str] = Counter()
    for page in PAGES:
        seen[page.template] += 1
        yield page.template.removesuffix(".html") + (f"-{seen[page.template]}" if seen[page.template] > 1 else "")


NAMED = dict(zip(names(), PAGES, strict=True))
BOTH = {"portal/components", "portal/home", "portal/broadcast", "portal/ask", "portal/files"}
"""Pages that are judged both ways."""
_LOGIN = re.compile(rf"(?<![(@.\w])({'|'.join(actor.name for actor in p.EVERYBODY)})(?![)@.\w])")
SHOW_LOGINS = {"portal/people", "portal/person", "portal/invitation"}
"""Pages where somebody's login is told; elsewhere it stands in brackets after their name, or not at all."""


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_wrong_with_a_page_and_it_fits_on_a_phone(world: World, violations: Judge, name: str) -> None:
    """Wide, light and French, or narrow, dark and German in turn: what is the same in both is on a few pages.

    Nothing in it moves while it is shown.
    """
    page = NAMED[name]
    for wide in [True, False] if name in BOTH else [list(NAMED).index(name) % 2 == 0]:
        language = "fr" if wide else "de"
        window = world.open(page.path, who=page.who, language=language, answer=page.answer, wide=wide)
        assert page.template in world.shown
        assert name in SHOW_LOGINS or _LOGIN.findall(window.locator("body").inner_text()) == []
        assert violations(window) == []
        assert window.evaluate(_SHIFTS) <= _MOST_SHIFT
        window.set_viewport_size(SMALL)
        assert too_wide(window) == 0
        assert [said for said in world.said if "Failed to load resource" not in said] == []


@pytest.mark.faults
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_wrong_with_a_page_in_any_view(
    world: World, violations: Judge, name: str, wide: bool, scheme: Literal["light", "dark"]
) -> None:
    page = NAMED[name]
    window = world.open(page.path, who=page.who, answer=page.answer, wide=wide, scheme=scheme)
    assert violations(window) == []
    assert window.evaluate(_SHIFTS) <= _MOST_SHIFT


def test_nothing_is_wrong_with_a_form_that_was_refused(world: World, violations: Judge) -> None:
    window = world.open("/ask", who="anne")
    window.evaluate("document.querySelector('main form').noValidate = true")
    window.locator("main form button[type=submit]:not([formaction])").last.click()
    assert window.locator("#errors").count() == 1
    assert violations(window) == []


@pytest.mark.parametrize(("wide", "scheme"), list(product([True, False], ["light", "dark"])))
def test_all_components_are_photographed(world: World, wide: bool, scheme: Literal["light", "dark"]) -> None:
    """In build/photographs, for whoever changes a style sheet to look at; each picture shows the page to its end."""
    window = world.open("/components", who="ines", wide=wide, scheme=scheme)
    PHOTOGRAPHS.mkdir(parents=True, exist_ok=True)
    path = PHOTOGRAPHS / f"components-{'wide' if wide else 'narrow'}-{scheme}.png"
    window.screenshot(path=path, full_page=True)
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert width == (WIDE if wide else SMALL)["width"]
    assert height == window.evaluate("document.documentElement.scrollHeight")


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_head_takes_four_lines_of_a_phone_at_most(world: World, language: str) -> None:
    """Also of a small one, and of whoever has the most pages."""
    for page in (NAMED["portal/home"], NAMED["portal/console"], NAMED["inbox/messages"]):
        window = world.open(page.path, who=page.who, language=language, wide=False)
        window.set_viewport_size({"width": 360, "height": 640})
        assert window.evaluate("document.querySelector('header.head').offsetHeight") <= _FOUR_LINES


_FOUR_LINES = 136
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


@pytest.mark.parametrize("name", ["portal/sign_in", "portal/home", "portal/broadcast"])
def test_a_first_page_is_light_and_nothing_moves(world: World, name: str) -> None:
    """With all its style sheets and scripts, compressed; wide and narrow."""
    page = NAMED[name]
    window = world.new_window(page.who, viewport=NARROW if name == "portal/home" else WIDE)
    assert 10_000 < weighed(window, world.address + page.path.format(**world.names)) <= _MOST_BYTES
    assert window.evaluate(_SHIFTS) <= _MOST_SHIFT
    window.context.close()


def weighed(page: Window, path: str) -> int:
    """Open a page for the first time, and return the bytes that came over the network for it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    came: list[float] = []
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    page.goto(path, wait_until="load")
    return int(sum(came))


FORMS = ("portal/sign_in", "portal/ask", "portal/files", "portal/go", "portal/decide", "portal/test")
_REACHED = """
() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const all = [...document.querySelectorAll('*')];
  return {
    place: all.indexOf(one), in_form: Boolean(one.closest('main form')),
    what: (one.name || one.textContent.trim().slice(0, 30) || one.tagName),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
    marked: (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== 'none',
  };
}
"""
_MOST_STOPS = 90


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_filled_in_with_the_keyboard_alone(world: World, name: str) -> None:
    """Each stop of the tab key comes after the one before it, is in sight and is marked; after the last one it ends."""
    page = NAMED[name]
    window = world.open(page.path, who=page.who)
    stops = list(stops_of(window))
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places))
    assert [stop["what"] for stop in stops if not (stop["seen"] and stop["marked"])] == []
    waiting = window.locator(_CONTROLS).count()
    assert sum(stop["in_form"] for stop in stops) >= waiting > 0


def stops_of(window: Window) -> Iterator[dict[str, Any]]:
    """Yield where the tab key stops, from the beginning of a page to its end."""
    for _ in range(_MOST_STOPS):
        window.keyboard.press("Tab")
        stop = window.evaluate(_REACHED)
        if stop is None:
            return
        yield stop
    raise AssertionError("the tab key never leaves the page")


_CONTROLS = "main form :is(button, select, textarea, input:not([type=hidden], [type=radio])):visible:enabled"
_MOVING = """
() => [...document.querySelectorAll('*')].filter(one => {
  const look = getComputedStyle(one);
  return [look.transitionDuration, look.animationDuration].join().split(',').some(text => parseFloat(text) > 0.01);
}).map(one => one.tagName + '.' + one.className)
"""


_WITHOUT_ID = """
[...document.querySelectorAll('#live :is(a, button, input, select, summary, [tabindex]):not([id])')]
  .map(one => one.outerHTML)
"""


@pytest.mark.parametrize("name", ["portal/console", "portal/run"])
def test_the_keyboard_keeps_its_place_in_all_that_refreshes_itself(world: World, name: str) -> None:
    page = NAMED[name]
    window = world.open(page.path, who=page.who)
    assert window.locator("#live").count() == 1
    assert window.evaluate(_WITHOUT_ID) == []


def test_nothing_moves_for_whoever_wants_no_motion(world: World) -> None:
    page = NAMED["portal/components"]
    assert world.open(page.path, who=page.who).evaluate(_MOVING) == []
