"""A process that sleeps over the end of its window, however late it fell asleep: nothing becomes visible any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine, Process, wait_until

from eboxcast.delivery.models import State
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Point

PRODUCTION = ("--environment", "production")


def asleep_in_its_window(machine: Machine, letter: Letter, point: Point) -> tuple[Process, datetime]:
    """Return a launch that halted at a point, and the end of its window: as near as this machine is fast."""
    assert machine.run("prepare", letter.directory, *PRODUCTION).returncode == 0
    for seconds in (2**power for power in count(1)):
        end = clock.now() + timedelta(seconds=seconds)
        words = ("launch", letter.ticket, "--not-after", end.isoformat())
        try:
            return machine.halted(point, *words), end
        except AssertionError:
            assert clock.now() >= end  # it was not there in time: it gets longer
            assert machine.states() == ["prepared"]
    raise AssertionError


def test_before_the_fence_it_is_refused_and_prepared_again(machine: Machine, new_letter: NewLetter) -> None:
    letter = new_letter("overslept")
    process, end = asleep_in_its_window(machine, letter, Point.LAUNCHED_BEFORE_FENCE)
    wait_until(lambda: clock.now() >= end)
    refused = process.go_on().ended()
    assert refused.returncode == 4, refused
    assert "The window of run" in refused.stderr
    assert (machine.audience("production", "overslept"), machine.states()) == ([], ["prepared"])
    assert (machine.open_intents(), machine.audited("run.published")) == (0, 0)


def test_before_the_commit_the_database_ends_it(machine: Machine, new_letter: NewLetter) -> None:
    """What it had done is undone as soon as the window ends, while it sleeps; the run can be launched again."""
    letter = new_letter("overslept")
    process, end = asleep_in_its_window(machine, letter, Point.FENCE_BEFORE_COMMIT)
    wait_until(lambda: clock.now() >= end)
    machine.until_unlocked("production")
    assert process.go_on().ended().returncode != 0
    assert machine.audience("production", "overslept") == []
    run = settle(find_run("overslept", actor=master("tests")))
    launched = actions.launch(run, actor=master("tests"), window=Window(), waiting=lambda until: None)
    assert launched.state == State.PUBLISHED
    assert machine.audience("production", "overslept") == letter.keys
    assert (machine.open_intents(), machine.audited("run.published")) == (0, 1)
