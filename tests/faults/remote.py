"""A provider, workers that publish to it, and what all of them hold: shared by the tests of remote runs."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.machine import PATIENCE, PROGRAM, Letter, Machine, until_stopped, wait_until
from tests.simulator.simulated import Simulated
from tests.starter import Begun

from eboxcast.lib.identifiers import text_of_key

PRODUCTION = ("--environment", "production")
LEASE_SECONDS = 2
UNDER_WAY = 4
"""Lanes of a run."""

_SUMS = """
select r.state, coalesce(sum(b.sent_count), 0), coalesce(sum(b.unknown_count), 0),
       count(*) filter (where b.state = 'claimed'), count(*) filter (where b.state = 'done' and b.number > 0)
from run r left join batch b on b.run_id = r.id where r.ticket = %s group by r.id
"""
_ACCOUNT = """
select r.published_count, r.refused_count, r.unknown_count, r.not_attempted_count, r.recipients_count
from release r join message m on m.id = r.message_id where m.ticket = %s
"""
_CLAIMED = "select count(*) from batch b join run r on r.id = b.run_id where r.ticket = %s and b.state = 'claimed'"
_WORKERS = """
select distinct split_part(claimed_by, ':', 2) from batch b join run r on r.id = b.run_id where r.ticket = %s
"""
_OUTCOMES = """
select o.kind, unnest(o.keys)
from outcome o join release r on r.id = o.release join message m on m.id = r.message_id where m.ticket = %s
union all
select c.kind, unnest(c.keys)
from named_call c join release r on r.id = c.release join message m on m.id = r.message_id where m.ticket = %s
union all
select c.kind, k.key
from call_range c join release r on r.id = c.release join message m on m.id = r.message_id
join audience a on a.release = r.id and a.bucket between c.first_bucket and c.last_bucket
cross join unnest(a.keys) as k (key)
where m.ticket = %s and not exists (
    select from outcome o where o.bucket = a.bucket and o.release = a.release and k.key = any(o.keys)
)
"""


class Worker:
    """One `eboxcast worker`, whose words go to a file: nobody reads them while it works."""

    def __init__(self, log: Path, words: tuple[str, ...], env: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as said:
            begins = Begun if words[0] == str(PROGRAM) else subprocess.Popen
            self.popen = begins(words, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, text=True)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def signal(self, number: signal.Signals) -> Worker:
        self.popen.send_signal(number)
        return self

    def until_it_says(self, text: str) -> Worker:
        """Wait until it has said something."""
        wait_until(lambda: text in self.said)
        return self

    def until_halted(self) -> Worker:
        """Wait until it has stopped itself where it was told to, or has ended."""
        until_stopped(self.popen)
        return self

    def ended(self) -> int:
        """Wait for its end, and return its exit code."""
        return self.popen.wait(PATIENCE)

    def kill(self) -> None:
        self.popen.kill()
        self.ended()


@dataclass(frozen=True, kw_only=True)
class Sums:
    """How far a run is, by the control database."""

    state: str
    sent: int
    unknown: int
    claimed: int
    done: int


@dataclass
class Stage:
    """A machine, a provider, and the workers between them."""

    machine: Machine
    provider: Simulated
    folder: Path
    options: dict[str, object]
    workers: list[Worker] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "EBOXCAST_TARGETS_FILE": str(self.targets()),
            "EBOXCAST_LEASE_SECONDS": str(LEASE_SECONDS),
            "EBOXCAST_LOG_LEVEL": "info",
        }

    @property
    def living(self) -> list[Worker]:
        """Return the workers that were not killed and have not ended."""
        return [worker for worker in self.workers if worker.popen.poll() is None]

    def empty(self) -> Stage:
        """Let the provider be well, and hold nothing."""
        self.mend()
        self.provider.control("POST", "/reset")
        return self

    def mend(self) -> None:
        """Let the provider be well from now on."""
        self.provider.control("PUT", "/faults", [])

    def worker(self, *, lanes: int = UNDER_WAY, **variables: str) -> Worker:
        """Start a worker and wait until it says that it works."""
        return self.start(1, lanes=lanes, **variables)[0]

    def start(self, count: int, *, lanes: int = UNDER_WAY, **variables: str) -> list[Worker]:
        """Start some workers at once and wait until they say that they work."""
        started = [self.begin(lanes=lanes, **variables) for _ in range(count)]
        wait_until(lambda: all("Working on" in one.said or one.popen.poll() is not None for one in started))
        assert all(one.popen.poll() is None for one in started), [one.said for one in started]
        return started

    def worker_inside(self, namespace: str, *, lanes: int = UNDER_WAY) -> Worker:
        """Start a worker in a network namespace."""
        started = self.begin(lanes=lanes, inside=("ip", "netns", "exec", namespace))
        return started.until_it_says("Working on")

    def begin(self, *, lanes: int = UNDER_WAY, inside: tuple[str, ...] = (), **variables: str) -> Worker:
        """Start a worker and do not wait."""
        words = (*inside, str(PROGRAM), "worker", *PRODUCTION, "--lanes", str(lanes))
        log = self.folder / f"worker-{len(self.workers)}.log"
        self.workers.append(Worker(log, words, self.machine.env({**self.variables, **variables})))
        return self.workers[-1]

    def publish(self, letter: Letter, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Publish in the foreground, to the end."""
        return self.machine.run("publish", letter.directory, *PRODUCTION, *words, **{**self.variables, **variables})

    def hand_over(self, letter: Letter) -> None:
        """Leave a publication to the workers."""
        done = self.publish(letter, "--by-workers")
        assert done.returncode == 0, done

    def sums(self, letter: Letter) -> Sums:
        """Return how far a run is."""
        rows = self.machine.ask("control", _SUMS, letter.ticket) or [("none", 0, 0, 0, 0)]
        state, *counts = rows[0]
        sent, unknown, claimed, done = (int(str(count)) for count in counts)
        return Sums(state=str(state), sent=sent, unknown=unknown, claimed=claimed, done=done)

    def until_done(self, letter: Letter, batches: int) -> None:
        """Wait until so many batches are done: the run is in its middle."""
        wait_until(lambda: self.sums(letter).done >= batches)

    def until(self, letter: Letter, *states: str) -> str:
        """Wait until a run is in one of these states."""
        wait_until(lambda: self.sums(letter).state in states)
        return self.sums(letter).state

    def until_supervised(self, letter: Letter, *states: str) -> str:
        """The same; a worker that ended in the middle of a restore is started again, as a service manager does."""
        wait_until(lambda: bool(self.living or self.begin()) and self.sums(letter).state in states)
        return self.sums(letter).state

    def processes(self, letter: Letter) -> set[object]:
        """Return the process ids that hold, or last held, a batch."""
        return {pid for (pid,) in self.machine.ask("control", _WORKERS, letter.ticket) if pid}

    def in_hand(self, letter: Letter) -> int:
        """Return how many batches are in somebody's hands now."""
        ((count,),) = self.machine.ask("control", _CLAIMED, letter.ticket)
        return int(str(count))

    def status(self, letter: Letter) -> dict[str, Any]:
        """Ask as an operator would."""
        done = self.machine.run("status", letter.ticket, "--json", **self.variables)
        assert done.returncode == 0, done
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def held(self) -> list[str]:
        """Return what the provider holds, one entry for each delivery."""
        return sorted(self.provider.deliveries())

    def delivered(self) -> int:
        return int(self.provider.state()["deliveries"])

    def named(self, letter: Letter, outcome: str) -> set[str]:
        """Return who has an outcome."""
        rows = self.machine.ask("production", _OUTCOMES, *[letter.ticket] * 3)
        return {text_of_key(int(str(key))) for kind, key in rows if kind == outcome}

    def outcomes(self, letter: Letter) -> Counter[str]:
        """Return how many have each kind of outcome."""
        return Counter(str(kind) for kind, _ in self.machine.ask("production", _OUTCOMES, *[letter.ticket] * 3))

    def clean_up(self) -> None:
        for worker in self.workers:
            worker.kill()

    def targets(self) -> Path:
        """Write where production publishes."""
        secret, file = self.folder / "secret", self.folder / "targets.toml"
        secret.write_text("rehearsal", encoding="utf-8")
        values = {
            "kind": "ebox-rest",
            "base_url": self.provider.registry,
            "token_url": self.provider.addresses["token"],
            "client_id": "rehearsal",
            "client_secret_file": str(secret),
            **self.options,
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        file.write_text("\n".join(["[production]", *lines, ""]), encoding="utf-8")
        return file


def expected(letter: Letter) -> list[str]:
    """Return who should have it, once each."""
    return sorted(map(text_of_key, letter.keys))


def assert_everybody_once(stage: Stage, letter: Letter) -> None:
    """Check that a run came to its end, and that our account and the provider's are both the list."""
    assert stage.until(letter, "published", "failed", "paused") == "published", stage.sums(letter)
    assert stage.held() == expected(letter)
    everybody = len(letter.keys)
    assert stage.machine.ask("production", _ACCOUNT, letter.ticket) == [(everybody, 0, 0, 0, everybody)]
    assert stage.machine.open_intents() == 0


def assert_named_as_unknown(stage: Stage, letter: Letter) -> set[str]:
    """Check that nobody has it twice, that who is not named as unknown has it, and return who is named."""
    held, unknown = stage.held(), stage.named(letter, "unknown")
    assert len(held) == len(set(held))
    assert set(expected(letter)) - unknown <= set(held) <= set(expected(letter))
    assert stage.outcomes(letter)["sent"] + len(unknown) == len(letter.keys)
    return unknown
