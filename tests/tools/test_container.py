"""The image of the Containerfile, built and run, where there is something to build it with and a base image."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import uuid4

import pytest
from tests.notices.mailbox import free_port

ROOT = Path(__file__).parents[2]
BASE = os.environ.get("EBOXCAST_TEST_BASE_IMAGE", "")
_BUILD_SECONDS = 900
_START_SECONDS = 120
_OPTIONS = tuple(os.environ.get("EBOXCAST_TEST_BUILD_OPTIONS", "").split())
"""Such as the network or the certificates that a build needs where it runs."""


def said(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=_BUILD_SECONDS)


@pytest.fixture(scope="module")
def engine() -> str:
    """Podman, or Docker whose daemon answers."""
    found = next((one for one in ("podman", "docker") if shutil.which(one) and said(one, "info").returncode == 0), "")
    if not found:
        pytest.skip("needs podman, or docker and its daemon")
    if not BASE:
        pytest.skip("needs EBOXCAST_TEST_BASE_IMAGE: an image with Python 3.11 or newer")
    return found


@pytest.fixture(scope="module")
def image(engine: str) -> Iterator[str]:
    name = f"eboxcast-test-{uuid4().hex[:8]}"
    form = ("--format", "docker") if engine == "podman" else ()
    built = said(
        engine,
        "build",
        *form,
        *_OPTIONS,
        "--file",
        ROOT / "Containerfile",
        "--build-arg",
        f"BASE={BASE}",
        "--tag",
        name,
        ROOT,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    yield name
    said(engine, "rmi", "--force", name)


def test_the_image_serves_the_pages_as_an_ordinary_user(engine: str, image: str) -> None:
    """It looks after its own health, keeps what it must in its volume, and ends when it is told to."""
    about = json.loads(said(engine, "image", "inspect", image).stdout)[0]["Config"]
    assert about["User"] == "eboxcast"
    assert about["Healthcheck"]
    volume, port, name = f"{image}-state", free_port(), f"{image}-up"
    state = ("--volume", f"{volume}:/var/lib/eboxcast")
    try:
        migrated = said(engine, "run", "--rm", *state, image, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        started = said(
            engine, "run", "--detach", "--name", name, *state, "--publish", f"127.0.0.1:{port}:8400", image, "up"
        )
        assert started.returncode == 0, started.stderr
        assert answer(port, "/health/ready") == 200, said(engine, "logs", name).stderr
        assert answer(port, "/sign-in", host="127.0.0.1:8400") == 200
        assert said(engine, "exec", name, "id", "--user").stdout.strip() == "10001"
        assert said(engine, "stop", "--time", 60, name).returncode == 0
        assert json.loads(said(engine, "inspect", name).stdout)[0]["State"]["ExitCode"] == 0
    finally:
        said(engine, "rm", "--force", name)
        said(engine, "volume", "rm", "--force", volume)


def answer(port: int, path: str, *, host: str = "127.0.0.1") -> int:
    """Return the status of an answer, once there is one."""
    pause, until = Event(), monotonic() + _START_SECONDS
    while monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        except (OSError, HTTPException):
            pause.wait(0.5)
    return 0
