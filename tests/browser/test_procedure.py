"""The original procedure, played in browsers by those who have a part in it: nobody types a command.

The clock, the mails and the steward are those of the story of commands (tests/acceptance).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from tests.acceptance import story_files as files
from tests.acceptance.desk import Desk, opened
from tests.browser.conftest import NARROW, WIDE
from tests.browser.serving import served
from tests.conftest import emptied_after
from tests.faults.machine import Machine

from eboxcast.database import boot
from eboxcast.inbox.configuration import sign_in_options
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import translate

pytestmark = pytest.mark.xdist_group("story")
PROGRAM = Path(sys.executable).with_name("eboxcast")
NUMBER = "2027-0001"
WITHOUT_SCRIPTS = {"bram", "ada"}
PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LANGUAGES = {"anne": "fr", "bram": "nl", "vera": "nl", "ines": "fr", "lou": "de", "carla": "en", "ada": "en"}
FORM = {
    "institution__cbe": files.INSTITUTION,
    **{f"institution__name__{language}": "Office de démonstration" for language in ("fr", "nl", "de")},
    "application__name": "demo:broadcast",
    **{f"application__title__{language}": "Courrier" for language in ("fr", "nl", "de")},
    "message_type__code": "DEMO-INFO",
    **{f"message_type__title__{language}": "Information" for language in ("fr", "nl", "de")},
    "message_type__description": "What changes on 1 January.",
    "message_type__legal_basis": "The law of 1 January.",
    "expected__recipients": "300000",
    "expected__broadcasts_a_year": "2",
    "expected__dates__1": "2027-11-12",
    "business_contact__name": "Bea Claes",
    "business_contact__email": "bea@institution.example",
    "technical_contact__name": "Tom Renard",
    "technical_contact__email": "tom@institution.example",
}


@dataclass
class Person:
    """Somebody at their own browser, with the words of their language."""

    page: Page
    language: str

    def says(self, sentence: str, **data: object) -> str:
        return translate(sentence, self.language, data)

    def open(self, path: str) -> None:
        self.page.goto(path)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def press(self, sentence: str) -> None:
        self.page.get_by_role("button", name=self.says(sentence), exact=True).click()

    def follow(self, sentence: str) -> None:
        self.page.get_by_role("link", name=self.says(sentence), exact=True).first.click()

    def choose(self, label: str, *paths: Path) -> None:
        self.page.get_by_label(self.says(label), exact=True).set_input_files(list(paths))

    def sees(self, sentence: str, **data: object) -> None:
        expect(self.page.get_by_text(self.says(sentence, **data)).first).to_be_visible()

    def number(self, value: int) -> str:
        return grouped(value, self.language)


@dataclass
class Stage:
    """The pages of an installation, and everybody's browser."""

    desk: Desk
    address: str
    browser: Browser
    folder: Path
    package: Path
    """The files for production."""
    recipients: int
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Return somebody, who signs in the first time by being chosen on the page of a test installation."""
        if name not in self.people:
            window = self._window(LANGUAGES[name], viewport=WIDE, java_script_enabled=name not in WITHOUT_SCRIPTS)
            person = Person(window, LANGUAGES[name])
            person.page.goto("/sign-in")
            person.page.locator(f"button[value={name}]").click()
            self.people[name] = person
        return self.people[name]

    def citizen(self) -> Person:
        """Return Alice with her phone."""
        person = Person(self._window("fr", **PHONE), "fr")
        person.page.goto("/ebox/")
        person.follow("Sign in")
        person.page.get_by_role("button", name="Alice").click()
        return person

    def _window(self, language: str, **options: object) -> Page:
        context = self.browser.new_context(base_url=self.address, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        context.add_cookies([{"name": "eboxcast_language", "value": language, "url": self.address}])
        context.set_default_timeout(_PATIENCE)
        return context.new_page()


_PATIENCE = 20_000
expect.set_options(timeout=_PATIENCE)


@pytest.fixture(params=[3_000, pytest.param(300_000, marks=pytest.mark.faults)])
def stage(
    sweepers: list[psycopg.Connection[tuple[object, ...]]],
    chromium: Browser,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Stage]:
    """An installation in which only the operator's people are known; and a citizen who is in the list."""
    package = files.package(tmp_path / "production", "fr", recipients=request.param)
    number = files.keys_of(package)[0]
    with emptied_after(sweepers), opened(tmp_path, Machine(boot.places().root)) as desk, served() as address:
        desk.be("2027-09-13T09:00")
        desk.act("", "person", "load", files.operator_file(tmp_path))
        with signing_in(tmp_path, address, alice=f"{number:011d}"):
            yield Stage(desk, address, chromium, tmp_path, package, request.param)
        for context in chromium.contexts:
            context.close()


@contextmanager
def signing_in(folder: Path, address: str, *, alice: str) -> Iterator[None]:
    """Have recipients sign in with a provider beside the pages."""
    (folder / "people.json").write_text(json.dumps({"people": [{"name": "Alice", "number": alice}]}))
    (folder / "secret").write_text("simulated")
    back = [f"{address}{root}signed-in" for root in ("/ebox/", "/ebox-acceptance/")]
    words = [PROGRAM, "simulate-sign-in", folder / "people.json", "--redirect", back[0], "--redirect", back[1]]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as provider:
        assert provider.stdout
        issuer = json.loads(provider.stdout.readline())["issuer"]
        table = f'issuer = "{issuer}"\nclient_id = "eboxcast"\nclient_secret_file = "secret"\n'
        (folder / "sign-in.toml").write_text(f"[production]\n{table}[acceptance]\n{table}")
        options = sign_in_options(folder / "sign-in.toml")
        with override_settings(EBOXCAST_SIGN_IN=options, EBOXCAST_PAGES_URL=address):
            yield
        provider.terminate()


def test_from_the_form_of_an_unknown_institution_to_a_citizen_who_reads(stage: Stage) -> None:
    become_a_sender(stage)
    ask_for_a_date(stage)
    find_a_mistake(stage)
    approve(stage)
    reconfirm(stage)
    deliver_for_production(stage)
    give_the_go(stage)
    prepare_the_evening(stage)
    publish(stage)
    read(stage)
    report(stage)


def become_a_sender(stage: Stage) -> None:
    """The form is refused once, then validated, accepted and configured; the institution's people are loaded."""
    ines, vera = stage.person("ines"), stage.person("vera")
    ines.open("/message-types/new")
    for name, value in FORM.items():
        ines.page.locator(f"[name={name}]").fill(value)
    for value in ("fr", "nl"):
        ines.page.locator(f"[name=message_type__languages][value={value}]").check()
    ines.page.locator("[name=message_type__without_ebox][value=publish]").check()
    ines.press("Submit the request")
    number = ines.page.url.rpartition("/")[2]
    vera.open(f"/message-types/{number}/refuse")
    vera.page.locator("[name=reason]").fill("the legal basis is another article")
    vera.press("Refuse the request")
    ines.open(f"/message-types/{number}/again")
    ines.page.locator("[name=message_type__legal_basis]").fill("The law of 2 January.")
    ines.press("Submit the request")
    number = ines.page.url.rpartition("/")[2]
    vera.open(f"/message-types/{number}/validate")
    vera.press("Validate the request")
    ines.open(f"/message-types/{number}/accept")
    ines.press("Accept the request technically")
    for environment in ("acceptance", "production"):
        ines.open(f"/message-types/configure/{environment}/DEMO-INFO")
        ines.press(f"Configure it in {environment}")
    ines.open("/people/load")
    ines.page.locator("input[type=file]").set_input_files(files.institution_file(stage.folder))
    ines.press("Load")
    ines.follow("To the people")
    expect(ines.page.get_by_text("Anne Dubois")).to_be_visible()


def ask_for_a_date(stage: Stage) -> None:
    """BCSS proposes other evenings, the institution takes one, the operator accepts."""
    anne, vera, ines = map(stage.person, ("anne", "vera", "ines"))
    anne.open("/ask")
    anne.page.locator("[name=subject]").fill("Ce qui change au 1er janvier")
    anne.page.locator("[name=fr]").fill(str(stage.recipients))
    pick(anne, "2027-11-10")
    anne.press("Submit the request")
    expect(anne.page).to_have_url(f"{stage.address}/broadcasts/{NUMBER}")
    vera.open(f"/broadcasts/{NUMBER}/postpone")
    for day in ("2027-11-12", "2027-11-15"):
        pick(vera, day)
    vera.page.locator("[name=reason]").fill("De registers zijn niet beschikbaar op 10 november.")
    vera.press("Propose these dates")
    vera.sees("The broadcast was postponed and your dates were proposed.")
    anne.open(f"/broadcasts/{NUMBER}/agree")
    anne.page.locator("#day-2027-11-12").check()
    anne.press("Accept this date")
    ines.open(f"/broadcasts/{NUMBER}/accept")
    ines.page.locator("#day-2027-11-12").check()
    ines.press("Accept this date")
    ines.sees("scheduled")
    stage.desk.lead()


def pick(person: Person, day: str) -> None:
    """Go on in the calendar until a day is there, and choose it."""
    while person.page.locator(f"#day-{day}").count() == 0:
        before = person.page.locator("#month-name").inner_text()
        person.page.locator(".month-head a, .month-head button").last.click()
        expect(person.page.locator("#month-name")).not_to_have_text(before)
    person.page.locator(f"#day-{day}").check()
    expect(person.page.locator(".chosen")).to_contain_text(str(int(day[-2:])))


def deliver(person: Person, directory: Path) -> None:
    """Hand in the three files of a package on the page."""
    person.open(f"/broadcasts/{NUMBER}/files")
    (document,), (metadata,) = directory.glob("*.pdf"), directory.glob("*.xml")
    for label, paths in (
        ("Document", [document]),
        ("Metadata", [metadata]),
        ("Recipient lists", directory.glob("*.csv")),
    ):
        person.choose(label, *paths)
    person.press("Deliver and check")
    person.page.wait_for_url(f"**/broadcasts/{NUMBER}/files/*")


def publish_to_short_list(stage: Stage) -> None:
    """The integration team publishes to the short list."""
    ines = stage.person("ines")
    ines.open(f"/broadcasts/{NUMBER}/test")
    ines.press("Publish to the short list")
    ines.sees("Test results for the short list")


def find_a_mistake(stage: Stage) -> None:
    """A number that a spreadsheet damaged is refused with its place; then a cut title is seen in an eBox."""
    anne = stage.person("anne")
    wrong = files.package(stage.folder / "wrong", "fr", recipients=files.TESTERS, title="Ce qui change pour vous")
    damaged = files.with_a_lost_zero(files.package(stage.folder / "damaged", "fr", recipients=files.TESTERS))
    deliver(anne, damaged)
    anne.sees("The files cannot be used.")
    expect(anne.page.get_by_text(re.compile(anne.says("line {line}", line=r"\d"))).first).to_be_visible()
    deliver(anne, wrong)
    anne.sees("The files can be used.")
    publish_to_short_list(stage)
    anne.open(f"/broadcasts/{NUMBER}/test/1")
    expect(anne.page.get_by_role("heading", name="Ce qui change pour vous", exact=True)).to_be_visible()
    anne.page.locator("#f-1-title").check()
    anne.page.locator("[name=remark-1-title]").fill("Il manque la fin.")
    anne.press("Save these results")
    anne.open(f"/broadcasts/{NUMBER}/reject")
    anne.page.locator("[name=reason]").fill("Le titre est coupé.")
    anne.press("Reject the test")
    anne.sees("The test was rejected")
    stage.desk.lead()


def approve(stage: Stage) -> None:
    """All as it should be, in each eBox of the short list."""
    anne = stage.person("anne")
    deliver(anne, files.package(stage.folder / "right", "fr", recipients=files.TESTERS))
    publish_to_short_list(stage)
    for place in range(1, files.TESTERS + 1):
        anne.open(f"/broadcasts/{NUMBER}/test/{place}")
        anne.press("Everything is as expected")
    anne.open(f"/broadcasts/{NUMBER}/approve")
    anne.press("Approve the test")
    anne.sees("The test was approved")
    stage.desk.lead()


def reconfirm(stage: Stage) -> None:
    """A day too late: the integration team answers for it by name."""
    for day in ("2027-10-27", "2027-10-28"):
        stage.desk.be(f"{day}T09:00")
        stage.desk.lead()
    anne, ines = stage.person("anne"), stage.person("ines")
    anne.open("/")
    anne.sees("late")
    anne.open(f"/broadcasts/{NUMBER}/reconfirm")
    anne.press("Reconfirm")
    anne.sees("The date was reconfirmed.")
    ines.open(f"/broadcasts/{NUMBER}/waive")
    ines.page.locator("[name=what]").first.check()
    ines.page.locator("[name=reason]").fill("Elle avait téléphoné à temps.")
    ines.press("Give the waiver")
    ines.sees("The waiver was recorded in your name.")


def deliver_for_production(stage: Stage) -> None:
    """Everybody."""
    anne = stage.person("anne")
    deliver(anne, stage.package)
    anne.sees("The files can be used.")
    anne.sees(anne.number(stage.recipients))


def give_the_go(stage: Stage) -> None:
    """The confirmer types what he sees; a wrong digest is refused."""
    bram = stage.person("bram")
    bram.open(f"/broadcasts/{NUMBER}/go")
    digest = bram.page.locator("mark").inner_text()
    for typed in (digest[::-1], digest):
        bram.page.locator("[name=moment]").fill("12/11/2027 18:00")
        bram.page.locator("[name=digest]").fill(typed)
        bram.press("Give the GO")
    bram.sees("The GO was given")


def prepare_the_evening(stage: Stage) -> None:
    """Whom to call, the contact centre; the launch team arms."""
    ines, carla, lou = map(stage.person, ("ines", "carla", "lou"))
    ines.open(f"/broadcasts/{NUMBER}/set-contact?team=ebox-ga-tb")
    ines.page.locator("[name=name]").fill("Gus Claes")
    ines.page.locator("[name=phone]").fill("+32 2 000 00 01")
    ines.press("Save")
    ines.sees("The contact was saved.")
    ines.open(f"/broadcasts/{NUMBER}/warn")
    ines.page.locator("[name=first_time]").fill("12")
    ines.press("Warn the contact centre")
    ines.sees("The contact centre was warned.")
    stage.desk.lead()
    carla.open("/contact-centre")
    expect(carla.page.get_by_text("Ce qui change au 1er janvier").first).to_be_visible()
    lou.open(f"/broadcasts/{NUMBER}/arm")
    lou.page.locator("main form button[type=submit]").click()
    expect(lou.page).to_have_url(f"{stage.address}/broadcasts/{NUMBER}/run")
    stage.desk.lead()


def publish(stage: Stage) -> None:
    """Nothing is there a minute before; then all of it."""
    stage.desk.be("2027-11-12T17:59")
    stage.desk.lead()
    before = stage.citizen()
    before.sees("No messages.")
    before.page.context.close()
    stage.desk.be("2027-11-12T18:00")
    stage.desk.process("lou", "steward", "--once")
    stage.desk.lead()
    lou = stage.person("lou")
    lou.open(f"/broadcasts/{NUMBER}/run")
    lou.sees(lou.number(stage.recipients))


def read(stage: Stage) -> None:
    """A citizen opens the document on a phone."""
    alice = stage.citizen()
    title = alice.page.get_by_role("link", name="Ce qui change pour vous à partir du 1er janvier")
    title.click()
    with alice.page.expect_download() as download:
        alice.follow("Download")
    (document,) = stage.package.glob("*.pdf")
    assert download.value.path().read_bytes() == document.read_bytes()


def report(stage: Stage) -> None:
    """It closes by itself, and the auditor finds that nothing was touched."""
    anne, ada = stage.person("anne"), stage.person("ada")
    stage.desk.be("2027-11-29T09:00")
    stage.desk.lead()
    anne.open(f"/broadcasts/{NUMBER}/results")
    anne.sees("closed")
    published = anne.number(stage.recipients)
    anne.sees("{read} of {published} recipients {read:has|have} opened it so far.", read=1, published=published)
    anne.open(f"/broadcasts/{NUMBER}/results/paper-list")
    with anne.page.expect_download() as download:
        anne.page.locator("main form button[type=submit]").click()
    assert len(download.value.path().read_bytes().splitlines()) == stage.recipients + 1
    anne.open(f"/broadcasts/{NUMBER}/results/certificate")
    anne.sees("Certificate")
    ada.open(f"/audit?broadcast={NUMBER}")
    with ada.page.expect_download() as download:
        ada.press("Download the dossier")
    dossier = stage.folder / "dossier.zip"
    download.value.save_as(dossier)
    stage.desk.act("", "audit", "verify", "--dossier", dossier)
