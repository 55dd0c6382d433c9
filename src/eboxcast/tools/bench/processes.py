"""Running the main job as it is run: a process of its own, from its start to its certificate."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from eboxcast.tools.bench.errors import BenchStopped
from eboxcast.tools.subprocesses import command, typed


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
