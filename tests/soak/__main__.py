"""`make soak`: publish, open, read, recall, expire, compact and kill, for an hour or as long as one says.

Everything is real: the commands, two stewards, the server, all killed at random moments. The letters are small, some
dozens of them are to be seen at any moment, and a month takes minutes. Meanwhile readers open eBoxes and hold each
against an oracle (``oracle.py``). At the end every eBox is opened, every audience read, and the books are compared.
What is wrong is said with its place, and the exit code is 1; build/soak keeps the figures, and who did what when.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
from tests import guard
from tests.faults.machine import Machine
from tests.soak.figures import Figures
from tests.soak.lives import VALID_DAYS, Plan, Soak
from tests.soak.messages import Report
from tests.soak.readers import Readers, reading

from eboxcast.database.embedded.places import Places
from eboxcast.database.embedded.server import take_down
from eboxcast.package.sampling import synthetic_keys, write_sample
from eboxcast.tools.bench.measuring import as_values, show

_PEOPLE = 6_000
_SAMPLES_EVERY, _MOST_SAMPLES = 2.0, 120
_MOST_SAID = 50
_UNITS = {"h": 3600, "m": 60, "s": 1}


def main() -> None:
    """Read what was asked for, do it, and say what came of it."""
    asked = _asked()
    with _own_state() as state:
        shutil.rmtree(asked.out, ignore_errors=True)
        asked.out.mkdir(parents=True)
        people = np.sort(synthetic_keys(_PEOPLE, seed=asked.seed))
        plan = Plan(seconds=asked.length, seed=asked.seed, people=people)
        _say(f"Soaking for {asked.length:,} s with the seed {asked.seed}, in {state}.")
        soak, figures = _soak(plan, Machine(state), asked.out)
    _conclude(soak, figures)
    sys.exit(1 if soak.wrong else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("length", type=_seconds, nargs="?", default="1h", help="such as 1h, 10m, 40s")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plans the same")
    parser.add_argument("--out", type=Path, default=Path("build/soak"), help="where figures and the journal go")
    return parser.parse_args()


def _seconds(text: str) -> int:
    read = re.fullmatch(r"(\d+)([hms])", text)
    if read is None:
        raise argparse.ArgumentTypeError(f"{text} is no length: 1h, 10m, 40s")
    return int(read[1]) * _UNITS[read[2]]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@contextmanager
def _own_state() -> Iterator[Path]:
    """Have a folder for everything, which nothing of this machine reaches into, gone in the end however it ends."""
    for name in [name for name in os.environ if name.startswith("EBOXCAST_")]:
        del os.environ[name]
    state = Path(tempfile.mkdtemp(prefix="eboxcast-soak-"))
    guard.watch(state)
    state.chmod(0o711)  # as root the system user of the server must pass through
    # What nobody launches is never given up: it waits for seconds, in which months go by.
    os.environ |= {
        "EBOXCAST_STATE_DIR": str(state),
        "EBOXCAST_INSTALLATION": "test",
        "EBOXCAST_UNLAUNCHED_DAYS": "36500",
    }
    try:
        yield state
    finally:
        take_down(Places(state), lambda sentence, data: None)
        guard.end()


def _soak(plan: Plan, machine: Machine, out: Path) -> tuple[Soak, Figures]:
    _found(machine)
    with reading(plan) as readers:
        soak = Soak(plan=plan, machine=machine, folder=out.resolve(), tell=readers.tell)
        figures = Figures(ask=lambda database, query: machine.ask(database, query)[0][0])
        heard = _Heard(soak, figures)
        soak.run(lambda: heard.beside(readers))
        for report in readers.last_reports():
            heard.take_in(report)
    heard.judge_troubles()
    # Only here, as it reads the settings: those of the installation that was made above.
    from tests.soak.books import compare

    soak.wrong += compare(soak)
    return soak, figures


class _Heard:
    """What the readers say, and what is measured at the same time."""

    def __init__(self, soak: Soak, figures: Figures) -> None:
        self.soak, self.figures = soak, figures
        self.troubles: list[tuple[float, str]] = []
        self.every = max(_SAMPLES_EVERY, soak.plan.seconds / _MOST_SAMPLES)
        self.sampled = monotonic()

    def beside(self, readers: Readers) -> None:
        for report in readers.reports():
            self.take_in(report)
        if monotonic() - self.sampled > self.every:
            self.sampled = monotonic()
            self.figures.sample({**readers.processes(), "the steward": psutil.Process(self.soak.steward.pid)})

    def take_in(self, report: Report) -> None:
        self.figures.take_in(report)
        self.troubles += report.troubles
        self.soak.wrong += report.wrong
        for fault in report.wrong:
            _say(fault)

    def judge_troubles(self) -> None:
        """A reader may have found nobody while the server was away, and only then."""
        self.soak.counts["openings while the server was away"] = len(self.troubles)
        self.soak.wrong += [
            f"a reader could not open an eBox at {at:.3f}: {code}"
            for at, code in self.troubles
            if not self.soak.was_away(at, at)
        ]


def _found(machine: Machine) -> None:
    """Make the installation, with those who do everything and what may be sent."""
    sample = write_sample(machine.state / "sample", recipients=1)
    types = sample.message_types.read_text("utf-8")
    sample.message_types.write_text(
        types.replace('number = 6, unit = "month"', f'number = {VALID_DAYS}, unit = "day"'), "utf-8"
    )
    people = {"ines": "integration", "lou": "launch", "ada": "auditor"}
    by: tuple[str, ...] = ()
    for name, role in people.items():
        _done(machine, *by, "person", "add", name, "--role", role, "--full-name", name.title(), "--language", "en")
        by = ("--as", "ines")
    _done(machine, *by, "message-type", "load", sample.message_types)


def _done(machine: Machine, *words: object) -> None:
    ended = machine.run(*words)
    if ended.returncode:
        raise AssertionError(ended.stderr)


def _conclude(soak: Soak, figures: Figures) -> None:
    """Say what was done, what it was like at the start and at the end, and what is wrong."""
    counts = dict(sorted((soak.counts + figures.totals).items()))
    rows = figures.rows()
    answer = {
        "seconds": soak.plan.seconds,
        "seed": soak.plan.seed,
        "counts": counts,
        "figures": [as_values(row) for row in rows],
        "wrong": soak.wrong,
    }
    (soak.folder / "soak.json").write_text(json.dumps(answer, indent=2) + "\n", "utf-8")
    for name, count in counts.items():
        sys.stdout.write(f"{name}: {count:,}\n")
    sys.stdout.write("\nAt the end, and as the baseline after a quarter of the time:\n\n")
    show(rows)
    for fault in soak.wrong[:_MOST_SAID]:
        sys.stdout.write(f"✗ {fault}\n")
    sys.stdout.write(f"{len(soak.wrong)} things are wrong. Who did what when: {soak.folder}/journal.txt\n")


if __name__ == "__main__":
    main()
