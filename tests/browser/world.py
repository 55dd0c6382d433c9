"""A world to look at: one of all that pages show, made once for tests that change nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.signals import template_rendered
from django.test.utils import setup_test_environment, teardown_test_environment
from playwright.sync_api import Browser, Page
from tests.accounts.test_factors import next_code, set_up
from tests.actors import master
from tests.broadcasts import people as p
from tests.browser.chromium import SMALL, WIDE
from tests.browser.serving import served
from tests.delivery.procedure import SHORT, Story
from tests.exchange.dropping import Dropping
from tests.inbox.conftest import COMPANY
from tests.notices.conftest import add_people
from tests.portal.runs import prepared_run
from tests.portal.test_files import fields, send, wrong_rows
from tests.senders.forms import request_for
from tests.web.test_kept_forms import hidden, window_of_anne
from tests.web.visitors import PASSWORD, account_of, browser, browser_of

from eboxcast.accounts.invitations import invite
from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import acceptance, scheduling
from eboxcast.broadcasts.calendar_changes import black_out, close_day
from eboxcast.broadcasts.models import SeenIn
from eboxcast.inbox.claims import Identity, Mandate
from eboxcast.inbox.configuration import SignInOptions
from eboxcast.inbox.visits import begin_visit, keep_visit
from eboxcast.lib import clock
from eboxcast.mailboxes.models import ReadTally, Release
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice
from eboxcast.notices.webhooks import add_webhook
from eboxcast.package.sampling import write_sample
from eboxcast.planning.selectors import window_on
from eboxcast.senders.models import Token
from eboxcast.senders.people_tokens import make_token
from eboxcast.senders.sender_file import load_senders
from eboxcast.web.errors import server_error

RECIPIENT = "recipient"
_NOWHERE = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Answer:
    """What came for a form, or for what no address shows at will; and the templates it was made of."""

    response: HttpResponse
    templates: list[str]


@dataclass
class World:
    """What there is, by the names that paths use; who looks at it, by their cookies; and a window for each."""

    address: str
    browser: Browser
    names: dict[str, str]
    answers: dict[str, Answer]
    cookies: dict[str, dict[str, str]]
    shown: list[str]
    """The templates of what was answered last."""
    said: list[str] = field(default_factory=list)
    """What the browser complains of in the page that was opened last, such as what its policy forbids."""
    windows: dict[str, Page] = field(default_factory=dict)

    def open(
        self,
        path: str,
        *,
        who: str = "",
        language: str = "fr",
        answer: str = "",
        wide: bool = True,
        scheme: Literal["", "light", "dark"] = "",
    ) -> Page:
        """Open a page, or an answer, in somebody's window: wide and light, or small and dark, or as told."""
        page = self._window(who)
        page.context.add_cookies([{"name": "eboxcast_language", "value": language, "url": self.address}])
        page.set_viewport_size(WIDE if wide else SMALL)
        page.emulate_media(color_scheme=scheme or ("light" if wide else "dark"))
        address = self.address + path.format(**self.names)
        self.shown.clear()
        self.said.clear()
        if not answer:
            page.goto(address)
            return page
        kept = self.answers[answer]
        headers = dict(kept.response.headers)
        page.route(address, lambda route: route.fulfill(body=kept.response.content, headers=headers))
        page.goto(address)
        page.unroute(address)
        self.shown += kept.templates
        return page

    def new_window(self, who: str = "", **options: Any) -> Page:
        """Return a window that nobody else has looked at anything in."""
        context = self.browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        cookies = self.cookies[who] if who else {}
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
        return context.new_page()

    def _window(self, who: str) -> Page:
        if who not in self.windows:
            window = self.windows[who] = self.new_window(who)
            window.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
            window.on("pageerror", lambda error: self.said.append(str(error)))
        return self.windows[who]


@contextmanager
def world_in(folder: Path, chromium: Browser) -> Iterator[World]:
    """Make a world in an empty installation, and serve it by a name: browsers offer no passkeys for a bare address."""
    shown: list[str] = []

    def note(template: Any, **_: object) -> None:
        if template.name:
            shown.append(template.name)

    with ExitStack() as stack:
        setup_test_environment()  # templates tell that they are rendered
        stack.callback(teardown_test_environment)
        template_rendered.connect(note)
        stack.callback(template_rendered.disconnect, note)
        address = stack.enter_context(served()).replace("127.0.0.1", "localhost")
        stack.enter_context(override_settings(**_settings(folder, address)))
        names, answers = _made(folder), _answers(shown)
        cookies = {actor.name: _cookies_of(browser_of(actor)) for actor in p.EVERYBODY}
        cookies |= {"anne": _cookies_of(_just_signed_in()), RECIPIENT: _ebox_of(int(names["key"]))}
        yield (world := World(address, chromium, names, answers, cookies, shown))
        for page in world.windows.values():
            page.context.close()


def _settings(folder: Path, address: str) -> Mapping[str, object]:
    """Return a configuration with all that can be configured; no provider answers in it."""
    (folder / "secret").write_text("simulated")
    of_recipients = SignInOptions(issuer=_NOWHERE, client_id="eboxcast", client_secret_file=folder / "secret")
    return {
        "EBOXCAST_SIGN_IN": {"production": of_recipients, "acceptance": of_recipients},
        "EBOXCAST_SIGN_ON": SignOnOptions(
            issuer=_NOWHERE, client_id="eboxcast", secret="simulated", name="Example login", second_factor=False
        ),
        "EBOXCAST_PROCEDURE": "",
        "EBOXCAST_DROP_DIR": folder / "drop",
        "EBOXCAST_PAGES_URL": address,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1"],
        "CSRF_TRUSTED_ORIGINS": [address],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


def _made(folder: Path) -> dict[str, str]:
    """Make all there is, on 18 January 2027, with the procedure on; return what paths call it."""
    with connections["default"].cursor() as cursor:
        cursor.execute("update installation set procedure = 'on'")
    p.begin_january()
    load_senders(write_sample(folder / "senders", recipients=1).message_types, actor=master("somebody"))
    add_people(p.INSTITUTION)
    return {**_broadcasts(folder), **_of_the_operator(), **_mails()}


def _broadcasts(folder: Path) -> dict[str, str]:
    """Make a broadcast in each state that has a page of its own."""
    of_files, tested, delivered, published = (Story(folder, ticket=ticket) for ticket in ("t-1", "t-2", "t-3", "t-4"))
    made = {
        "requested": p.requested(dates=(p.DAY, date(2027, 3, 1), date(2027, 1, 25))),
        "scheduled": p.scheduled(),
        "proposed": scheduling.postpone(p.requested(), actor=p.INES, reason="too full", dates=[date(2027, 3, 1)]),
        "ready": p.ready(),
        "accepted": of_files.delivered_for_acceptance(),
        "tested": tested.tested(),
        "delivered": delivered.delivered(),
        "published": published.published(),
    }
    acceptance.judge(made["tested"], actor=p.ANNE, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    wrong = send(browser_of(p.ANNE), made["scheduled"], fields(wrong_rows(of_files.files(SHORT), "12345678901;Jan")))
    run = made["published"].production_run
    release = Release.objects.using("production").get(run=run)
    ReadTally.objects.using("production").create(release=release.id, day=clock.today(), slot=0, count=12)
    p.set_clock("2027-01-18T10:00")
    dropping = Dropping(folder / "drop", Story(folder, ticket="t-5"))
    dropping.put()
    (rows,) = (folder / f"t-4-{published.written}").rglob("recipients-*.csv")
    return {
        **{name: broadcast.number for name, broadcast in made.items()},
        "evening": made["ready"].date.isoformat(),
        "answer": wrong.request["PATH_INFO"],
        "message": str(run),
        "key": rows.read_text("utf-8").splitlines()[1].partition(";")[0],
        "run": prepared_run().short,
    }


def _of_the_operator() -> dict[str, str]:
    """Make what the integration team looks after."""
    window = window_on(p.DAY)
    blackout, _ = black_out(
        starts_at=window.starts_at, ends_at=window.ends_at, service="eBox database", reason="Upgrade", actor=p.INES
    )
    close_day(date(2027, 3, 3), reason="Strike", actor=p.INES)
    add_webhook("Pager", "https://pager.example.be/", actor=p.INES)
    make_token("anne", label="desk", days=30, actor=p.INES)
    account_of(p.BRAM)
    set_up(p.BRAM)
    return {
        "blackout": str(blackout.pk),
        "closed": "2027-03-03",
        "token": str(Token.objects.get().pk),
        "type_request": str(request_for(actor=p.ANNE).pk),
        "invitation": invite("bram", days=7, actor=p.INES),
    }


def _mails() -> dict[str, str]:
    """Make the mails about all this, and have none of them arrive."""
    seal_pending()
    make_notices()
    Notice.objects.update(state="given-up", last_problem="550 mailbox unavailable")
    return {"mail": str(Notice.objects.latest("id").pk)}


def _just_signed_in() -> Client:
    """Return a browser in which ANNE has just signed in with her password."""
    account_of(p.ANNE)
    return _signing_in("anne")


def _signing_in(name: str) -> Client:
    client = browser()
    client.post("/sign-in", {"identity": name, "password": PASSWORD})
    return client


def _cookies_of(client: Client) -> dict[str, str]:
    return {"eboxcast_session": client.cookies["eboxcast_session"].value}


def _ebox_of(key: int) -> dict[str, str]:
    """Return the cookies of a recipient who may open the eBox of an enterprise, too."""
    response = HttpResponse()
    identity = Identity(person=key, name="Alice", mandates=(Mandate(key=COMPANY, name="Demo & Co"),))
    for environment in ("production", "acceptance"):
        keep_visit(response, begin_visit(environment, identity, key))
    return {name: morsel.value for name, morsel in response.cookies.items()}


def _answers(shown: list[str]) -> dict[str, Answer]:
    """Have made, in German, what a browser gets only for a form, or when something is wrong."""

    def answered(make: Callable[[], Any]) -> Answer:
        shown.clear()
        return Answer(make(), list(shown))

    left = window_of_anne()  # first of all: it ends every session there is
    ada, carla = browser_of(p.ADA), browser_of(p.CARLA, enforce_csrf_checks=True)
    for client in (ada, carla, left):
        client.cookies["eboxcast_language"] = "de"
    ended = answered(lambda: left.post("/account", {"remark": "x"}))
    with_codes, halfway = _with_codes(), _signing_in("bram")
    credentials = {"identity": "anne", "password": PASSWORD, "kept": hidden(ended.response.content.decode(), "kept")}
    return {
        "crash": answered(lambda: server_error(RequestFactory().get("/"), ValueError("x"))),
        "stale": answered(lambda: carla.post("/account")),
        "ended": ended,
        "continue": answered(lambda: left.post("/sign-in", credentials)),
        "person": answered(lambda: ada.post("/audit/person", {"national_number": "x"})),
        "head": answered(lambda: ada.post("/audit/anchor", {"to": "the registry"})),
        "codes": answered(lambda: with_codes.post("/account/codes/make", follow=True)),
        "second factor": answered(lambda: halfway.get("/sign-in/second-factor")),
        "factor needed": answered(_told_of_a_factor),
    }


def _with_codes() -> Client:
    """Return a browser in which VERA has just signed in with two factors."""
    secret, _ = set_up(p.VERA)
    client = _signing_in("vera")
    client.post("/sign-in/second-factor", {"code": next_code(secret)})
    client.cookies["eboxcast_language"] = "de"
    return client


def _told_of_a_factor() -> Any:
    """Return what somebody sees who signs in to a real installation without the second factor that it asks for."""
    account_of(p.LOU)
    clock.move(timedelta())
    with connections["default"].cursor() as cursor:
        cursor.execute("update installation set kind = 'real', clock_offset = '0'")
        answer = _signing_in("lou").get("/sign-in/needed")
        cursor.execute("update installation set kind = 'test'")
    p.set_clock("2027-01-18T10:00")
    return answer
