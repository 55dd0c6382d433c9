"""The main job as a whole process, from its start to its certificate."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_
from eboxcast.package.sampling import write_sample
from eboxcast.senders.sender_file import load_senders
from eboxcast.tools.bench.material import ascending_keys, store_eboxes
from eboxcast.tools.bench.measuring import Bar, Bench, Row
from eboxcast.tools.subprocesses import command, typed

_ROUNDS = 5

BENCH = Actor(name="bench", roles=frozenset({Role.INTEGRATION}))
"""Who configures the senders of an installation made to measure."""


def publishing(bench: Bench) -> Iterator[Row]:
    """Yield what `eboxcast publish` costs: time and memory."""
    bench.tell("publish: the whole process, server running")
    packages = write_packages(bench, "publish", rounds=_ROUNDS + 1)
    store_eboxes(ascending_keys(bench.recipients, seed=1))
    publish(packages.pop())
    took = [publish(package) for package in packages]
    yield Row(
        name="publish",
        figure=median(one.seconds for one in took),
        unit="s",
        bar=Bar(most=2),
        note="process start to certificate; three in four recipients have an active eBox",
    )
    peak = max(one.megabytes for one in took)
    yield Row(
        name="publish, peak memory", figure=peak, unit="MB", bar=Bar(most=300), note="our process, not the server"
    )


def write_packages(bench: Bench, name: str, *, rounds: int, seed: int = 1) -> list[Path]:
    """Write packages with the same people and tickets of their own, and load who may send them."""
    folders = [bench.folder / f"{name}-{number}" for number in range(rounds)]
    samples = [write_sample(folder, recipients=bench.recipients, seed=seed, ticket=folder.name) for folder in folders]
    load_senders(samples[0].message_types, actor=BENCH)
    return [sample.directory for sample in samples]


class BenchStopped(Trouble):
    """A command that was measured did not do its work."""

    code = "bench.stopped"
    sentence = N_("The benchmark stopped: {command} ended with exit code {exit_code}: {said}")
    remedy = N_("Run `eboxcast doctor`, check that the disk is not full, then run the benchmark again.")


@dataclass(frozen=True, kw_only=True)
class Took:
    """What a process cost."""

    seconds: float
    megabytes: float


def publish(package: Path, *, environment: str = "production") -> Took:
    """Publish a package in a process of its own. Raises BenchStopped when it does not end well."""
    return run("publish", package, "--environment", environment, "--json")


def run(*words: object) -> Took:
    """Run a command of ours and return what it cost."""
    starter = [sys.executable, "-m", "eboxcast.tools.bench.peak"]
    done = subprocess.run([*starter, *command(*words)], stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    if told["code"]:
        raise BenchStopped(command=typed(*words), exit_code=told["code"], said=told["said"].strip()[-500:])
    return Took(seconds=told["seconds"], megabytes=told["kilobytes"] / 1024)
