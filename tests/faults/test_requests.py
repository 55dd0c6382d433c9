"""Requests that no browser sends: the pages answer each of them soon, and log nothing of what was in it."""

from __future__ import annotations

import random
from base64 import b64encode
from time import process_time

import pytest
from django.test import Client
from tests.faults.test_readers import FORMATTED, LONGEST_SECONDS, MARKED, SEED, SHARE, changed

pytestmark = pytest.mark.faults

_MULTIPART = f'--b\nContent-Disposition: form-data; name="file"; filename="{MARKED}"\n\nx\n--b--'
REQUESTS = [
    f"GET /sign-in?next=/broadcasts/{MARKED} HTTP/1.1\nAccept-Language: nl,fr;q=0.5\nCookie: sessionid=abc\n\n",
    "POST /sign-in HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\nname=lou&password=x&next=%2F",
    f"POST /broadcasts/2027-0001/files HTTP/1.1\nContent-Type: multipart/form-data; boundary=b\n\n{_MULTIPART}",
    f"PUT /transfer/INTEST/{MARKED}.csv HTTP/1.1\nAuthorization: Bearer abc\nContent-Range: bytes 0-4/5\n\n12345",
    "GET /ebox/messages/1/document?part=2 HTTP/1.1\nRange: bytes=0-9\nX-Forwarded-For: 192.0.2.1\nHX-Request: true\n\n",
]
INPUTS = 20_000
"""Checking a password takes a second of the processor on purpose: time on a busy machine would tell of others."""


def ask(content: bytes) -> None:
    """Ask the pages for something, and see that they did not fail."""
    head, _, body = content.decode("latin-1").partition("\n\n")
    first, *lines = head.split("\n")
    method, path, *_ = [*first.split(" "), "", ""]
    named = (line.partition(":") for line in lines)
    headers = {name.strip() or "X": value.strip() for name, _, value in named}
    kind = headers.pop("Content-Type", "text/plain")
    client = Client(enforce_csrf_checks=True, headers=headers)
    answer = client.generic(method or "GET", path or "/", body.encode("latin-1"), content_type=kind)
    assert answer.status_code < 500


def test_whatever_is_asked_of_the_pages_is_answered(
    installation: None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    draw, longest = random.Random(SEED), 0.0
    seeds = [request.encode() for request in REQUESTS]
    for number in range(max(1, int(INPUTS * SHARE))):
        content = changed(draw, seeds)
        started = process_time()
        try:
            ask(content)
        except Exception as error:
            pytest.fail(f"{number} of seed {SEED}: {type(error).__name__}: {error}\n{b64encode(content).decode()}")
        longest = max(longest, process_time() - started)
    said = caplog.text + "".join(capfd.readouterr())
    assert longest < LONGEST_SECONDS
    assert not {one for one in (MARKED, FORMATTED) if one in said}
