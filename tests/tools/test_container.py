"""The image of the Containerfile, built and run, where there is something to build it with and a base image."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import uuid4

import psutil
import pytest
from tests.notices.mailbox import free_port

ROOT = Path(__file__).parents[2]
BASE = os.environ.get("CONTAINER_BASE", "")
_BUILD_SECONDS = 900
_START_SECONDS = 120
_END_SECONDS = 60
_CHROOT = ("--isolation", "chroot")
_ALONE = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
_ASK_READY = "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8400/health/ready').status)"
_OPTIONS = tuple(os.environ.get("CONTAINER_BUILD_OPTIONS", "").split())
"""Such as the network or the certificates that a build needs where it runs."""


def said(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=_BUILD_SECONDS)


@pytest.fixture(scope="module")
def builder() -> str:
    """Podman, or Docker whose daemon answers; else Buildah, which runs in a chroot what it built."""
    found = next((one for one in ("podman", "docker") if shutil.which(one) and said(one, "info").returncode == 0), "")
    if not found and shutil.which("buildah") and os.geteuid() == 0:
        found = "buildah"
    if not found:
        pytest.skip("needs podman, docker and its daemon, or buildah as root")
    if not BASE:
        pytest.skip("needs CONTAINER_BASE: an image with Python 3.11 or newer")
    return found


@pytest.fixture(scope="module")
def image(builder: str) -> Iterator[str]:
    name = f"eboxcast-test-{uuid4().hex[:8]}"
    built = said(
        builder,
        "build",
        *(() if builder == "docker" else ("--format", "docker")),
        *(_CHROOT if builder == "buildah" else ()),
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
    said(builder, "rmi", "--force", name)


def test_the_image_serves_the_pages_as_an_ordinary_user(builder: str, image: str) -> None:
    """It looks after its own health, keeps what it must in its volume, and ends when it is told to."""
    if builder == "buildah":
        pytest.skip("needs podman or docker: buildah has no containers that run beside it")
    about = json.loads(said(builder, "image", "inspect", image).stdout)[0]["Config"]
    assert about["User"] == "eboxcast"
    assert about["Healthcheck"]
    volume, port, name = f"{image}-state", free_port(), f"{image}-up"
    state = ("--volume", f"{volume}:/var/lib/eboxcast")
    try:
        migrated = said(builder, "run", "--rm", *state, image, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        started = said(
            builder, "run", "--detach", "--name", name, *state, "--publish", f"127.0.0.1:{port}:8400", image, "up"
        )
        assert started.returncode == 0, started.stderr
        assert answer(port, "/health/ready") == 200, said(builder, "logs", name).stderr
        assert answer(port, "/sign-in", host="127.0.0.1:8400") == 200
        assert said(builder, "exec", name, "id", "--user").stdout.strip() == "10001"
        assert said(builder, "stop", "--time", 60, name).returncode == 0
        assert json.loads(said(builder, "inspect", name).stdout)[0]["State"]["ExitCode"] == 0
    finally:
        said(builder, "rm", "--force", name)
        said(builder, "volume", "rm", "--force", volume)


def test_the_image_serves_the_pages_in_a_chroot(builder: str, image: str, tmp_path: Path) -> None:
    """The same with Buildah alone, in a network of its own: the port of the health check is taken by nobody else."""
    if builder != "buildah":
        pytest.skip("the test before did this with an engine")
    about = json.loads(said("buildah", "inspect", "--type", "image", image).stdout)["Docker"]["config"]
    assert about["User"] == "eboxcast"
    container = said("buildah", "from", image).stdout.strip()
    words = ("buildah", "run", *_CHROOT, container, "--")
    try:
        migrated = said(*words, *about["Entrypoint"], "migrate")
        assert migrated.returncode == 0, migrated.stderr
        with (
            (tmp_path / "up.log").open("wb") as log,
            subprocess.Popen((*_ALONE, *words, *about["Entrypoint"], "up"), stdout=log, stderr=log) as serving,
        ):
            inside = ("nsenter", f"--net=/proc/{serving.pid}/ns/net", *words)
            healthy = comes_true(lambda: said(*inside, *about["Healthcheck"]["Test"][1:]).returncode == 0)
            assert healthy, (tmp_path / "up.log").read_text()
            assert said(*inside, "python3", "-c", _ASK_READY).stdout.strip() == "200"
            assert said(*inside, "id", "--user").stdout.strip() == "10001"
            program_in(serving.pid).terminate()
            assert serving.wait(_END_SECONDS) == 0
    finally:
        said(*words, "eboxcast", "down")  # no container ends with all its processes here
        said("buildah", "rm", container)


def program_in(pid: int) -> psutil.Process:
    """Return the program that `buildah run` started; buildah itself passes no signal on to it."""
    below = psutil.Process(pid).children(recursive=True)
    return next(one for one in below if one.name() == "eboxcast")


def comes_true(asked: Callable[[], bool]) -> bool:
    """Return whether something becomes true in the time that a start may take."""
    pause, until = Event(), monotonic() + _START_SECONDS
    while monotonic() < until:
        if asked():
            return True
        pause.wait(0.5)
    return False


def answer(port: int, path: str, *, host: str = "127.0.0.1") -> int:
    """Return the status of an answer, once there is one."""
    answers: list[int] = []

    def asked() -> bool:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path, headers={"Host": host})
            answers.append(connection.getresponse().status)
        except (OSError, HTTPException):
            return False
        return True

    return answers[0] if comes_true(asked) else 0
