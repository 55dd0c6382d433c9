"""Each page as the server makes it: how long the slowest of twenty takes, and how often it asks a database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from statistics import median
from urllib.parse import urlencode
from uuid import uuid4

from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from eboxcast.broadcasts.models import State
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.package.model import Policies
from eboxcast.package.sampling_content import INSTITUTION
from eboxcast.tools.bench import bare
from eboxcast.tools.bench.desk import PEOPLE, TEAM, TYPE, Desk, browser_of
from eboxcast.tools.bench.measuring import Bar, Bench, Row, percentile, timed
from eboxcast.web.uploads import LAST

_MILLI = 1000
_MOST_MS = 100
_MOST_SECONDS = 3
_OK = 200
NOT_MEASURED = {
    "goes on elsewhere": "sign-in second-factor factor-needed sign-on signed-on signed-out link-invited invitation "
    "account-app account-passkey account-codes configure-type",
    "is there on one evening only": "launch",
    "decides about a run that is sent to a provider": "run-pause run-resume run-pace run-resolve run-close",
    "shows one entry of a list that is empty": "end-sftp-key end-signer remove-alarm request-type validate-type "
    "accept-type refuse-type withdraw-type",
    "needs a key that signs": "certificate-jws certificate-pdf",
    "is for programs": "transfer transfer-folder transfer-file audit-head",
    "is for who works on the pages": "components",
}
"""Addresses that are not opened, by the reason: all others that show something are."""
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
_HANDLE = re.compile(rb'name="handle" value="([0-9a-f]{32})"')


@dataclass(frozen=True)
class Page:
    """A page that somebody opens."""

    name: str
    client: Client
    path: str


def page_times(bench: Bench, pages: Sequence[Page], *, broadcasts: int, requests: int) -> Iterator[Row]:
    """Yield a row for each page, beside a view that does nothing in the same process."""
    bench.tell(f"visits: {len(pages)} pages, {requests} times each")
    with override_settings(ROOT_URLCONF=bare.__name__, MIDDLEWARE=[]):
        nothing = _times(Page("", Client(SERVER_NAME="127.0.0.1"), bare.NOTHING), requests)
    for page in pages:
        yield Row(
            name=f"page {page.name}, p95",
            figure=percentile(_times(page, requests), 0.95) * _MILLI,
            unit="ms",
            baseline=percentile(nothing, 0.95) * _MILLI,
            bar=Bar(most=_MOST_MS),
            note=f"{_queries(page)} queries; {broadcasts} broadcasts; beside a view that does nothing",
        )


def pages_of_people(desk: Desk) -> list[Page]:
    """Return every page but those not measured, as the first person who may open it."""
    browsers = {name: browser_of(name) for name in PEOPLE}
    left_out = {name for names in NOT_MEASURED.values() for name in names.split()}
    found: dict[str, Page] = {}
    for pattern in _patterns(get_resolver()):
        name = str(pattern.name)
        if name in left_out:
            continue
        path = reverse(name, kwargs={one: _given(desk, name)[one] for one in pattern.pattern.converters})
        opened = next((one for one in browsers.values() if one.get(path).status_code == _OK), None)
        if opened is not None:
            found[name] = Page(name, opened, path)
    return list(found.values())


_STATES = {
    State.REQUESTED: "accept",
    State.POSTPONED: "agree",
    State.TESTED: "approve",
    State.PRODUCTION_DELIVERED: "go files-answer withdraw-files",
    State.CONFIRMED: "withdraw-go arm",
    State.ARMED: "disarm",
    State.PUBLISHED: "results certificate certificate-json certificate-jws certificate-pdf paper-list "
    "verify-certificate report",
    State.REPORTED: "close",
}
"""Where a broadcast is that a page has something to show of; all other pages show one that is approved."""
_OF_BROADCAST = {name: state for state, names in _STATES.items() for name in names.split()}
_OF_PREPARED_RUN = ("run-results", "run-launch", "run-stop", "run-discard")
_NUMBERS = {"mail": "notice", "lift-blackout": "blackout", "revoke-token": "token"}


def _given(desk: Desk, name: str) -> defaultdict[str, object]:
    """Return what stands in addresses: of what there is one, and 1 for the number of anything."""
    broadcast = desk.broadcasts[_OF_BROADCAST.get(name, State.APPROVED)]
    known = {
        "broadcast": broadcast.number,
        "handle": desk.handle,
        "run": desk.prepared if name in _OF_PREPARED_RUN else desk.run,
        "name": "anne",
        "day": broadcast.date,
        "closed_day": desk.closed_day,
        "code": TEAM if name == "team-contact" else TYPE,
        "cbe": INSTITUTION,
    }
    if name in _NUMBERS:
        known["number"] = getattr(desk, _NUMBERS[name])
    return defaultdict(lambda: 1, known)


def upload_times(bench: Bench, desk: Desk, *, port: int) -> Iterator[Row]:
    """Yield how long it takes from sending the files of a broadcast to the whole page with the answer."""
    bench.tell("visits: delivering files on the page")
    cookie = f"eboxcast_session={browser_of('anne').cookies['eboxcast_session'].value}"
    path = reverse("files", kwargs={"broadcast": desk.broadcasts[State.APPROVED].number})
    took, checks = [], []
    for package in desk.packages:
        files = {
            "document": next(one for one in package.iterdir() if one.suffix == ".pdf"),
            "metadata": next(one for one in package.iterdir() if one.suffix == ".xml"),
            "recipients": next(one for one in package.iterdir() if one.suffix == ".csv"),
        }
        checks.append(timed(lambda package=package: check_for_sending(package, policies=Policies())))  # type: ignore[misc]
        form = _Form(port, path, cookie)
        body = form.body({name: (one.name, one.read_bytes()) for name, one in files.items()})
        took.append(timed(lambda form=form, body=body: form.send(body)))  # type: ignore[misc]
    yield Row(
        name=f"deliver {bench.recipients:,} recipients on the page",
        figure=median(took),
        unit="s",
        baseline=median(checks),
        bar=Bar(most=_MOST_SECONDS),
        note="from the first byte sent to the last of the page with the answer, prepared; beside merely checking them",
    )


class _Form:
    """The form of a page, filled in and sent as a browser does."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)
        self._path = path
        self._boundary = uuid4().hex
        answer, page = self._ask("GET", f"{path}?{urlencode({'environment': 'production'})}", cookie)
        token, handle = _TOKEN.search(page), _HANDLE.search(page)
        assert answer.status == _OK, page[:_SHOWN]  # noqa: S101 - our own page
        assert token, page[:_SHOWN]  # noqa: S101 - the same
        assert handle, page[:_SHOWN]  # noqa: S101 - the same
        self._fields = {"csrfmiddlewaretoken": token[1], "handle": handle[1], "environment": b"production"}
        given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self._cookie = f"{cookie}; {given}"

    def body(self, files: dict[str, tuple[str, bytes]]) -> bytes:
        parts = [f'name="{name}"\r\n\r\n'.encode() + value for name, value in self._fields.items()]
        parts += [
            f'name="{field}"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content
            for field, (name, content) in files.items()
        ]
        parts.append(f'name="{LAST}"\r\n\r\n1'.encode())
        edge = f"--{self._boundary}\r\nContent-Disposition: form-data; ".encode()
        return b"\r\n".join(edge + part for part in parts) + f"\r\n--{self._boundary}--\r\n".encode()

    def send(self, body: bytes) -> None:
        answer, page = self._ask("POST", self._path, self._cookie, body)
        assert answer.status == _SEE_OTHER, (answer.status, _text(page))  # noqa: S101 - files of our own making
        answer, page = self._ask("GET", answer.getheader("Location") or "", self._cookie)
        assert answer.status == _OK, _text(page)  # noqa: S101 - the same
        self._connection.close()

    def _ask(self, method: str, path: str, cookie: str, body: bytes | None = None) -> tuple[HTTPResponse, bytes]:
        headers = {"Cookie": cookie}
        if body is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={self._boundary}"
        self._connection.request(method, path, body=body, headers=headers)
        answer = self._connection.getresponse()
        return answer, answer.read()


_SEE_OTHER = 302
_SHOWN = 2000


def _text(page: bytes) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page.decode())[:_SHOWN]


def _times(page: Page, requests: int) -> list[float]:
    for _ in range(min(3, requests)):
        page.client.get(page.path)
    return [timed(lambda: page.client.get(page.path).getvalue()) for _ in range(requests)]


def _queries(page: Page) -> int:
    with ExitStack() as stack:
        counted = [stack.enter_context(CaptureQueriesContext(connections[name])) for name in connections]
        page.client.get(page.path)
    return sum(map(len, counted))


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from [] if one.app_name == "inbox" else _patterns(one)
        else:
            yield one
