"""What happens in a soak: letters are published, recalled and expire, days go by, and everybody is killed now and then.

A *lane* is a thread that does one kind of thing by the real commands until the time is over. What it does is drawn from
the seed and its name; when exactly, the machine decides.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import psutil
from tests.faults.machine import PATIENCE, PROGRAM, Machine, Process
from tests.soak.messages import ClockMoved, ClockMoves
from tests.soak.oracle import Told, What

from eboxcast.database.embedded.processes import postmaster
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.crashpoints import Compacting, Point
from eboxcast.package.sampling import write_lists, write_sample

ENVIRONMENT = "acceptance"
"""Where anybody may publish with the procedure on, without which there is no steward."""
VALID_DAYS = 30
TO = ("--environment", ENVIRONMENT)
COMPACT = Path(__file__).parents[1] / "faults" / "compacting.py"
WHO = ("--as", "lou")
_TRIES = 12
_AT_FIRST = 3.0
_AFTERMATH = 15.0
"""Seconds after the server is back in which somebody may still tell that it was away."""
_FAR = timedelta(days=10)
_PREPARING = (Point.PREPARE_INTENDED, Point.STORED_BEFORE_COMMIT, Point.STORED_BEFORE_RESULT)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a soak is to be. Pairs are the least and the most of what is drawn."""

    seconds: float
    seed: int
    people: Keys = field(repr=False)
    publishers: int = 2
    readers: int = 2
    recipients: tuple[int, int] = (500, 3_000)
    days: tuple[int, int] = (1, 3)
    """By which the clock is moved at once."""
    between_days: tuple[float, float] = (5, 15)
    """Seconds: so a letter, which is valid for 30 days, lives for two or three minutes."""
    server_lives: tuple[float, float] = (30, 120)
    steward_lives: tuple[float, float] = (5, 40)
    between_compactions: tuple[float, float] = (1, 6)
    risk: float = 0.4
    """How often a command is killed: at a point of its own, or within as long as it took when it was not."""


@dataclass
class Life:
    """A letter that was published."""

    name: str
    keys: Keys
    run: str
    expires_at: datetime
    recalled: bool = False


@dataclass
class Soak:
    """What all lanes share."""

    plan: Plan
    machine: Machine
    folder: Path
    """For what is written down of it."""
    tell: Callable[[object], None]
    """Has all readers know something."""
    over: threading.Event = field(default_factory=threading.Event)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the server was away."""
    ahead: timedelta = timedelta()
    """By how much the clock of the installation was moved."""
    took: dict[object, float] = field(default_factory=dict)
    """How many seconds a command took when it was last left in peace."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, lane: str, did: str) -> None:
        """Write down what a lane does, to be read where something is wrong."""
        with self.lock, (self.folder / "journal.txt").open("a") as journal:
            journal.write(f"{monotonic():.3f} {lane}: {did}\n")

    def was_away(self, began: float, ended: float) -> bool:
        """Say whether the server was away in a span of time, or had only just come back."""
        return any(away < ended and began < back + _AFTERMATH for away, back in self.outages)

    def now(self) -> datetime:
        """Return what time it is in the installation."""
        return clock.now() + self.ahead

    def live(self) -> list[Life]:
        """Return what is to be seen now."""
        return [life for life in self.lives if not life.recalled and life.expires_at > self.now()]

    def run(self, beside: Callable[[], None]) -> None:
        """Do everything until the time is over; ``beside``, again and again, what else is to be done."""
        lanes = {f"publisher {number}": publish for number in range(self.plan.publishers)}
        lanes |= {"days": pass_days, "steward": kill_steward, "compaction": kill_compaction, "server": kill_server}
        threads = [threading.Thread(target=Lane(self, name).go_on, args=(work,)) for name, work in lanes.items()]
        with self._steward():
            for thread in threads:
                thread.start()
            ends = monotonic() + self.plan.seconds
            while monotonic() < ends and not self.over.wait(1):
                beside()
            self.over.set()
            for thread in threads:
                thread.join()

    @contextmanager
    def _steward(self) -> Iterator[None]:
        """Have a steward that nobody kills: what grows in it is a figure."""
        self.steward = begin_steward(self, "steward", every=3)
        said = self.folder / "steward.txt"
        while self.steward.poll() is None and not said.stat().st_size:  # until it is at work: then it stays
            self.over.wait(0.1)
        try:
            yield
        finally:
            alive = self.steward.poll() is None
            self.steward.terminate()
            if self.steward.wait(PATIENCE) or not alive:
                self.wrong.append(f"the steward that nobody killed ended with {self.steward.returncode}")


class Lane:
    """One thread, with what it draws."""

    def __init__(self, soak: Soak, name: str) -> None:
        self.soak, self.name, self.letters = soak, name, 0
        self.draw = random.Random(f"{soak.plan.seed} {name}")

    def go_on(self, work: Callable[[Lane], None]) -> None:
        """Work until the time is over; where that fails, everything is."""
        try:
            while not self.soak.over.is_set():
                work(self)
        except Exception:
            self.soak.wrong.append(f"{self.name} ended: {traceback.format_exc()}")
            self.soak.over.set()

    def wait(self, span: tuple[float, float]) -> None:
        self.soak.over.wait(self.draw.uniform(*span))

    def do(self, *words: object, points: Sequence[str] = (), risk: float | None = None) -> str:
        """Have a command done by as many processes as it takes, as some are killed; return what the last said.

        Raises NotDone where one failed although the server was there.
        """
        risk = self.soak.plan.risk if risk is None else risk
        for _ in range(_TRIES):
            began, killed = monotonic(), self.draw.random() < risk
            ended = self._killed(words, points) if killed else self.soak.machine.run(*WHO, *words)
            self.soak.note(self.name, f"{words[0]} for {monotonic() - began:.1f} s: {ended.returncode}")
            if ended.returncode == 0:
                self.soak.took[words[0]] = monotonic() - began
                return ended.stdout
            if killed and ended.returncode == -signal.SIGKILL:
                self.soak.counts[f"kill -9 of {words[0]}"] += 1
                risk /= 2
            elif not self.soak.was_away(began, monotonic()):
                break
        raise NotDone(f"{' '.join(map(str, words))} ended with {ended.returncode}: {ended.stderr}")

    def _killed(self, words: Sequence[object], points: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command that dies at a point of its own, or is killed at some moment, unless it ends before."""
        point = self.draw.choice(("", *points)) if points else ""
        after = self.draw.random() * self.soak.took.get(words[0], _AT_FIRST)
        variables = {"EBOXCAST_TEST": "1", "EBOXCAST_CRASH_AT": point} if point else {}
        process = Process((*WHO, *map(str, words)), self.soak.machine.env(variables))
        try:
            out, err = process.popen.communicate(timeout=PATIENCE if point else after)
        except subprocess.TimeoutExpired:
            process.popen.kill()
            out, err = process.popen.communicate()
        return subprocess.CompletedProcess(words, process.popen.returncode, out, err)


class NotDone(AssertionError):
    """A command failed, and nobody had killed anything."""


# What the lanes do


def publish(lane: Lane) -> None:
    """Publish a letter, at once or in two steps, or give it up before; then perhaps recall one."""
    soak, draw = lane.soak, lane.draw
    lane.letters += 1
    name = f"soak-{lane.name[-1]}-{lane.letters}"
    keys = soak.plan.people[sorted(draw.sample(range(len(soak.plan.people)), draw.randint(*soak.plan.recipients)))]
    folder = soak.folder / name
    directory = _write(folder, name, keys)
    if draw.random() < 0.7:
        _launch(lane, name, keys, "publish", directory, *TO)
    else:
        prepared = json.loads(lane.do("prepare", directory, *TO, "--json", points=_PREPARING))
        lane.wait((0, 3))
        if draw.random() < 0.3:
            lane.do("discard", prepared["run"], "--reason", "soak")
            soak.counts["discarded"] += 1
        else:
            _launch(lane, name, keys, "launch", prepared["run"])
    shutil.rmtree(folder)
    if draw.random() < 0.25:
        _recall_one(lane)
    lane.wait((0, 1))


def _write(folder: Path, name: str, keys: Keys) -> Path:
    sample = write_sample(folder, recipients=1, ticket=name, title=name)
    write_lists(sample.directory, keys, language="fr")
    return sample.directory


def _launch(lane: Lane, name: str, keys: Keys, *words: object) -> None:
    soak = lane.soak
    soak.tell(Told(what=What.POSSIBLE, letter=name, at=monotonic(), keys=keys.tolist()))
    certificate = json.loads(lane.do(*words, "--json", points=tuple(Point)))
    expires_at = datetime.fromisoformat(certificate["moments"]["expires"])
    soak.tell(Told(what=What.CERTAIN, letter=name, at=monotonic(), expires_at=expires_at))
    soak.lives.append(Life(name, keys, certificate["run"], expires_at))
    soak.counts["published"] += 1
    soak.counts["recipients"] += len(keys)


def _recall_one(lane: Lane) -> None:
    soak = lane.soak
    with soak.lock:
        there = [life for life in soak.live() if life.expires_at > soak.now() + _FAR]
        if not there:
            return
        life = lane.draw.choice(there)
        life.recalled = True
    soak.tell(Told(what=What.DOUBTFUL, letter=life.name, at=monotonic()))
    lane.do("recall", life.run, "--reason", "soak")
    soak.tell(Told(what=What.GONE, letter=life.name, at=monotonic()))
    soak.counts["recalled"] += 1


def pass_days(lane: Lane) -> None:
    """Have it be some days later, and delete what is due."""
    soak = lane.soak
    lane.wait(soak.plan.between_days)
    days = lane.draw.randint(*soak.plan.days)
    at_most = timedelta(days=2 * days)  # where the server dies once it was done, it is done again
    soak.tell(ClockMoves(at_most))
    says = lane.do("clock", "advance", f"{days}d", risk=0)
    soak.ahead = timedelta(days=round((datetime.fromisoformat(says.strip()) - clock.now()) / timedelta(days=1)))
    soak.tell(ClockMoved(at_most))
    soak.counts["days"] = soak.ahead.days
    lane.do("expire", *TO, points=tuple(Compacting))


def kill_steward(lane: Lane) -> None:
    """Have a second steward, which is killed at a point of a compaction or at some moment."""
    point = lane.draw.choice((*Compacting, ""))
    began = monotonic()
    ends = began + lane.draw.uniform(*lane.soak.plan.steward_lives)
    steward = begin_steward(lane.soak, "victim", every=1, point=point)
    while steward.poll() is None and monotonic() < ends and not lane.soak.over.wait(0.1):
        pass
    where = "at some moment" if steward.poll() is None else point
    steward.kill()
    if steward.wait() == -signal.SIGKILL:
        lane.soak.counts[f"kill -9 of a steward, {where}"] += 1
    elif not lane.soak.was_away(began, monotonic()):
        raise NotDone(f"the steward that was to be killed ended with {steward.returncode}")


def kill_compaction(lane: Lane) -> None:
    """Compact at once what the stewards would let wait, by a process that dies at a point or at some moment."""
    soak = lane.soak
    lane.wait(soak.plan.between_compactions)
    point = lane.draw.choice((*Compacting, ""))
    after = 0 if point else lane.draw.uniform(0.01, 1)
    began = monotonic()
    ended = Process((ENVIRONMENT, point, str(after), "1"), soak.machine.env(), program=COMPACT).ended()
    soak.note(lane.name, f"to die at {point or 'some moment'} for {monotonic() - began:.1f} s: {ended.returncode}")
    if ended.returncode == -signal.SIGKILL:
        soak.counts[f"kill -9 of a compaction, {point or 'at some moment'}"] += 1
    elif ended.returncode == 0:
        soak.counts["compactions to their end"] += 1
    elif not soak.was_away(began, monotonic()):
        raise NotDone(f"a compaction ended with {ended.returncode}: {ended.stderr}")


def begin_steward(soak: Soak, name: str, *, every: int, point: str = "") -> subprocess.Popen[bytes]:
    """Start a steward that writes what it says into a file."""
    variables = {"EBOXCAST_TEST": "1", "EBOXCAST_CRASH_AT": point} if point else {}
    with (soak.folder / f"{name}.txt").open("ab") as said:
        words = [str(PROGRAM), *WHO, "steward", "--every", str(every)]
        return subprocess.Popen(
            words, env=soak.machine.env(variables), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )


def kill_server(lane: Lane) -> None:
    """Kill the server of the databases, and have whoever comes next start it again."""
    soak = lane.soak
    if soak.over.wait(lane.draw.uniform(*soak.plan.server_lives)):
        return
    how = lane.draw.choice((signal.SIGKILL, signal.SIGQUIT))
    pid = postmaster(soak.machine.places)
    if pid is None:
        raise NotDone("the server is not running, and nobody killed it")
    began = monotonic()
    soak.outages.append((began, float("inf")))
    psutil.Process(pid).send_signal(how)
    lane.do("clock", risk=0)
    soak.outages[-1] = (began, monotonic())
    soak.counts[f"server ended by {how.name}"] += 1
    soak.note(lane.name, f"was away for {monotonic() - began:.1f} s")
