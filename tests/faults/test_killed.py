"""A publication killed anywhere and begun again reaches exactly the lists, each once, and never a part of them."""

from __future__ import annotations

import signal

import pytest
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, Observer

from eboxcast.lib.crashpoints import Point

BEFORE_ANYTHING_IS_VISIBLE = tuple(Point)[: tuple(Point).index(Point.VISIBLE_BEFORE_RESULT)]


@pytest.mark.parametrize("point", Point)
def test_killed_at_a_point_and_run_again(machine: Machine, new_letter: NewLetter, point: Point) -> None:
    letter = new_letter("killed")
    command = ("publish", letter.directory, "--environment", "production")
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
