"""Batches: cut once, claimed by one at a time, finished only by the claim in force."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from tests.actors import master
from tests.delivery.conftest import NewPackage
from tests.faults.machine import wait_until

from eboxcast.database import boot
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.installation import set_clock
from eboxcast.delivery.models import Batch, BatchState, Run, State
from eboxcast.delivery.remote import batches
from eboxcast.delivery.remote.batches import Claim, Done, Nothing, Why
from eboxcast.delivery.runs import actions
from eboxcast.lib import clock
from eboxcast.mailboxes import fence

P = "production"


@pytest.fixture
def run(package: NewPackage) -> Run:
    """A run of a hundred recipients in ten batches, under way."""
    made = actions.prepare(package(100), environment=P, actor=master("ines"))
    batches.cut(made, fence.get_release(P, made.id).id, recipients=10, opens=False)
    Run.objects.filter(id=made.id).update(state=State.RUNNING, parallel=3)
    made.refresh_from_db()
    return made


def claim(run: Run, worker: str = "w1") -> Claim | Nothing:
    """Claim the next batch."""
    return batches.claim(run.id, release=fence.get_release(P, run.id).id, worker=worker)


def claimed(run: Run) -> Claim:
    """Claim the next batch, which is there."""
    found = claim(run)
    assert isinstance(found, Claim)
    return found


def why(run: Run) -> Why:
    """Say why there is nothing to claim."""
    found = claim(run)
    assert isinstance(found, Nothing)
    return found.why


def let_leases_run_out(run: Run) -> None:
    """As if their workers had been silent for a minute."""
    past = clock.now() - timedelta(seconds=1)
    Batch.objects.filter(run=run, state=BatchState.CLAIMED).update(lease_until=past)


def test_everybody_is_in_one_batch(run: Run) -> None:
    """Cutting again changes nothing."""
    batches.cut(run, fence.get_release(P, run.id).id, recipients=3, opens=False)
    assert sum(batch.recipients_count for batch in run.batches.all()) == 100
    assert max(batch.recipients_count for batch in run.batches.all()) <= 10


def test_two_claims_are_two_batches(run: Run) -> None:
    """And no more at once than the run's parallel."""
    found = [claimed(run) for _ in range(3)]
    assert len({each.batch for each in found}) == 3
    assert why(run) == Why.LATER


def test_a_silent_worker_loses_its_batch_and_its_result(run: Run) -> None:
    """The attempt number tells the two apart."""
    first = claimed(run)
    let_leases_run_out(run)
    second = claimed(run)
    assert (second.batch, second.attempt) == (first.batch, 2)
    assert not batches.extend(first)
    assert not batches.finish(Done(claim=first, sent=10, refused=0, unknown=0))
    assert batches.finish(Done(claim=second, sent=9, refused=1, unknown=0))
    assert batches.sums_of(run.id).sent == 9


def test_a_batch_given_back_is_the_next(run: Run) -> None:
    """Nothing is lost when the provider has trouble."""
    first = claimed(run)
    batches.give_back(first)
    assert claimed(run).batch == first.batch


@pytest.mark.parametrize("state", [State.PAUSED, State.STOPPED, State.FAILED])
def test_nothing_is_claimed_of_a_run_that_may_not_go_on(run: Run, state: State) -> None:
    """The decision counts from the next claim on."""
    claimed(run)
    Run.objects.filter(id=run.id).update(state=state)
    assert why(run) == Why.NOT_RUNNING


def test_nothing_is_claimed_outside_the_window(run: Run) -> None:
    """Not before the agreed moment, not after the end."""
    now = clock.now()
    Run.objects.filter(id=run.id).update(not_before_at=now + timedelta(hours=1))
    found = claim(run)
    assert isinstance(found, Nothing)
    assert found.why == Why.LATER
    assert 3500 < found.wait <= 3600
    Run.objects.filter(id=run.id).update(not_before_at=None, not_after_at=now)
    assert why(run) == Why.WINDOW_OVER


def test_a_rate_spaces_the_claims(run: Run) -> None:
    """Ten recipients at five per second: the next batch in two seconds."""
    Run.objects.filter(id=run.id).update(rate=5)
    size = claimed(run).recipients_count
    found = claim(run)
    assert isinstance(found, Nothing)
    assert size / 5 - 1 < found.wait <= size / 5


def test_the_opening_batch_comes_alone(package: NewPackage) -> None:
    """Until the message has its id nobody can be linked to it."""
    made = actions.prepare(package(100), environment=P, actor=master("ines"))
    batches.cut(made, fence.get_release(P, made.id).id, recipients=10, opens=True)
    Run.objects.filter(id=made.id).update(state=State.RUNNING)
    opening = claimed(made)
    assert opening.number == 0
    assert why(made) == Why.LATER
    batches.finish(Done(claim=opening, sent=0, refused=0, unknown=0))
    assert claimed(made).number == 1


def test_when_all_is_done_it_says_so(run: Run) -> None:
    """Then the account can be closed."""
    for _ in range(run.batches.count()):
        batches.finish(Done(claim=claimed(run), sent=1, refused=0, unknown=0))
    assert why(run) == Why.ALL_DONE


def test_the_window_goes_by_the_clock_of_the_installation(run: Run) -> None:
    """Moved beyond the agreed moment, and then beyond the end of the window; leases go by the time of the world."""
    start = clock.now() + timedelta(days=3)
    Run.objects.filter(id=run.id).update(not_before_at=start, not_after_at=start + timedelta(hours=12))
    later = claim(run)
    assert isinstance(later, Nothing)
    assert later.wait > timedelta(days=2, hours=23).total_seconds()
    set_clock(start + timedelta(hours=1), actor=master("tests"))
    claimed(run)
    assert run.batches.get(state=BatchState.CLAIMED).lease_until < start
    set_clock(start + timedelta(hours=13), actor=master("tests"))
    assert why(run) is Why.WINDOW_OVER


def test_what_is_done_is_recorded_with_the_next_claim(run: Run) -> None:
    """And makes its place free for it."""
    Run.objects.filter(id=run.id).update(parallel=1)
    first = claimed(run)
    done = Done(claim=first, sent=first.recipients_count, refused=0, unknown=0)
    release = fence.get_release(P, run.id).id
    second = batches.claim(run.id, release=release, worker="w1", done=done)
    assert isinstance(second, Claim)
    assert second.number == first.number + 1
    assert batches.sums_of(run.id).sent == first.recipients_count


def test_what_is_done_by_who_was_taken_over_is_not_recorded(run: Run) -> None:
    """Whoever took it over records it."""
    first = claimed(run)
    let_leases_run_out(run)
    claimed(run)
    done = Done(claim=first, sent=10, refused=0, unknown=0)
    batches.claim(run.id, release=fence.get_release(P, run.id).id, worker="w1", done=done)
    assert batches.sums_of(run.id).sent == 0


def test_whoever_is_frozen_in_the_middle_of_a_claim_keeps_nobody_waiting_for_ever(run: Run) -> None:
    """The run's row is locked, and the rest of the journey never comes: the server gives the claim up."""
    with connect_for_setup(boot.places(), "eboxcast_control") as frozen:
        frozen.pgconn.enter_pipeline_mode()
        for name, place, value in (("bound_claim", "seconds", "1"), ("lock_run", "run", str(run.id))):
            statement = batches.QUERIES[name] % {place: "$1"}
            frozen.pgconn.send_query_params(statement.encode(), [value.encode()])
        frozen.pgconn.flush()
        wait_until(lambda: _holds(frozen, "run"))
        assert isinstance(claim(run), Claim)
        wait_until(lambda: not _holds(frozen, "run"))
        frozen.pgconn.finish()


def _holds(holder: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    query = "select from pg_locks where pid = %s and relation = %s::regclass and mode = 'RowShareLock'"
    with connection.cursor() as cursor:
        cursor.execute(query, [holder.info.backend_pid, table])
        return cursor.fetchone() is not None


def test_a_long_batch_may_go_on_until_somebody_decides_otherwise(run: Run) -> None:
    """A pause, or the end of the window."""
    mine = claimed(run)
    assert batches.may_go_on(mine)
    Run.objects.filter(id=run.id).update(not_after_at=clock.now())
    assert not batches.may_go_on(mine)
    Run.objects.filter(id=run.id).update(not_after_at=None, state=State.PAUSED)
    assert not batches.may_go_on(mine)


def test_a_long_batch_goes_by_the_clock_of_the_installation_too(run: Run) -> None:
    """The window of an evening in three days is neither over before it, nor still open after it."""
    set_clock(clock.now() + timedelta(days=3), actor=master("tests"))
    Run.objects.filter(id=run.id).update(not_after_at=clock.now() + timedelta(hours=12))
    mine = claimed(run)
    assert batches.may_go_on(mine)
    set_clock(clock.now() + timedelta(hours=13), actor=master("tests"))
    assert not batches.may_go_on(mine)
