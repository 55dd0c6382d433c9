"""`make screenshots`: the pages of a running demo, for the docs site; to show a page there, add it to ``SHOTS``.

Plays the demo in a folder of its own, adds broadcasts so that every page has something to show, serves it, and looks at
each page wide and narrow, light and dark, and in each language. Ends with build/screenshots, which `make docs` shows.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_urlsafe
from threading import Event
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.chromium import CHROMIUM, FLAGS, NARROW, WIDE

from eboxcast.lib import clock
from eboxcast.package.sampling import damage, synthetic_keys, write_lists, write_sample
from eboxcast.package.sampling_content import APPLICATION, INSTITUTION
from eboxcast.planning.working_days import WorkingCalendar
from eboxcast.tools.demo.dates import dates_after
from eboxcast.tools.demo.people import TEAM
from eboxcast.tools.subprocesses import command

OUT = Path("build/screenshots")
RECIPIENTS = 2_000
LANGUAGES = ("en", "fr", "nl", "de")
"""In the first one a page is shown in all views, in the others wide and light."""
ALICE, TESTER = "recipient", "tester"
"""The same person, in production and in acceptance."""
_SECONDS_TO_START = 60
_SHORT_LIST = 40
_VIEWER_MILLISECONDS = 2_000
"""For the browser's own viewer to draw a document: it tells nobody when it has."""


@dataclass(frozen=True)
class Shot:
    """A page to show."""

    name: str
    title: str
    path: str
    """With numbers: {reported}, {ready}, {delivered}, {tested}, {faulty}, {scheduled}, {requested}."""
    who: str = ""
    """A person of the demo, or a recipient; empty for nobody."""
    click: str = ""
    """The link to follow from there, where an address cannot be known before."""


SHOTS: dict[str, Sequence[Shot]] = {
    "Everybody": (
        Shot("sign-in", "Signing in", "/sign-in"),
        Shot("account", "Your account", "/account", "anne"),
        Shot("components", "The components of the pages", "/components", "anne"),
    ),
    "The institution": (
        Shot("home-institution", "What to do", "/", "anne"),
        Shot("type-form", "Requesting a message type", "/message-types/new", "anne"),
        Shot("broadcasts", "Broadcasts", "/broadcasts", "anne"),
        Shot("status-requested", "A broadcast that was requested", "/broadcasts/{requested}", "anne"),
        Shot("files-empty", "Delivering files", "/broadcasts/{scheduled}/files", "anne"),
        Shot("files", "Files that were delivered", "/broadcasts/{ready}/files", "anne"),
        Shot("files-answer", "The answer to files with faults", "/broadcasts/{faulty}/files", "anne", click=".steps a"),
        Shot("withdraw-files", "Withdrawing files", "/broadcasts/{ready}/files/withdraw", "anne"),
        Shot("test", "Checking the test", "/broadcasts/{tested}/test", "anne"),
        Shot("test-ebox", "Looking into an eBox of the test", "/broadcasts/{tested}/test/1", "anne"),
        Shot("testers", "Naming other testers", "/broadcasts/{tested}/testers", "anne"),
        Shot("reject", "Rejecting a test", "/broadcasts/{tested}/reject", "anne"),
        Shot("set-contact", "Naming a contact", "/broadcasts/{scheduled}/set-contact", "anne"),
        Shot("preview", "The message as recipients will see it", "/broadcasts/{ready}/preview", "anne"),
        Shot("go", "Giving the GO", "/broadcasts/{delivered}/go", "bram"),
        Shot("go-given", "A GO that was given", "/broadcasts/{ready}/go", "bram"),
        Shot("withdraw-go", "Withdrawing a GO", "/broadcasts/{ready}/withdraw-go", "bram"),
        Shot("status-ready", "A broadcast that is ready for its evening", "/broadcasts/{ready}", "anne"),
        Shot("status-reported", "A broadcast that is published and closed", "/broadcasts/{reported}", "anne"),
        Shot("results", "The results of a broadcast", "/broadcasts/{reported}/results", "anne"),
        Shot("certificate", "The certificate", "/broadcasts/{reported}/results/certificate", "anne"),
        Shot("cancel", "Before something final", "/broadcasts/{scheduled}/cancel", "anne"),
        Shot("ask", "Requesting a broadcast, with the calendar of evenings", "/ask", "anne"),
        Shot("want", "Requesting other dates", "/broadcasts/{scheduled}/want", "anne"),
    ),
    "The validator": (
        Shot("home-validator", "What to do", "/", "vera"),
        Shot("type-request", "A request for a message type", "/message-types/1", "vera"),
        Shot("message-type", "A message type", "/message-types/DEMO-INFO", "vera"),
        Shot("accept", "Deciding on a date, with what is planned for it", "/broadcasts/{requested}/accept", "vera"),
        Shot("postpone", "Proposing other dates", "/broadcasts/{requested}/postpone", "vera"),
    ),
    "The integration team": (
        Shot("home-integration", "What to do", "/", "ines"),
        Shot("calendar", "Calendar", "/calendar", "ines"),
        Shot("blackout", "Announcing a blackout", "/calendar/blackout", "ines"),
        Shot("message-types", "Message types", "/message-types", "ines"),
        Shot("people", "People", "/people", "ines"),
        Shot("person", "A person", "/person/anne", "ines"),
        Shot("token", "Making a token", "/person/anne/token", "ines"),
        Shot("contacts", "Contacts", "/contacts", "ines"),
        Shot("contact", "The usual contact of a team", f"/contacts/team/{TEAM}", "ines"),
        Shot("broadcast-contacts", "The follow-up sheet of a broadcast", "/broadcasts/{ready}/contacts", "ines"),
        Shot("evening", "The follow-up sheet of an evening", "/broadcasts/{ready}/contacts", "ines", click=".title a"),
        Shot("mails", "Emails", "/mails", "ines"),
        Shot("mail", "An email", "/mails", "ines", click="th[scope=row] a"),
        Shot("drop-folders", "Drop folders", "/drop-folders", "ines"),
        Shot("sftp-key", "Registering an SFTP key", "/drop-folders/keys/add", "ines"),
    ),
    "The launch team": (
        Shot("home-launch", "What to do", "/", "lou"),
        Shot("console", "Launch", "/console", "lou"),
        Shot("arm", "Arming a launch", "/broadcasts/{ready}/arm", "lou"),
        Shot("run-ready", "Before the launch", "/broadcasts/{ready}/run", "lou"),
        Shot("run-published", "A run that was published", "/broadcasts/{reported}/run", "lou"),
        Shot("doctor", "What needs attention", "/console/doctor", "lou"),
        Shot("alarms", "Alarms", "/alarms", "lou"),
        Shot("installation", "The installation in short", "/installation", "lou"),
    ),
    "The contact centre": (
        Shot("contact-centre", "What people may call about", "/contact-centre", "carla"),
        Shot("answers", "What to answer", "/contact-centre/{reported}", "carla"),
    ),
    "The auditor": (
        Shot("audit", "The audit", "/audit", "ada"),
        Shot("audit-broadcast", "The audit of one broadcast", "/audit?broadcast={reported}", "ada"),
        Shot("verify-audit", "Verifying the audit", "/audit/verify", "ada"),
        Shot("verify-dossier", "Verifying a dossier", "/audit/verify/dossier", "ada"),
    ),
    "The recipient": (
        Shot("ebox-sign-in", "Opening an eBox", "/ebox/"),
        Shot("ebox", "Messages", "/ebox/", ALICE),
        Shot("ebox-message", "A message", "/ebox/", ALICE, click=".letter"),
        Shot("ebox-email", "An email when a message comes", "/ebox/email", ALICE),
        Shot("ebox-acceptance", "Messages of a test", "/ebox-acceptance/", TESTER),
    ),
}
"""Each page that the docs show, by whose it is."""

VIEWS = {
    "wide-light": (WIDE, "light"),
    "wide-dark": (WIDE, "dark"),
    "narrow-light": (NARROW, "light"),
    "narrow-dark": (NARROW, "dark"),
}


class Demo:
    """A demo that was played, and commands on its installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = {name: value for name, value in os.environ.items() if not name.startswith("EBOXCAST_")}
        state = {"EBOXCAST_STATE_DIR": str(folder / "state")}
        self._run(["demo", "--headless", "--recipients", RECIPIENTS, "--out", folder / "files"], settings | state)
        self.port, provider = _free_port(), _free_port()
        address = f"http://127.0.0.1:{self.port}"
        self.installation = folder / "state" / "demo-installation"
        passphrase = folder / "passphrase"
        passphrase.touch(mode=0o600)
        passphrase.write_text(token_urlsafe(), "utf-8")
        self.variables = settings | {
            "EBOXCAST_STATE_DIR": str(self.installation),
            "EBOXCAST_INSTALLATION": "demo",
            "EBOXCAST_PROCEDURE": "on",
            "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{self.port}",
            "EBOXCAST_PAGES_URL": address,
            "EBOXCAST_DROP_DIR": str(folder / "drop"),
            "EBOXCAST_SIGNING_PASSPHRASE_FILE": str(passphrase),
        }
        self.address = address
        sign_in = self.installation / "sign-in.toml"
        sign_in.write_text(sign_in.read_text("utf-8").replace("127.0.0.1:8410", f"127.0.0.1:{provider}"), "utf-8")

    def run(self, who: str, *words: object) -> None:
        """Have somebody do something."""
        self._run(["--as", who, *words], self.variables)

    def ask(self, who: str, *words: object) -> dict[str, object]:
        """Return what a command answers somebody."""
        answer: dict[str, object] = json.loads(self._run(["--as", who, *words, "--json"], self.variables))
        return answer

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve the pages, with what the steward does, and a sign-in for recipients."""
        with (
            (self.folder / "up.log").open("wb") as log,
            subprocess.Popen(command("--as", "lou", "up"), env=self.variables, stdout=log, stderr=log) as server,
        ):
            try:
                _wait_for(server, self.port)
                yield
            finally:
                server.terminate()

    def end(self) -> None:
        """Stop its database."""
        self._run(["down"], self.variables)

    def _run(self, words: Sequence[object], variables: dict[str, str]) -> bytes:
        done = subprocess.run(command(*words), env=variables, capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, words))}\n{done.stdout.decode()}\n{done.stderr.decode()}")
        return done.stdout


def main() -> None:
    """Take all of them."""
    if not CHROMIUM.exists():
        sys.exit("This needs Debian's Chromium: apt-get install chromium")
    folder = Path(tempfile.mkdtemp(prefix="eboxcast-screenshots-"))
    folder.chmod(0o711)  # as root the system user of the server must pass through
    try:
        _tell(f"Playing the demo with {RECIPIENTS:,} recipients.")
        demo = Demo(folder)
        try:
            numbers = _more_broadcasts(demo)
            with demo.open():
                shutil.rmtree(OUT, ignore_errors=True)
                missing = _look(demo, numbers)
        finally:
            demo.end()
        (OUT / "README.md").write_text(_gallery(), "utf-8")
        if missing:
            sys.exit("\n".join(missing))
        _tell(f"{len(list(OUT.glob('*.png')))} pictures are in {OUT}. `make docs` shows them.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _more_broadcasts(demo: Demo) -> dict[str, str]:
    """Leave broadcasts half-way, each a step further than the one before; return the number of each."""
    dates, calendar = dates_after(clock.now().date()), WorkingCalendar()
    year = dates.begins.year
    numbers = {"reported": f"{year}-0001"}
    for name, days, subject in (
        ("ready", 22, "Votre attestation de vacances"),
        ("delivered", 23, "Votre quotité de remboursement"),
        ("tested", 24, "Le nouveau calcul de votre pension"),
        ("scheduled", 27, "Vos droits après un déménagement"),
        ("faulty", 26, "Votre carte européenne d'assurance maladie"),
        ("dropped", 28, "Votre allocation de rentrée"),
        ("requested", 30, "Vérifiez vos données"),
    ):
        numbers[name] = _asked(demo, subject, calendar.after(dates.closes, days))
        if name != "requested":
            demo.run("vera", "broadcast", "decide", numbers[name], "accept")
            demo.run("ines", "broadcast", "decide", numbers[name], "accept")
    for name in ("ready", "delivered", "tested"):
        _tested(demo, numbers[name], name)
    for name in ("ready", "delivered"):
        _delivered(demo, numbers[name], name)
    shown = demo.ask("bram", "broadcast", "go", numbers["ready"], "--show")
    named = ("--moment", shown["agreed_at"], "--files", str(shown["files"])[:8])
    demo.run("bram", "broadcast", "go", numbers["ready"], *named)
    contact = ("--name", "Eva eBox", "--phone", "+32 2 000 00 01")
    demo.run("ines", "broadcast", "contacts", numbers["ready"], TEAM, *contact)
    demo.run("ines", "broadcast", "warn", numbers["ready"])
    # So that the launch team and the contact centre have something soon.
    today = calendar.after(dates.closes, 20)
    demo.run("lou", "clock", "set", f"{today}T10:00")
    _dropped(demo, numbers["dropped"], today)
    return numbers


def _asked(demo: Demo, subject: str, day: date) -> str:
    what = ("--application", APPLICATION, "--type", "DEMO-INFO", "--subject", subject)
    asked = ("--date", day, "--recipients", f"fr={RECIPIENTS}")
    answer = demo.ask("anne", "broadcast", "request", *what, *asked)
    (made,) = answer["broadcasts"] if isinstance(answer["broadcasts"], list) else ()
    return str(made["number"])


def _tested(demo: Demo, number: str, name: str) -> None:
    demo.run("anne", "broadcast", "deliver", number, _package(demo, name, 5), "--environment", "acceptance")
    demo.run("ines", "broadcast", "test", number)


def _delivered(demo: Demo, number: str, name: str) -> None:
    demo.run("anne", "broadcast", "verdict", number, "--all", "passed", "--seen-in", "ebox")
    demo.run("anne", "broadcast", "verdict", number, "approve")
    demo.run("anne", "broadcast", "reconfirm", number)
    demo.run("anne", "broadcast", "deliver", number, _package(demo, name, RECIPIENTS), "--environment", "production")


def _dropped(demo: Demo, number: str, today: date) -> None:
    """Leave a set in the drop folder of the institution, and register its key for SFTP; sign certificates."""
    own = demo.folder / "drop" / INSTITUTION
    for name in ("IN", "OUT", "INTEST", "OUTTEST"):
        (own / name).mkdir(parents=True)
    files = sorted(_package(demo, "dropped", 5).iterdir())
    reference = f"BRDC.{INSTITUTION}.{today:%Y%m%d}.00001.T"
    for part, file in enumerate(files, 1):
        shutil.copy(file, own / "INTEST" / f"FI.{reference}.{len(files)}.{part}.{file.name}")
    (own / "INTEST" / f"GO.{reference}.{len(files)}.{number}").touch()
    key = demo.folder / "payroll.pub"
    key.write_bytes(Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    demo.run("ines", "sftp-keys", "add", INSTITUTION, key, "--label", "server of the payroll team")
    demo.run("lou", "keys", "create", "--name", "Demonstration Office")


def _package(demo: Demo, name: str, recipients: int) -> Path:
    folder = demo.folder / f"{name}-{recipients}"
    package = write_sample(folder, recipients=1, language="fr", ticket=f"demo-{name}").directory
    write_lists(package, synthetic_keys(RECIPIENTS, seed=1)[:recipients], language="fr")
    return package


class NotShown(Exception):
    """A page on the list that the demo does not have."""


def _look(demo: Demo, numbers: dict[str, str]) -> list[str]:
    """Take all pictures, and return what could not be shown."""
    OUT.mkdir(parents=True)
    missing: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        _hand_in_faulty(browser, demo, numbers["faulty"])
        for section, shots in SHOTS.items():
            _tell(section)
            for who in dict.fromkeys(shot.who for shot in shots):
                context = _signed_in(browser, demo, who)
                for shot in [one for one in shots if one.who == who]:
                    try:
                        _take(context, demo, shot, shot.path.format(**numbers))
                    except NotShown as problem:
                        missing.append(str(problem))
                context.close()
        browser.close()
    return missing


def _hand_in_faulty(browser: Browser, demo: Demo, number: str) -> None:
    """Have Anne send files with faults: only what was sent on the page has an answer there."""
    package = _package(demo, "faulty", _SHORT_LIST)
    (listed,) = package.glob("*.csv")
    damage(listed, out=listed)
    context = _signed_in(browser, demo, "anne")
    page = context.new_page()
    page.goto(f"/broadcasts/{number}/files")
    for field, pattern in (("document", "*.pdf"), ("metadata", "*.xml"), ("recipients", "*.csv")):
        page.locator(f"input[name={field}]").set_input_files(next(package.glob(pattern)))
    page.locator("form.upload button[type=submit]").click()
    page.wait_for_url("**/files/*")
    context.close()


def _signed_in(browser: Browser, demo: Demo, who: str) -> BrowserContext:
    context = browser.new_context(base_url=demo.address, viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    if who in (ALICE, TESTER):
        page.goto(f"/{'ebox' if who == ALICE else 'ebox-acceptance'}/sign-in/begin")
        page.get_by_role("button", name="Alice").click()
    elif who:
        page.goto("/sign-in")
        page.locator(f'button[name="person"][value="{who}"]').click()
    page.wait_for_load_state()
    page.close()
    return context


def _take(context: BrowserContext, demo: Demo, shot: Shot, path: str) -> None:
    for language in LANGUAGES:
        context.add_cookies([{"name": "eboxcast_language", "value": language, "url": demo.address}])
        page = context.new_page()
        _go(page, shot, path)
        for view in VIEWS if language == LANGUAGES[0] else ("wide-light",):
            size, scheme = VIEWS[view]
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=OUT / _file(shot, view, language), full_page=True)
        page.close()


def _go(page: Page, shot: Shot, path: str) -> None:
    answer = page.goto(path)
    if shot.click:
        page.locator(shot.click).first.click()
        page.wait_for_load_state()
    if page.locator("iframe.document").count():
        page.wait_for_timeout(_VIEWER_MILLISECONDS)
    if answer is None or not answer.ok:
        raise NotShown(f"{shot.name}: {path} answers {answer.status if answer else 'nothing'}.")


def _file(shot: Shot, view: str, language: str) -> str:
    return f"{shot.name}-{view}-{language}.png"


def _gallery() -> str:
    """Return the page of the docs site that shows them: light or dark as the site is, each beside its narrow twin."""
    lines = [
        "# Screenshots",
        "",
        "The pages of a demo. Each is the page itself, in the size of a computer and of a phone.",
        "",
    ]
    for section, shots in SHOTS.items():
        lines += [f"## {section}", ""]
        for shot in shots:
            lines += [f"### {shot.title}", ""]
            for scheme in ("light", "dark"):
                wide, narrow = (f"{_file(shot, f'{size}-{scheme}', 'en')}#only-{scheme}" for size in ("wide", "narrow"))
                pictures = [
                    f'![{shot.title}]({name}){{ width="{width}" align=top loading=lazy }}'
                    for name, width in ((wide, "66%"), (narrow, "28%"))
                ]
                lines += [" ".join(pictures), ""]
            others = [f"[{one}]({_file(shot, 'wide-light', one)})" for one in LANGUAGES]
            lines += ["In " + " · ".join(others), ""]
    return "\n".join(lines)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    pause, until = Event(), monotonic() + _SECONDS_TO_START
    while server.poll() is None and monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass
        pause.wait(0.2)
    sys.exit("The pages were not served.")


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - a command of its own


if __name__ == "__main__":
    main()
