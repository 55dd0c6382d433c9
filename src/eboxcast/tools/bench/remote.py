"""Sending to a provider through the whole engine, beside a plain client, and two workers beside one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from eboxcast.package.sampling import synthetic_keys
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.bench.measuring import Bar, Bench, Row
from eboxcast.tools.bench.processes import publish, run
from eboxcast.tools.bench.publishing import write_packages
from eboxcast.tools.bench.remote_clients import OurTarget, PlainClient
from eboxcast.tools.bench.remote_stage import (
    LANES,
    is_completed,
    message_of,
    peak_megabytes,
    provider,
    seconds_of,
    wait_for,
    workers,
)

LINKED_PER_CALL = 1000
CURVE = (10_000, 100_000, 300_000)
_ONE_BY_ONE = 300
"""One in three hundred recipients is sent to one by one: some seconds, as the links of all."""
_TO_SLOW = 30
_SMALL_CALL = 100
_TO_WORKERS = 20
_CALLS_OF_WORKERS = 150
_ROUNDS = 3
_WORKER_ROUNDS = 2
_DELAY_MS = 200


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One way of sending."""

    name: str
    recipients: int
    links: bool = True
    per_call: int = LINKED_PER_CALL
    delay_ms: int = 0


def sending(bench: Bench, *, rounds: int = _ROUNDS, delay_ms: int = _DELAY_MS) -> Iterator[Row]:
    """Yield how many recipients a second are sent to, in both modes and to a slow provider, beside a plain client."""
    slow = bench.recipients // _TO_SLOW
    for mode in (
        Mode(name="links", recipients=bench.recipients),
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


def remote(bench: Bench) -> Iterator[Row]:
    """Yield rate and memory from ten thousand recipients to three hundred thousand."""
    peaks = {}
    for recipients in CURVE:
        yield from _beside_plain(bench, Mode(name=f"links to {recipients:,}", recipients=recipients))
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
        name = f"send-{mode.per_call}-{mode.links}-{mode.recipients}"
        packages = write_packages(replace(bench, recipients=mode.recipients), name, rounds=rounds)
        took = [_once(package, options, mode.recipients) for package in packages]
    engine, target, plain = (mode.recipients / median(column) for column in zip(*took, strict=True))
    for words, figure in (("send", engine), ("send by the target alone", target)):
        yield Row(
            name=f"{words}, {mode.name}",
            figure=figure,
            unit="recipients/s",
            baseline=plain,
            bar=Bar(least=0.85, of_baseline=True),
            note=f"{mode.recipients:,} recipients; the same calls with urllib3 and {LANES} threads, nothing noted",
        )


def _once(package: Path, options: EboxRestOptions, recipients: int) -> tuple[float, float, float]:
    """Return the seconds of the whole engine, of our target alone, and of a plain client."""
    publish(package)
    keys, message = synthetic_keys(recipients, seed=1).tolist(), message_of(package)
    with closing(OurTarget(options, message)) as target, closing(PlainClient(options, message)) as plain:
        return seconds_of(package), target.seconds_for(keys), plain.seconds_for(keys)


def _by_workers(package: Path, count: int) -> tuple[float, float]:
    """Return how long so many workers take, and the most memory one of them had."""
    with workers(count) as started:
        run("publish", package, "--environment", ENVIRONMENT, "--json", "--by-workers")
        wait_for(lambda: is_completed(package), started)
        return seconds_of(package), max(map(peak_megabytes, started))
