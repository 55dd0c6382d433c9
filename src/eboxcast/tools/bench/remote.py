"""Sending to a provider through the whole engine, beside a plain client, and more workers beside one."""

from __future__ import annotations

import json
import os
import re
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from threading import Event, local
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import urllib3

from eboxcast.delivery.models import Run
from eboxcast.delivery.remote.health import workers as workers_known
from eboxcast.lib.identifiers import text_of_key
from eboxcast.mailboxes.fence import get_release
from eboxcast.mailboxes.messages import stored_message
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.values import NewMessage
from eboxcast.package.sampling import synthetic_keys
from eboxcast.targets.base import Target
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.ebox_rest.translating import Letter
from eboxcast.targets.opening import open_target
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.bench.measuring import Bar, Bench, Row, timed
from eboxcast.tools.bench.networks import LOOPBACK, Network, NetworksNotMade, Star, star
from eboxcast.tools.bench.publishing import BenchStopped, publish, run, write_packages
from eboxcast.tools.subprocesses import command, typed

LINKED_PER_CALL = 1000
CURVE = (10_000, 100_000, 300_000)
_ONE_BY_ONE = 60
"""One in sixty recipients is sent to one by one: some seconds, so that begin and end of a run are not most of it."""
_TO_SLOW = 30
_SMALL_CALL = 100
_TO_WORKERS = 20
_CALLS_OF_WORKERS = 150
_ROUNDS = 3
_WORKER_ROUNDS = 2
_DELAY_MS = 200
_NETWORKS = 4
_WORKERS_IN_EACH = 2
_WAIT_OF_MANY_MS = 300
"""So long that two processors are not what limits some thirty lanes."""
_WHERE_TWO_CORES_ARE_ALL = 0.7
"""The bar where the provider answers at once, and shares the processors with us."""
_CALLS_OF_ONE = 320
_CALLS_OF_MANY = 1280


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One way of sending."""

    name: str
    recipients: int
    links: bool = True
    per_call: int = LINKED_PER_CALL
    delay_ms: int = 0
    least: float = 0.85
    """The bar, beside a plain client."""


def sending(bench: Bench, *, rounds: int = _ROUNDS, delay_ms: int = _DELAY_MS) -> Iterator[Row]:
    """Yield how many recipients a second are sent to, in both modes and to a slow provider, beside a plain client."""
    slow = bench.recipients // _TO_SLOW
    for mode in (
        Mode(name="links", recipients=bench.recipients, least=_WHERE_TWO_CORES_ARE_ALL),
        Mode(name="one by one", recipients=bench.recipients // _ONE_BY_ONE, links=False),
        Mode(name=f"links, {delay_ms} ms each", recipients=slow, per_call=_SMALL_CALL, delay_ms=delay_ms),
    ):
        yield from _beside_plain(bench, mode, rounds=rounds)


def two_workers(
    bench: Bench,
    *,
    one_in: int = _TO_WORKERS,
    calls: int = _CALLS_OF_WORKERS,
    rounds: int = _WORKER_ROUNDS,
    delay_ms: int = _DELAY_MS,
) -> Iterator[Row]:
    """Yield what a second worker brings where each call takes a while."""
    some = replace(bench, recipients=max(bench.recipients // one_in, 1))
    per_call = max(some.recipients // calls, 1)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with provider(bench.folder, links=True, per_call=per_call, parallel=2 * LANES, delay_ms=delay_ms):
        packages = iter(write_packages(some, "workers", rounds=2 * rounds))
        for count in (1, 2) * rounds:
            bench.tell(f"workers: {count} with {LANES} lanes, each call answered after {delay_ms} ms")
            seconds, _ = _by_workers(next(packages), count)
            rates[count].append(some.recipients / seconds)
    yield Row(
        name="send with two workers",
        figure=median(rates[2]),
        unit="recipients/s",
        baseline=median(rates[1]),
        bar=Bar(least=1.6, of_baseline=True),
        note=f"one worker; {per_call} recipients a call, {delay_ms} ms each: waiting is the limit, not the cores",
    )


def workers_in_networks(
    bench: Bench, *, networks: int = _NETWORKS, calls: tuple[int, int] = (_CALLS_OF_ONE, _CALLS_OF_MANY)
) -> Iterator[Row]:
    """Yield what workers on several machines bring: some in each of several networks, beside one of them."""
    count = networks * _WORKERS_IN_EACH
    try:
        with star(networks) as made:
            one, many = (_by_networks(bench, made, *pair) for pair in zip((1, count), calls, strict=True))
    except NetworksNotMade as reason:
        bench.tell(f"workers in networks of their own: left out, as this machine does not make them ({reason})")
        return
    yield Row(
        name=f"send with {count} workers in {networks} networks",
        figure=many,
        unit="recipients/s",
        baseline=one,
        bar=Bar(least=0.75 * count, of_baseline=True),
        note=f"one worker; {_SMALL_CALL} recipients a call, {_WAIT_OF_MANY_MS} ms each: waiting is the limit",
    )


def _by_networks(bench: Bench, made: Star, count: int, calls: int) -> float:
    """Return how many recipients a second so many workers send to, shared out among the networks."""
    bench.tell(f"workers: {count} with {LANES} lanes in networks of their own, {calls} calls of {_WAIT_OF_MANY_MS} ms")
    some = replace(bench, recipients=calls * _SMALL_CALL)
    lanes = len(made.others) * _WORKERS_IN_EACH * LANES
    with provider(
        bench.folder, links=True, per_call=_SMALL_CALL, parallel=lanes, delay_ms=_WAIT_OF_MANY_MS, of=made
    ) as options:
        (package,) = write_packages(some, f"networks-{count}-{calls}", rounds=1)
        with made.relays(urlsplit(options.base_url).port or 0):
            seconds, _ = _by_workers(package, count, networks=made.others)
    return some.recipients / seconds


def remote(bench: Bench) -> Iterator[Row]:
    """Yield rate and memory from ten thousand recipients to three hundred thousand."""
    peaks = {}
    for recipients in CURVE:
        mode = Mode(name=f"links to {recipients:,}", recipients=recipients, least=_WHERE_TWO_CORES_ARE_ALL)
        yield from _beside_plain(bench, mode)
        some = replace(bench, recipients=recipients)
        bench.tell(f"remote: memory of a worker, {recipients:,} recipients")
        with provider(bench.folder, links=True, per_call=LINKED_PER_CALL):
            (package,) = write_packages(some, f"peak-{recipients}", rounds=1)
            _, peaks[recipients] = _by_workers(package, 1)
    for recipients in CURVE[1:]:
        yield Row(
            name=f"worker's peak memory, {recipients:,}",
            figure=peaks[recipients],
            unit="MB",
            baseline=peaks[CURVE[0]],
            bar=Bar(most=1.2, of_baseline=True),
            note=f"the same with {CURVE[0]:,}",
        )


def _beside_plain(bench: Bench, mode: Mode, *, rounds: int = _ROUNDS) -> Iterator[Row]:
    bench.tell(f"send, {mode.name}: {mode.recipients:,} recipients, beside a plain client")
    with provider(bench.folder, links=mode.links, per_call=mode.per_call, delay_ms=mode.delay_ms) as options:
        name = "-".join(re.findall(r"\w+", f"send {mode.name}"))
        packages = write_packages(replace(bench, recipients=mode.recipients), name, rounds=rounds)
        took = [_once(package, options, mode.recipients) for package in packages]
    engine, target, plain = (mode.recipients / median(column) for column in zip(*took, strict=True))
    for words, figure in (("send", engine), ("send by the target alone", target)):
        yield Row(
            name=f"{words}, {mode.name}",
            figure=figure,
            unit="recipients/s",
            baseline=plain,
            bar=Bar(least=mode.least, of_baseline=True),
            note=f"{mode.recipients:,} recipients; the same calls with urllib3 and {LANES} threads, nothing noted",
        )


def _once(package: Path, options: EboxRestOptions, recipients: int) -> tuple[float, float, float]:
    """Return the seconds of the whole engine, of our target alone, and of a plain client."""
    publish(package)
    keys, message = synthetic_keys(recipients, seed=1).tolist(), _message_of(package)
    with closing(OurTarget(options, message)) as target, closing(PlainClient(options, message)) as plain:
        return _seconds_of(package), target.seconds_for(keys), plain.seconds_for(keys)


def _by_workers(package: Path, count: int, *, networks: Sequence[Network] = ()) -> tuple[float, float]:
    """Return how long so many workers take, and the most memory one of them had."""
    with workers(count, networks=networks) as started:
        run("publish", package, "--environment", ENVIRONMENT, "--json", "--by-workers")
        wait_for(lambda: _is_completed(package), started)
        return _seconds_of(package), max(map(_peak_megabytes, started))


LANES = 4
_TARGETS = "EBOXCAST_TARGETS_FILE"
_REHEARSAL = "rehearsal"
_LONGEST = 900.0
_BETWEEN_LOOKS = 0.1


@contextmanager
def provider(
    folder: Path,
    *,
    links: bool,
    per_call: int,
    parallel: int = LANES,
    delay_ms: int = 0,
    of: Star | None = None,
) -> Iterator[EboxRestOptions]:
    """Have a simulator, and every process that is started meanwhile publish to it; in the middle of a star, as if it
    were on the loopback of each network around it.
    """
    host, inside = (of.address, of.hub.inside) if of else (LOOPBACK, ())
    words = ("simulate-provider", "--delay-ms", delay_ms, "--host", host)
    with _process(*words, stdout=subprocess.PIPE, inside=inside) as simulator:
        assert simulator.stdout  # noqa: S101 - it is a pipe
        addresses = json.loads(simulator.stdout.readline())
        options = EboxRestOptions(
            base_url=addresses["registry"].replace(host, LOOPBACK),
            token_url=addresses["token"].replace(host, LOOPBACK),
            client_id=_REHEARSAL,
            client_secret_file=folder / "secret",
            links=links,
            largest_call=per_call,
            parallel=parallel,
        )
        with _targets_file(folder, options):
            yield options


@contextmanager
def workers(count: int, *, networks: Sequence[Network] = ()) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have so many workers, all of them waiting for work; in one network after the other where there are any."""
    with ExitStack() as stack:
        words = ("worker", "--environment", ENVIRONMENT, "--lanes", LANES)
        places = [networks[number % len(networks)].inside if networks else () for number in range(count)]
        started = [stack.enter_context(_process(*words, inside=inside)) for inside in places]
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


def _peak_megabytes(process: subprocess.Popen[bytes]) -> float:
    """Return the most memory a process of ours had so far."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024


def _release_of(package: Path) -> Release | None:
    """Return the release of a package that was launched, its ticket being the name of its folder."""
    run = Run.objects.filter(ticket=package.parent.name, launched_at__isnull=False).first()
    return get_release(ENVIRONMENT, run.id) if run else None


def _is_completed(package: Path) -> bool:
    """Tell whether the account of a package is closed."""
    release = _release_of(package)
    return release is not None and release.completed_at is not None


def _seconds_of(package: Path) -> float:
    """Return how long sending took, from before the first call to the closed account."""
    release = _release_of(package)
    if release is None or release.visible_at is None or release.completed_at is None:
        raise BenchStopped(command=typed("publish", package), exit_code=0, said="not sent to the end")
    return (release.completed_at - release.visible_at).total_seconds()


def _message_of(package: Path) -> NewMessage:
    """Return the message of a package as it was sent."""
    release = _release_of(package)
    assert release is not None  # noqa: S101 - it was sent
    return stored_message(release.message)


@contextmanager
def _process(
    *words: object, stdout: int = subprocess.DEVNULL, inside: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen((*inside, *command(*words)), stdout=stdout, stderr=subprocess.DEVNULL) as process:
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


class Client(ABC):
    """Somebody who makes the calls of a run."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        self._options = options
        self._message = message

    def seconds_for(self, keys: Sequence[int]) -> float:
        """Return how long it takes to send to everybody."""
        return timed(lambda: self._link_all(keys) if self._options.links else self._each(self._publish, keys))

    def _link_all(self, keys: Sequence[int]) -> None:
        message_id = self._publish(keys[0])
        rest, size = keys[1:], self._options.largest_call
        slices = [rest[start : start + size] for start in range(0, len(rest), size)]
        self._each(lambda some: self._link(message_id, some), slices)

    def _each(self, work: Callable[[Any], object], things: Sequence[Any]) -> None:
        with ThreadPoolExecutor(max_workers=LANES) as threads:
            for _ in threads.map(work, things):
                pass

    @abstractmethod
    def close(self) -> None:
        """Let go of the connections."""

    @abstractmethod
    def _publish(self, key: int) -> str: ...

    @abstractmethod
    def _link(self, message_id: str, some: Sequence[int]) -> object: ...


class OurTarget(Client):
    """Our target, one for each thread as for each lane."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        super().__init__(options, message)
        self._own = local()
        self._opened: list[Target] = []

    def close(self) -> None:
        for target in self._opened:
            target.close()

    def _publish(self, key: int) -> str:
        return self._target().publish(self._message, key, idempotency_key="").message_ids[0]

    def _link(self, message_id: str, some: Sequence[int]) -> object:
        return self._target().link(message_id, some)

    def _target(self) -> Target:
        if not hasattr(self._own, "target"):
            self._own.target = open_target(ENVIRONMENT, self._options)
            self._opened.append(self._own.target)
        target: Target = self._own.target
        return target


class PlainClient(Client):
    """A pool of urllib3 and bodies made by string operations: as fast as it goes, and it keeps nothing."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        super().__init__(options, message)
        self._letter = Letter(message, metas=())
        self._pool = urllib3.PoolManager(maxsize=LANES, block=True, retries=False)
        secret = Path(options.client_secret_file or "").read_text("utf-8")
        fields = {"grant_type": "client_credentials", "client_id": options.client_id, "client_secret": secret}
        answer = self._pool.request("POST", options.token_url, fields=fields, encode_multipart=False)
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}

    def close(self) -> None:
        self._pool.clear()

    def _publish(self, key: int) -> str:
        body = b"".join(self._letter.body(key))
        return str(self._post("publishMessage", body, self._letter.content_type)["messageId"])

    def _link(self, message_id: str, some: Sequence[int]) -> object:
        start = f'{{"messageId":{json.dumps(message_id)},"recipients":['
        return self._post(
            "linkEboxMessage", (start + ",".join(map(_citizen, some)) + "]}").encode(), "application/json"
        )

    def _post(self, operation: str, body: bytes, content_type: str) -> Any:
        url, headers = f"{self._options.base_url}/{operation}", {**self._headers, "Content-Type": content_type}
        answer = self._pool.request("POST", url, body=body, headers=headers)
        if answer.status not in (200, 201):
            raise BenchStopped(command=operation, exit_code=answer.status, said="")
        return answer.json()


def _citizen(key: int) -> str:
    return f'{{"eboxType":"citizen","eboxIdValue":"{text_of_key(key)}"}}'
