"""Where recipients without an active eBox are refused, a kill moves nobody by halves either."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.actors import master
from tests.faults.conftest import NewLetter
from tests.faults.machine import Letter, Machine

from eboxcast.lib.crashpoints import Point
from eboxcast.senders.sender_file import load_senders

PRODUCTION = ("--environment", "production")
REFUSED = "select k.key from outcome o, unnest(o.keys) as k (key) where o.kind = 'refused_by_policy' order by 1"
ACTIVATE = "insert into ebox select key %% 16381, key, '2026-01-01', null, true from unnest(%s::bigint[]) as k (key)"


@pytest.fixture
def refusing(new_letter: NewLetter) -> Callable[[str], Letter]:
    def write(ticket: str) -> Letter:
        written = new_letter(ticket)
        types = written.message_types.read_text(encoding="utf-8")
        written.message_types.write_text(types.replace('"publish"', '"refuse"'), encoding="utf-8")
        load_senders(written.message_types, actor=master("tests"))
        return written

    return write


@pytest.mark.parametrize("point", [Point.LAUNCHED_BEFORE_FENCE, Point.FENCE_BEFORE_COMMIT, Point.VISIBLE_BEFORE_RESULT])
def test_killed_while_refusing(machine: Machine, refusing: Callable[[str], Letter], point: Point) -> None:
    letter = refusing("refusing")
    active, others = letter.keys[::2], letter.keys[1::2]
    with machine.connect("production") as connection:
        connection.execute(ACTIVATE.encode(), (active,))
    command = ("publish", letter.directory, *PRODUCTION)
    with machine.observed("production") as observer:
        assert machine.run(*command, EBOXCAST_TEST="1", EBOXCAST_CRASH_AT=point).returncode < 0
        assert machine.run(*command).returncode == 0
    assert observer.seen == [(), (len(active),)]
    assert machine.audience("production", "refusing") == active
    assert [key for (key,) in machine.ask("production", REFUSED)] == others
