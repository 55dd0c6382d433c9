"""What sending is measured with: a provider simulator and workers as processes, and the plain client beside them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import urllib3

from eboxcast.cli.benchmarks.errors import BenchStopped
from eboxcast.cli.benchmarks.material import ENVIRONMENT
from eboxcast.cli.benchmarks.measuring import timed
from eboxcast.cli.ourselves import command, typed
from eboxcast.delivery.models import Run
from eboxcast.delivery.watching import workers as workers_known
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.messages import stored_message
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.ebox_rest.translating import Letter, link_body

LANES = 4
_TARGETS = "EBOXCAST_TARGETS_FILE"
_REHEARSAL = "rehearsal"
_LONGEST = 900.0
_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A running simulator, to which our processes publish."""

    registry: str
    token_url: str
    links: bool
    per_call: int


@contextmanager
def provider(
    folder: Path, *, links: bool, per_call: int, parallel: int = LANES, delay_ms: int = 0
) -> Iterator[Provider]:
    """Have a simulator, and every process that is started meanwhile publish to it."""
    with _process("simulate-provider", "--delay-ms", delay_ms, stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout  # noqa: S101 - it is a pipe
        addresses = json.loads(simulator.stdout.readline())
        made = Provider(registry=addresses["registry"], token_url=addresses["token"], links=links, per_call=per_call)
        with _target(folder, made, parallel=parallel):
            yield made


@contextmanager
def workers(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have so many workers, all of them waiting for work."""
    with ExitStack() as stack:
        words = ("worker", "--environment", ENVIRONMENT, "--lanes", LANES)
        started = [stack.enter_context(_process(*words)) for _ in range(count)]
        wait_for(lambda: workers_known().alive_count == count, started)
        yield started


def wait_for(reached: Callable[[], bool], processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until something is so. Raises BenchStopped when a process ends before, or it takes too long."""
    until = monotonic() + _LONGEST
    while not reached():
        codes = [process.poll() for process in processes]
        if any(code is not None for code in codes) or monotonic() > until:
            raise BenchStopped(command=typed("worker"), exit_code=codes, said="")
        Event().wait(_BETWEEN_LOOKS)


def peak_megabytes(process: subprocess.Popen[bytes]) -> float:
    """Return the most memory a process of ours had so far."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024


def release_of(package: Path) -> Release | None:
    """Return the release of a package that was launched, its ticket being the name of its folder."""
    run = Run.objects.filter(ticket=package.parent.name, launched_at__isnull=False).first()
    return get_release(ENVIRONMENT, run.id) if run else None


def is_completed(package: Path) -> bool:
    """Tell whether the account of a package is closed."""
    release = release_of(package)
    return release is not None and release.completed_at is not None


def seconds_of(package: Path) -> float:
    """Return how long sending took, from before the first call to the closed account."""
    release = release_of(package)
    if release is None or release.visible_at is None or release.completed_at is None:
        raise BenchStopped(command=typed("publish", package), exit_code=0, said="not sent to the end")
    return (release.completed_at - release.visible_at).total_seconds()


def message_of(package: Path) -> NewMessage:
    """Return the message of a package as it was sent."""
    release = release_of(package)
    assert release is not None  # noqa: S101 - it was sent
    return stored_message(release.message)


class PlainClient:
    """The same calls with nothing around them: a pool of urllib3, a thread for each lane, no notes, no outcomes."""

    def __init__(self, stage: Provider) -> None:
        self._stage = stage
        self._pool = urllib3.PoolManager(maxsize=LANES, block=True, retries=False)
        fields = {"grant_type": "client_credentials", "client_id": _REHEARSAL, "client_secret": _REHEARSAL}
        answer = self._pool.request("POST", stage.token_url, fields=fields, encode_multipart=False)
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}

    def seconds_for(self, message: NewMessage, keys: Sequence[int]) -> float:
        """Return how long it takes to send a message to everybody."""
        letter = Letter(message, metas=())
        return timed(partial(self._link_all if self._stage.links else self._publish_all, letter, keys))

    def _link_all(self, letter: Letter, keys: Sequence[int]) -> None:
        published = self._publish(letter, keys[0])
        rest, size = keys[1:], self._stage.per_call
        slices = [rest[start : start + size] for start in range(0, len(rest), size)]
        _each(lambda some: self._link(published["messageId"], some), slices)

    def _publish_all(self, letter: Letter, keys: Sequence[int]) -> None:
        _each(lambda key: self._publish(letter, key), keys)

    def _publish(self, letter: Letter, key: int) -> Any:
        return self._post("publishMessage", b"".join(letter.body(key)), letter.content_type)

    def _link(self, message_id: str, some: Sequence[int]) -> Any:
        return self._post("linkEboxMessage", link_body(message_id, some), "application/json")

    def _post(self, operation: str, body: bytes, content_type: str) -> Any:
        url, headers = f"{self._stage.registry}/{operation}", {**self._headers, "Content-Type": content_type}
        answer = self._pool.request("POST", url, body=body, headers=headers)
        if answer.status not in (200, 201):
            raise BenchStopped(command=operation, exit_code=answer.status, said=answer.data[:200])
        return answer.json()


def _each(work: Callable[[Any], object], things: Sequence[Any]) -> None:
    with ThreadPoolExecutor(max_workers=LANES) as threads:
        for _ in threads.map(work, things):
            pass


@contextmanager
def _process(*words: object, stdout: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command(*words), stdout=stdout, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _target(folder: Path, made: Provider, *, parallel: int) -> Iterator[None]:
    secret, file = folder / "secret", folder / "targets.toml"
    secret.write_text(_REHEARSAL, "utf-8")
    values = {
        "kind": "ebox-rest",
        "base_url": made.registry,
        "token_url": made.token_url,
        "client_id": _REHEARSAL,
        "client_secret_file": str(secret),
        "links": made.links,
        "largest_call": made.per_call,
        "parallel": parallel,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    file.write_text("\n".join([f"[{ENVIRONMENT}]", *lines, ""]), "utf-8")
    before = os.environ.get(_TARGETS)
    os.environ[_TARGETS] = str(file)
    try:
        yield
    finally:
        del os.environ[_TARGETS]
        os.environ |= {_TARGETS: before} if before else {}
