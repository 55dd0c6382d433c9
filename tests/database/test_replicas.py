"""EBoxes opened from a replica: with a real standby of the server of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from tests.faults.machine import wait_until
from tests.locks import beside
from tests.mailboxes.conftest import NewOrder, order, publish
from tests.standby import Standby, replica_at, standby_of

from eboxcast.database import boot, replicas
from eboxcast.database.doctor import replica as look_at_replica
from eboxcast.database.embedded.roles import connect_for_setup
from eboxcast.database.findings import Finding, State, examine
from eboxcast.database.replicas import Course
from eboxcast.mailboxes import fence, launching, opening, storing
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.opening import Letter
from eboxcast.mailboxes.recipients import Recipient

__all__ = ["order"]
A = "acceptance"
pytestmark = pytest.mark.one_server


def test_a_replica_is_as_far_as_it_surely_is() -> None:
    """Until it was seen to have all there was at some moment, nobody knows."""
    course = Course()
    assert course.behind(0) == float("inf")
    course.note(10, written=100, applied=90)
    course.note(11, written=150, applied=99)
    assert course.behind(11) == float("inf")
    course.note(12, written=160, applied=150)
    assert course.behind(13) == 2
    course.note(60, written=161, applied=150)
    assert course.behind(60) == 49
    course.note(61, written=161, applied=161)
    assert course.behind(61) == 0


@pytest.fixture(scope="module")
def standby(server: None) -> Iterator[Standby]:
    with standby_of(boot.places()) as made, replica_at(A, HOST=str(made.root)):
        yield made


@pytest.fixture
def followed(standby: Standby, order: NewOrder) -> Iterator[Standby]:
    """It keeps up, however busy the machine is."""
    with connect_for_setup(boot.places()) as primary:  # what emptied the tables did not wait for its commits
        primary.execute("select pg_logical_emit_message(true, 'tests', '')")
    with override_settings(EBOXCAST_REPLICA_SECONDS=3600):
        wait_until(keeps_up)
        yield standby
    standby.resume()


def owner(*, from_replica: bool) -> Recipient:
    return Recipient(environment=A, mailbox=42, person=42, numbers=(42,), from_replica=from_replica)


def letters(*, from_replica: bool = True) -> list[Letter]:
    return opening.letters_of(owner(from_replica=from_replica))


def keeps_up() -> bool:
    """Return whether what is read comes from the replica, and it lacks nothing."""
    where = replicas.read(A, lambda connection: connection.alias, from_replica=True)
    found = replicas.standing(A)
    return where == "acceptance_replica" and found is not None and found.bytes_behind == 0


def findings() -> list[Finding]:
    return examine((look_at_replica,))


def test_a_replica_shows_each_message_a_moment_later(followed: Standby, order: NewOrder) -> None:
    """Held up here: what came is not there yet, what was recalled is; but its document opens nowhere."""
    first = publish(order, [42])
    wait_until(keeps_up)
    followed.pause()
    second = publish(order, [42], ticket="t2")
    fence.recall(A, first)
    assert [letter.run for letter in letters()] == [first]
    assert [letter.run for letter in letters(from_replica=False)] == [second]
    assert opening.find_letter(owner(from_replica=True), second).run == second
    with pytest.raises(MessageGone):
        opening.open_document(owner(from_replica=True), first)
    followed.resume()
    wait_until(lambda: [letter.run for letter in letters()] == [second])
    document = opening.open_document(owner(from_replica=True), second)
    assert b"".join(document.stream()) == b"letter"
    wait_until(lambda: letters()[0].read_at is not None)


def test_one_that_is_far_behind_is_not_asked(followed: Standby, order: NewOrder) -> None:
    followed.pause()
    run = publish(order, [42])
    assert letters() == []
    with override_settings(EBOXCAST_REPLICA_SECONDS=0):
        assert [letter.run for letter in letters()] == [run]
        assert [finding.state for finding in findings()] == [State.ATTENTION]


def test_a_launch_waits_for_the_replicas_that_the_server_waits_for(followed: Standby, order: NewOrder) -> None:
    """Whoever is told that it is published, or recalled, finds it so everywhere."""
    wanted = order([42])
    storing.store(A, wanted)
    with connect_for_setup(boot.places()) as primary:
        primary.execute("alter system set synchronous_standby_names = '*'")
        primary.execute("select pg_reload_conf()")
        try:
            wait_until(lambda: primary.execute(_IS_WAITED_FOR).fetchall())
            followed.pause()
            with beside(lambda: launching.launch(A, wanted.run, refuse_without_ebox=False)) as launched:
                wait_until(lambda: primary.execute(_WAITS).fetchall())
                assert not launched.done()
                assert letters() == []
                followed.resume()
                launched.result()
                assert [letter.run for letter in letters()] == [wanted.run]
                fence.recall(A, wanted.run)
                assert letters() == []
        finally:
            primary.execute("alter system reset synchronous_standby_names")
            primary.execute("select pg_reload_conf()")


_IS_WAITED_FOR = "select 1 from pg_stat_replication where sync_state = 'sync'"
_WAITS = "select 1 from pg_stat_activity where wait_event = 'SyncRep' and datname = 'eboxcast_acceptance'"


def test_without_a_replica_the_primary_is_asked(followed: Standby, order: NewOrder) -> None:
    """Stopped under whoever reads from it; and doctor says so."""
    run = publish(order, [42])
    wait_until(keeps_up)
    assert [finding.state for finding in findings()] == [State.OK]
    followed.stop()
    assert [letter.run for letter in letters()] == [run]
    assert [finding.state for finding in findings()] == [State.ATTENTION]
    followed.start()
    assert [finding.state for finding in findings()] == [State.OK]


def test_one_that_was_promoted_is_not_asked(followed: Standby, order: NewOrder) -> None:
    """It still tells how far it came when it followed."""
    run = publish(order, [42])
    wait_until(keeps_up)
    followed.promote()
    assert replicas.standing(A) is None
    assert [finding.state for finding in findings()] == [State.FAILED]
    with override_settings(EBOXCAST_REPLICA_SECONDS=0):
        assert [letter.run for letter in letters()] == [run]
    followed.stop()
    followed.make(boot.places())
    followed.start()


def test_a_server_that_follows_nobody_is_no_replica(installation: None, order: NewOrder) -> None:
    """As one that was promoted, or the primary itself."""
    run = publish(order, [42], environment="production")
    with replica_at("production"):
        reader = Recipient(environment="production", mailbox=42, person=42, numbers=(42,), from_replica=True)
        assert [letter.run for letter in opening.letters_of(reader)] == [run]
        (found,) = [one for one in findings() if one.data["name"] == "production"]
        assert found.state is State.FAILED
