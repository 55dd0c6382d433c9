"""The pages of recipients as a server answers them: requests a second, beside a view that does nothing."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from threading import Event
from time import monotonic, perf_counter

import numpy as np
from django.http import HttpResponse

from eboxcast.inbox.claims import Identity
from eboxcast.inbox.visits import begin_visit, keep_visit
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.bench.measuring import Bench, Row
from eboxcast.tools.bench.openings import BROADCASTS, store_broadcasts
from eboxcast.tools.subprocesses import command
from eboxcast.web.health import LIVE

_VISITORS = 200
_AT_ONCE = 8
_REQUESTS = 3_000
_ROUNDS = 3
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
    bench: Bench, *, broadcasts: int = BROADCASTS, requests: int = _REQUESTS, rounds: int = _ROUNDS
) -> Iterator[Row]:
    """Yield how many requests a second the list of an eBox and a document are answered, by two processes."""
    people = store_broadcasts(bench, broadcasts)
    drawn = np.random.default_rng(5).choice(people, _VISITORS).tolist()
    cookies = [_cookie_of(person) for person in drawn]
    bench.tell("visits: the pages of recipients, served by two processes")
    with _served(bench) as port:
        documents = [_document_of(port, cookie) for cookie in cookies]
        asked: dict[str, Sequence[tuple[str, str]]] = {
            "list an eBox in a browser": [(_LIST, cookie) for cookie in cookies],
            "open a document in a browser": list(zip(documents, cookies, strict=True)),
        }
        for name, pages in asked.items():
            _rate(port, pages, len(pages))  # read once: what is measured are the openings after the first
            measured = [(_rate(port, pages, requests), _rate(port, [(LIVE, "")], requests)) for _ in range(rounds)]
            yield Row(
                name=name,
                figure=float(np.median([ours for ours, _ in measured])),
                unit="requests/s",
                baseline=float(np.median([bare for _, bare in measured])),
                note=f"beside a view that answers one word, same server; {broadcasts} active broadcasts, "
                f"{_AT_ONCE} requests at once, the client on the same processors",
            )


def _cookie_of(person: int) -> str:
    response = HttpResponse()
    keep_visit(response, begin_visit(ENVIRONMENT, Identity(person=person, name="-"), person))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in response.cookies.items())


@contextmanager
def _served(bench: Bench) -> Iterator[int]:
    """Serve the pages of this installation on a free port, as `eboxcast serve` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    (bench.folder / "never-asked.secret").write_text("-")
    sign_in = bench.folder / "sign-in.toml"
    table = f'[{ENVIRONMENT}]\nissuer = "http://127.0.0.1:1"\nclient_id = "bench"\n'
    sign_in.write_text(f'{table}client_secret_file = "never-asked.secret"\n')
    variables = {
        "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}",
        "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}",
        "EBOXCAST_SIGN_IN_FILE": str(sign_in),
    }
    with subprocess.Popen(command("serve"), env={**os.environ, **variables}, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(server, port)
            yield port
        finally:
            server.terminate()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    pause, until = Event(), monotonic() + _SECONDS_TO_START
    while server.poll() is None and monotonic() < until:
        try:
            status, _ = _ask_once(port, LIVE, "")
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
