"""Sending to a provider through the whole engine, beside a plain client, and two workers beside one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from eboxcast.cli.benchmarks.material import ENVIRONMENT
from eboxcast.cli.benchmarks.measuring import Bar, Bench, Row
from eboxcast.cli.benchmarks.processes import publish, run
from eboxcast.cli.benchmarks.publishing import write_packages
from eboxcast.cli.benchmarks.remote_stage import (
    LANES,
    PlainClient,
    Provider,
    is_completed,
    message_of,
    peak_megabytes,
    provider,
    seconds_of,
    wait_for,
    workers,
)
from eboxcast.package.sampling_numbers import synthetic_keys

LINKED_PER_CALL = 1000
CURVE = (10_000, 100_000, 300_000)
_ONE_BY_ONE = 150
"""Of the recipients a hundred and fiftieth is sent to one by one: some seconds, as the links of all."""
_TO_WORKERS = 20
_CALLS_OF_WORKERS = 150
_ROUNDS = 3
_WORKER_ROUNDS = 2
_DELAY_MS = 200


def sending(bench: Bench) -> Iterator[Row]:
    """Yield how many recipients a second are sent to, in both modes, beside a plain client."""
    for words, links, share in (("links", True, 1), ("one by one", False, _ONE_BY_ONE)):
        some = replace(bench, recipients=max(bench.recipients // share, 1))
        bench.tell(f"send, {words}: {some.recipients:,} recipients, beside a plain client")
        yield _beside_plain(some, f"send, {words}", links=links, rounds=_ROUNDS)


def two_workers(bench: Bench) -> Iterator[Row]:
    """Yield what a second worker brings where each call takes a while."""
    some = replace(bench, recipients=max(bench.recipients // _TO_WORKERS, 1))
    per_call = max(some.recipients // _CALLS_OF_WORKERS, 1)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with provider(bench.folder, links=True, per_call=per_call, parallel=2 * LANES, delay_ms=_DELAY_MS):
        packages = iter(write_packages(some, "workers", rounds=2 * _WORKER_ROUNDS))
        for count in (1, 2) * _WORKER_ROUNDS:
            bench.tell(f"workers: {count} with {LANES} lanes, each call answered after {_DELAY_MS} ms")
            seconds, _ = _by_workers(next(packages), count)
            rates[count].append(some.recipients / seconds)
    yield Row(
        name="send with two workers",
        figure=median(rates[2]),
        unit="recipients/s",
        baseline=median(rates[1]),
        bar=Bar(least=1.6, of_baseline=True),
        note=f"one worker; {per_call} recipients a call, {_DELAY_MS} ms each: waiting is the limit, not the cores",
    )


def remote(bench: Bench) -> Iterator[Row]:
    """Yield rate and memory from ten thousand recipients to three hundred thousand."""
    peaks = {}
    for recipients in CURVE:
        bench.tell(f"remote: {recipients:,} recipients")
        some = replace(bench, recipients=recipients)
        yield _beside_plain(some, f"send to {recipients:,}, links", links=True, rounds=1)
        with provider(bench.folder, links=True, per_call=LINKED_PER_CALL):
            (package,) = write_packages(some, f"peak-{recipients}", rounds=1)
            _, peaks[recipients] = _by_workers(package, 1)
    yield Row(
        name=f"worker's peak memory, {CURVE[-1]:,}",
        figure=peaks[CURVE[-1]],
        unit="MB",
        baseline=peaks[CURVE[0]],
        bar=Bar(most=1.2, of_baseline=True),
        note=f"the same with {CURVE[0]:,}",
    )


def _beside_plain(bench: Bench, name: str, *, links: bool, rounds: int) -> Row:
    keys = synthetic_keys(bench.recipients, seed=1).tolist()
    with provider(bench.folder, links=links, per_call=LINKED_PER_CALL) as stage:
        packages = write_packages(bench, f"send-{links}-{bench.recipients}", rounds=rounds)
        both = [_pair(package, stage, keys) for package in packages]
    return Row(
        name=name,
        figure=bench.recipients / median(ours for ours, _ in both),
        unit="recipients/s",
        baseline=bench.recipients / median(theirs for _, theirs in both),
        bar=Bar(least=0.85, of_baseline=True),
        note=f"{bench.recipients:,} recipients; the same calls with urllib3 and {LANES} threads, nothing noted",
    )


def _pair(package: Path, stage: Provider, keys: list[int]) -> tuple[float, float]:
    publish(package)
    return seconds_of(package), PlainClient(stage).seconds_for(message_of(package), keys)


def _by_workers(package: Path, count: int) -> tuple[float, float]:
    """Return how long so many workers take, and the most memory one of them had."""
    with workers(count) as started:
        run("publish", package, "--environment", ENVIRONMENT, "--json", "--by-workers")
        wait_for(lambda: is_completed(package), started)
        return seconds_of(package), max(map(peak_megabytes, started))
