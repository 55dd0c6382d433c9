"""What the steward and `expire` compact, and what `doctor` says of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections
from tests.mailboxes.conftest import AT_ONCE, NewOrder, order, publish

from eboxcast.database.findings import State, Surroundings
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD
from eboxcast.mailboxes import storing
from eboxcast.mailboxes.compacting import RULES, compact, standing
from eboxcast.mailboxes.opening import open_ebox
from eboxcast.operations.compaction import Compaction
from eboxcast.operations.doctor import compaction as look_at_compaction
from eboxcast.operations.expiry import expire

__all__ = ["order"]
A = "acceptance"


def around() -> Surroundings:
    aliases = ("default", A)
    return Surroundings({alias: connections[alias] for alias in aliases}, {})


def test_the_steward_compacts_beside_its_passes_and_doctor_says_so(order: NewOrder) -> None:
    """In a thread of its own; what went wrong there is told with the next pass."""
    for number in range(RULES.waiting_releases):
        publish(order, [42], ticket=f"t{number}")
    assert list(look_at_compaction(around())) == []
    compaction = Compaction()
    assert compaction.go_on() == []
    compaction.end()
    assert standing(A).waiting == 0
    found, *_ = look_at_compaction(around())
    assert found.state is State.OK
    assert found.data["releases"] == RULES.waiting_releases
    assert len(open_ebox(A, 42)) == RULES.waiting_releases


def test_doctor_tells_how_many_rows_there_are_and_what_holds_them(order: NewOrder) -> None:
    """A broadcast that is prepared weeks ahead; without one they are gone after an hour."""
    storing.store(A, order([42, 43], ticket="prepared"))
    begun = clock.now()
    compact(A, AT_ONCE)
    assert list(look_at_compaction(around())) == []
    publish(order, [42])
    compact(A, AT_ONCE)
    _, rows = look_at_compaction(around())
    assert rows.data["rows"] == 3
    assert rows.data["since"] <= begun


def test_expire_compacts_too(order: NewOrder) -> None:
    """For whoever has no steward: it also empties what is no longer read."""
    for number in range(RULES.waiting_releases):
        publish(order, [42], ticket=f"t{number}")
    list(expire((A,), actor=STEWARD))
    assert standing(A).compactions == 1
    clock.move(timedelta(hours=2))
    list(expire((A,), actor=STEWARD))
    assert len(open_ebox(A, 42)) == RULES.waiting_releases
