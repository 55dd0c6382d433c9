"""The pages as they are served: requests a second, the time of each page, and files delivered on one."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from threading import Event
from time import monotonic, perf_counter

import numpy as np
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from eboxcast.inbox.claims import Identity
from eboxcast.inbox.configuration import sign_in_options
from eboxcast.inbox.visits import begin_visit, keep_visit
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_
from eboxcast.tools.bench import bare
from eboxcast.tools.bench.desk import fill_desk
from eboxcast.tools.bench.large import LARGE, fill
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.openings import BROADCASTS, store_broadcasts
from eboxcast.tools.bench.pages import Page, page_times, pages_of_people, upload_times
from eboxcast.tools.subprocesses import command
from eboxcast.web.health import LIVE
from eboxcast.web.loading import load_pages

_VISITORS = 200
_AT_ONCE = 8
_REQUESTS = 3_000
_ROUNDS = 3
_BROADCASTS = 500
_OPENED = 40
_BARE = "django.core.wsgi:get_wsgi_application"
_SECONDS_TO_START = 60
_OK = 200
_LIST = "/ebox/"
_MESSAGE = re.compile(rb'href="(/ebox/messages/[0-9a-f-]+)"')


class PagesNotServed(Trouble):
    """The server that was to be measured does not answer as it should."""

    code = "bench.pages-not-served"
    sentence = N_("The pages to be measured were not served: {problem}.")
    remedy = N_("Run `make design`, then run the benchmark again.")


def visits(
    bench: Bench,
    *,
    broadcasts: int = BROADCASTS,
    procedure: int = _BROADCASTS,
    requests: int = _REQUESTS,
    rounds: int = _ROUNDS,
    opened: int = _OPENED,
) -> Iterator[Row]:
    """Yield how many requests a second are answered by two processes, and how long each page takes.

    ``broadcasts`` are visible in the eBoxes, ``procedure`` are on the desks of the people.
    """
    people = store_broadcasts(replace(bench, stored=0), broadcasts)
    missing = bench.stored - bench.recipients * broadcasts
    if missing > 0:
        fill(bench, missing, at_once=LARGE.at_once)
    desk = fill_desk(bench, broadcasts=procedure, packages=rounds)
    drawn = np.random.default_rng(5).choice(people, _VISITORS).tolist()
    cookies = [_cookie_of(person) for person in drawn]
    with _signing_in(bench) as variables:
        pages = [*pages_of_people(desk), *_pages_of_recipient(drawn[0])]
        load_pages()  # as each process does that serves them
        yield from page_times(bench, pages, broadcasts=procedure, requests=opened)
    bench.tell("visits: the pages of recipients, served by two processes")
    with _served(variables) as port, _bare_served() as bare_port:
        documents = [_document_of(port, cookie) for cookie in cookies]
        asked: dict[str, Sequence[tuple[str, str]]] = {
            "list an eBox in a browser": [(_LIST, cookie) for cookie in cookies],
            "open a document in a browser": list(zip(documents, cookies, strict=True)),
        }
        for name, wanted in asked.items():
            _rate(port, wanted, len(wanted))  # read once: what is measured are the openings after the first
            measured = [
                (_rate(port, wanted, requests), _rate(bare_port, [(bare.NOTHING, "")], requests)) for _ in range(rounds)
            ]
            yield Row(
                name=name,
                figure=float(np.median([ours for ours, _ in measured])),
                unit="requests/s",
                baseline=float(np.median([nothing for _, nothing in measured])),
                note=f"beside a Django view that does nothing, same kind of server; {broadcasts} active broadcasts, "
                f"{_AT_ONCE} requests at once, the client on the same processors",
            )
        yield from upload_times(bench, desk, port=port)


def _cookie_of(person: int) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in _client(person).cookies.items())


def _client(person: int) -> Client:
    """Return a browser in which a recipient has their eBox open."""
    response = HttpResponse()
    keep_visit(response, begin_visit(ENVIRONMENT, Identity(person=person, name="-"), person))
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies.update(response.cookies)
    return client


def _pages_of_recipient(person: int) -> list[Page]:
    """Return the pages of an eBox, as one of many recipients opens them."""
    client = _client(person)
    found = _MESSAGE.search(client.get(_LIST).getvalue())
    message = found[1].decode() if found else ""
    addresses = {
        "eBox": _LIST,
        "message": message,
        "document": f"{message}/document",
        "hidden messages": f"{_LIST}hidden",
        "my email": f"{_LIST}email",
    }
    return [Page(name, client, path) for name, path in addresses.items()]


@contextmanager
def _signing_in(bench: Bench) -> Iterator[dict[str, str]]:
    """Let recipients have their eBoxes open, here and, by these variables, in a server; nobody is asked anything."""
    (bench.folder / "never-asked.secret").write_text("-")
    sign_in = bench.folder / "sign-in.toml"
    table = f'[{ENVIRONMENT}]\nissuer = "http://127.0.0.1:1"\nclient_id = "bench"\n'
    sign_in.write_text(f'{table}client_secret_file = "never-asked.secret"\n')
    with override_settings(EBOXCAST_SIGN_IN=sign_in_options(sign_in)):
        yield {"EBOXCAST_SIGN_IN_FILE": str(sign_in)}


@contextmanager
def _served(variables: Mapping[str, str]) -> Iterator[int]:
    """Serve the pages of this installation on a free port, as `eboxcast serve` does."""
    port = _free_port()
    ours = {"EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}", "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}"}
    with _running(command("serve"), {**variables, **ours}, port, LIVE):
        yield port


@contextmanager
def _bare_served() -> Iterator[int]:
    """Serve a view that does nothing, by as many processes and threads."""
    port = _free_port()
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning")
    many = ("--workers", settings.EBOXCAST_PAGES_PROCESSES, "--blocking-threads", settings.EBOXCAST_PAGES_THREADS)
    words = [sys.executable, "-m", "granian", *options, *map(str, many), "--factory", _BARE]
    with _running(words, {"DJANGO_SETTINGS_MODULE": bare.__name__}, port, bare.NOTHING):
        yield port


@contextmanager
def _running(words: Sequence[str], variables: Mapping[str, str], port: int, path: str) -> Iterator[None]:
    with subprocess.Popen(words, env={**os.environ, **variables}, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(server, port, path)
            yield
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_for(server: subprocess.Popen[bytes], port: int, path: str) -> None:
    pause, until = Event(), monotonic() + _SECONDS_TO_START
    while server.poll() is None and monotonic() < until:
        try:
            status, _ = _ask_once(port, path, "")
        except (OSError, HTTPException):
            pause.wait(0.1)
        else:
            if status == _OK:
                return
    raise PagesNotServed(problem="no answer")


def _document_of(port: int, cookie: str) -> str:
    """Return the address of the document of the first message that somebody sees."""
    status, page = _ask_once(port, _LIST, cookie)
    found = _MESSAGE.search(page)
    if status != _OK or found is None:
        raise PagesNotServed(problem=f"status {status}")
    return f"{found[1].decode()}/document"


def _rate(port: int, pages: Sequence[tuple[str, str]], count: int) -> float:
    """Return how many requests a second are answered, some at once, each on a connection that is kept."""
    asked = list(islice(cycle(pages), count))
    shares = [asked[start::_AT_ONCE] for start in range(_AT_ONCE)]
    started = perf_counter()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda share: _ask_all(port, share), shares))
    return count / (perf_counter() - started)


def _ask_all(port: int, pages: Sequence[tuple[str, str]]) -> None:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        for address, cookie in pages:
            status, _ = _ask(connection, address, cookie)
            if status != _OK:
                raise PagesNotServed(problem=f"status {status}")


def _ask_once(port: int, address: str, cookie: str) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        return _ask(connection, address, cookie)


def _ask(connection: HTTPConnection, address: str, cookie: str) -> tuple[int, bytes]:
    connection.request("GET", address, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    return answer.status, answer.read()
