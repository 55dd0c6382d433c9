"""What sending is measured with: a provider simulator and workers as processes, and what they did."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic

from eboxcast.delivery.models import Run
from eboxcast.delivery.remote.health import workers as workers_known
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.messages import stored_message
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.tools.bench.errors import BenchStopped
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.subprocesses import command, typed

LANES = 4
_TARGETS = "EBOXCAST_TARGETS_FILE"
_REHEARSAL = "rehearsal"
_LONGEST = 900.0
_BETWEEN_LOOKS = 0.1


@contextmanager
def provider(
    folder: Path, *, links: bool, per_call: int, parallel: int = LANES, delay_ms: int = 0
) -> Iterator[EboxRestOptions]:
    """Have a simulator, and every process that is started meanwhile publish to it."""
    with _process("simulate-provider", "--delay-ms", delay_ms, stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout  # noqa: S101 - it is a pipe
        addresses = json.loads(simulator.stdout.readline())
        options = EboxRestOptions(
            base_url=addresses["registry"],
            token_url=addresses["token"],
            client_id=_REHEARSAL,
            client_secret_file=folder / "secret",
            links=links,
            largest_call=per_call,
            parallel=parallel,
        )
        with _targets_file(folder, options):
            yield options


@contextmanager
def workers(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have so many workers, all of them waiting for work."""
    with ExitStack() as stack:
        words = ("worker", "--environment", ENVIRONMENT, "--lanes", LANES)
        started = [stack.enter_context(_process(*words)) for _ in range(count)]
        wait_for(lambda: workers_known(ENVIRONMENT).alive_count == count, started)
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


@contextmanager
def _process(*words: object, stdout: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command(*words), stdout=stdout, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _targets_file(folder: Path, options: EboxRestOptions) -> Iterator[None]:
    file = folder / "targets.toml"
    (folder / "secret").write_text(_REHEARSAL, "utf-8")
    names = ("kind", "base_url", "token_url", "client_id", "links", "largest_call", "parallel")
    lines = [f"{name} = {json.dumps(getattr(options, name))}" for name in names]
    file.write_text("\n".join([f"[{ENVIRONMENT}]", *lines, 'client_secret_file = "secret"', ""]), "utf-8")
    before = os.environ.get(_TARGETS)
    os.environ[_TARGETS] = str(file)
    try:
        yield
    finally:
        del os.environ[_TARGETS]
        os.environ |= {_TARGETS: before} if before else {}
