"""A publication killed anywhere and begun again reaches exactly the lists, each once, and never a part of them."""

from __future__ import annotations

import random
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, NothingSaid, Observer, Process

from eboxcast.lib.crashpoints import Point

PRODUCTION = ("--environment", "production")
Victim = Callable[[Machine, Process], None]
BEFORE_ANYTHING_IS_VISIBLE = tuple(Point)[: tuple(Point).index(Point.VISIBLE_BEFORE_RESULT)]


def kill_command(machine: Machine, process: Process) -> None:
    process.popen.kill()


def kill_server(machine: Machine, process: Process) -> None:
    machine.kill_server(signal.SIGKILL)


@pytest.mark.parametrize("point", Point)
def test_killed_at_a_point_and_run_again(machine: Machine, new_letter: NewLetter, point: Point) -> None:
    letter = new_letter("killed")
    command = ("publish", letter.directory, *PRODUCTION)
    with machine.observed("production") as observer:
        killed = machine.run(*command, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=point)
        assert killed.returncode == -signal.SIGKILL
        assert bool(machine.audience("production", "killed")) == (point not in BEFORE_ANYTHING_IS_VISIBLE)
        again = machine.run(*command)
    assert again.returncode == 0, again.stderr
    assert_everybody_once(machine, letter, observer)


def assert_everybody_once(machine: Machine, letter: Letter, observer: Observer) -> None:
    everybody = letter.keys
    assert machine.audience("production", letter.ticket) == everybody
    assert set(observer.seen) <= {(), (len(everybody),)}
    assert observer.looks > 1
    assert machine.states().count("published") == 1
    assert machine.open_intents() == 0
    assert machine.audited("run.published") == 1


@pytest.mark.faults
def test_killed_at_random_moments(fragile: Machine, fragile_letter: NewLetter) -> None:
    assert_survives(fragile, fragile_letter, kills=4, victims=(kill_command,), seed=3, recipients=5_000)


@pytest.mark.faults
@pytest.mark.parametrize("victims", [(kill_command,), (kill_command, kill_server)], ids=["command", "server-too"])
def test_killed_a_hundred_times(fragile: Machine, fragile_letter: NewLetter, victims: tuple[Victim, ...]) -> None:
    assert_survives(fragile, fragile_letter, kills=100, victims=victims, seed=3, recipients=300_000)


def assert_survives(
    machine: Machine, new: NewLetter, *, kills: int, victims: tuple[Victim, ...], seed: int, recipients: int
) -> None:
    """Publish package after package, each as often as it takes, and kill somebody at random moments."""
    draw = random.Random(seed)
    longest = seconds_to_publish(machine, new("unharmed", recipients=recipients, seed=seed))
    while kills:
        letter = new("random", recipients=recipients, seed=draw.randrange(10**6))
        with machine.observed("production") as observer:
            while kills and killed_while_publishing(machine, letter, draw.choice(victims), draw.uniform(0, longest)):
                kills -= 1
            assert machine.run("publish", letter.directory, *PRODUCTION).returncode == 0
        before = observer.seen[0]
        assert {counts[len(before) :] for counts in observer.seen} == {(), (recipients,)}
        assert machine.audience("production", letter.ticket) == letter.keys


def seconds_to_publish(machine: Machine, letter: Letter) -> float:
    """Publish undisturbed, and return how long that took here once the lists were checked."""
    process = machine.begin("publish", letter.directory, *PRODUCTION).until_it_says("Checked")
    began = monotonic()
    assert process.ended().returncode == 0
    return monotonic() - began


def killed_while_publishing(machine: Machine, letter: Letter, victim: Victim, seconds: float) -> bool:
    """Publish, and kill somebody so long after the lists were checked; say whether it came in time."""
    process = machine.begin("publish", letter.directory, *PRODUCTION)
    with suppress(NothingSaid):  # where only the result was still to be printed
        process.until_it_says("Checked")
    with suppress(subprocess.TimeoutExpired):
        process.popen.wait(seconds)
    if process.popen.poll() is not None:
        return False
    victim(machine, process)
    process.ended()
    return True
