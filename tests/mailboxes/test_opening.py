"""What an eBox shows."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test.utils import CaptureQueriesContext
from tests import cluster
from tests.locks import beside, locked, wait_until_held_up
from tests.mailboxes.conftest import NewOrder, plans_of_opening, publish

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.lib.errors import Defect
from eboxcast.mailboxes import expiring, facts, fence, hiding, launching, opening, storing
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.models import Reading, ReadTally
from eboxcast.mailboxes.recipients import Recipient, recipient_of

A = "acceptance"
COMPANY = 10**12 + 456789034


def succeed(new: int, old: int) -> None:
    """Let a person have a new number."""
    with environment_connection(A).cursor() as cursor:
        cursor.execute("insert into ebox_predecessor (bucket, new, old) values (%s, %s, %s)", [new % 16381, new, old])


def tallied() -> int:
    return sum(ReadTally.objects.using(A).values_list("count", flat=True))


def another_reads(run: UUID) -> str:
    """Return a statement that has whoever reads a run today wait for another reader."""
    today = clock.now().astimezone(clock.BRUSSELS).date()
    slots = f"select id, '{today}', slot, 1 from release, generate_series(0, 15) slot where run = '{run}'"  # noqa: S608
    return f"insert into read_tally {slots}"


def waiting_for_expiry(run: UUID) -> expiring.Due:
    """Return what expire will do with a run, half a year later."""
    clock.move(timedelta(days=200))
    (due,) = expiring.find_due(A, expiring.Retention())
    clock.move(timedelta())
    assert due.run == run
    return due


def test_only_its_recipients_see_a_message_and_only_once_visible(order: NewOrder) -> None:
    """Stored is not visible; a neighbour in the same bucket sees nothing."""
    wanted = order([42])
    storing.store(A, wanted)
    assert opening.open_ebox(A, 42) == []
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert [letter.title for letter in opening.open_ebox(A, 42)] == ["Une lettre"]
    assert opening.open_ebox(A, 42 + 16381) == []
    assert opening.open_ebox("production", 42) == []


def test_newest_first_and_without_what_was_recalled(order: NewOrder) -> None:
    """Three tickets, the middle one recalled."""
    runs = [publish(order, [42], ticket=ticket) for ticket in ("a", "b", "c")]
    fence.recall(A, runs[1])
    assert [letter.run for letter in opening.open_ebox(A, 42)] == [runs[2], runs[0]]


def test_what_has_expired_is_gone(order: NewOrder) -> None:
    """The moment of expiry ends it for everybody."""
    publish(order, [42])
    clock.move(timedelta(days=200))
    assert opening.open_ebox(A, 42) == []


def test_a_message_added_again_shows_once(order: NewOrder) -> None:
    """Two releases of one message are one letter, the first."""
    first = publish(order, [42])
    wanted = order([42, 43], adds=True)
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    assert [letter.run for letter in opening.open_ebox(A, 42)] == [first]
    assert [letter.run for letter in opening.open_ebox(A, 43)] == [wanted.run]


def test_a_person_sees_what_was_sent_to_a_former_number(order: NewOrder) -> None:
    """Keys are never rewritten; the eBox looks into the buckets of all its numbers."""
    publish(order, [42])
    with environment_connection(A).cursor() as cursor:
        cursor.execute("insert into ebox_predecessor (bucket, new, old) values (77, 77, 42)")
    assert [letter.mailbox for letter in opening.open_ebox(A, 77)] == [42]


def test_only_the_first_reading_counts(order: NewOrder) -> None:
    """Reading twice leaves one row and one in the tally."""
    publish(order, [42])
    (letter,) = opening.open_ebox(A, 42)
    opening.mark_read(A, letter)
    first = Reading.objects.using(A).get().read_at
    opening.mark_read(A, letter)
    assert Reading.objects.using(A).get().read_at == first
    assert sum(ReadTally.objects.using(A).values_list("count", flat=True)) == 1
    assert opening.open_ebox(A, 42)[0].read_at == first


def test_the_document_is_what_was_stored(order: NewOrder) -> None:
    """Byte for byte."""
    publish(order, [42])
    assert opening.read_document(A, opening.open_ebox(A, 42)[0]) == b"letter"


def test_a_letter_names_its_sender_in_each_language(order: NewOrder) -> None:
    """From the message itself: no other database is asked."""
    publish(order, [42])
    (letter,) = opening.open_ebox(A, 42)
    assert letter.institution_names["nl"] == "Instelling"


def test_a_document_is_opened_by_its_recipient_only(order: NewOrder) -> None:
    """Someone else's message and one that never was are told in the same words."""
    run = publish(order, [42])
    document = opening.open_document(recipient_of(A, 42), run)
    assert b"".join(document.stream()) == b"letter"
    for stranger, wanted in ((43, run), (42 + 16381, run), (42, uuid4())):
        with pytest.raises(MessageGone):
            opening.open_document(recipient_of(A, stranger), wanted)
    assert tallied() == 1


def test_opening_twice_is_one_reading(order: NewOrder) -> None:
    """The tally is the read curve: it counts people, not openings."""
    run = publish(order, [42])
    for _ in range(3):
        opening.open_document(recipient_of(A, 42), run)
    assert Reading.objects.using(A).count() == tallied() == 1


def test_looking_at_a_message_is_not_reading_it(order: NewOrder) -> None:
    """Only its document is what was to be read."""
    run = publish(order, [42])
    assert opening.find_letter(recipient_of(A, 42), run).read_at is None
    assert tallied() == 0


@pytest.mark.parametrize("end", ["prepared", "discarded", "recalled", "expired"])
def test_what_is_not_visible_cannot_be_opened(order: NewOrder, end: str) -> None:
    """Its address alone opens nothing, and no reading is left behind."""
    wanted = order([42])
    storing.store(A, wanted)
    if end == "discarded":
        fence.discard(A, wanted.run)
    if end in ("recalled", "expired"):
        launching.launch(A, wanted.run, refuse_without_ebox=False)
    if end == "recalled":
        fence.recall(A, wanted.run)
    if end == "expired":
        clock.move(timedelta(days=200))
    with pytest.raises(MessageGone):
        opening.open_document(recipient_of(A, 42), wanted.run)
    assert not Reading.objects.using(A).exists()


def test_two_openings_at_once_are_one_reading(
    order: NewOrder, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    """Both find it unread and wait to note it; one of them counts."""
    run = publish(order, [42])
    recipient = recipient_of(A, 42)
    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[1], "lock table reading in share row exclusive mode"))
        both = [stack.enter_context(beside(lambda: opening.open_document(recipient, run))) for _ in range(2)]
        wait_until_held_up(sweepers[1], count=2)
        sweepers[1].execute("rollback")
        read = [one.result() for one in both]
    assert [document.letter.read_at for document in read] == [None, None]
    assert tallied() == 1


def test_a_recall_while_somebody_opens_waits_for_nobody(
    order: NewOrder, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    """Who had it before the recall has read it; who comes later finds nothing."""
    run = publish(order, [42])
    recipient = recipient_of(A, 42)
    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[1], "lock table reading in share row exclusive mode"))
        opened = stack.enter_context(beside(lambda: opening.open_document(recipient, run)))
        wait_until_held_up(sweepers[1])
        fence.recall(A, run)
        sweepers[1].execute("rollback")
        assert opened.result().letter.run == run
    with pytest.raises(MessageGone):
        opening.open_document(recipient, run)
    assert tallied() == 1


def test_no_reading_is_left_of_a_release_that_expires_meanwhile(
    order: NewOrder, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    """Expiring waits for a reading under way, and forgets it too."""
    run = publish(order, [42])
    due = waiting_for_expiry(run)
    recipient = recipient_of(A, 42)
    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[1], another_reads(run)))
        opened = stack.enter_context(beside(lambda: opening.open_document(recipient, run)))
        wait_until_held_up(sweepers[1])
        purged = stack.enter_context(beside(lambda: expiring.purge(A, due)))
        wait_until_held_up(sweepers[1], count=2)
        sweepers[1].execute("rollback")
        opened.result()
        assert purged.result().readings == 1
    assert not Reading.objects.using(A).exists()


def test_no_reading_is_noted_of_a_release_that_has_expired(order: NewOrder) -> None:
    """Whoever had found it just before comes too late to be counted."""
    run = publish(order, [42])
    letter = opening.find_letter(recipient_of(A, 42), run)
    expiring.purge(A, waiting_for_expiry(run))
    opening.mark_read(A, letter)
    assert not Reading.objects.using(A).exists()
    assert tallied() == 0


def test_a_message_to_both_numbers_of_a_person_is_one_and_read_once(order: NewOrder) -> None:
    """Sent to the old and the new number before anybody knew that they are one person."""
    run = publish(order, [42, 77])
    succeed(77, 42)
    recipient = recipient_of(A, 77)
    opening.open_document(recipient_of(A, 42), run)
    (letter,) = opening.letters_of(recipient)
    assert letter.read_at is not None
    opening.open_document(recipient, run)
    assert tallied() == 1


def test_former_numbers_are_followed_to_the_first(order: NewOrder) -> None:
    """Three numbers, one person; a circle ends."""
    run = publish(order, [42])
    for new, old in ((77, 60), (60, 42), (42, 77)):
        succeed(new, old)
    assert recipient_of(A, 77).numbers == (77, 60, 42)
    assert opening.find_letter(recipient_of(A, 77), run).mailbox == 42


def test_a_message_added_again_is_found_by_either_run_and_read_once(order: NewOrder) -> None:
    """A link to the later release opens the same message."""
    first = publish(order, [42])
    second = publish(order, [42, 43], adds=True)
    for run in (first, second):
        assert opening.open_document(recipient_of(A, 42), run).letter.run == first
    assert tallied() == 1


def test_a_large_document_comes_in_pieces(order: NewOrder) -> None:
    """Any part of it, whole pieces or not."""
    content = bytes(range(256)) * (opening.AT_ONCE // 100)
    run = publish(order, [42], document=content)
    document = opening.open_document(recipient_of(A, 42), run)
    assert document.content is None
    assert b"".join(document.stream()) == content
    assert b"".join(document.stream(opening.AT_ONCE - 3, 7)) == content[opening.AT_ONCE - 3 :][:7]


def test_a_part_of_a_small_document(order: NewOrder) -> None:
    """From the bytes in hand."""
    document = opening.open_document(recipient_of(A, 42), publish(order, [42]))
    assert b"".join(document.stream(2, 3)) == b"tte"


def test_an_ebox_and_a_document_are_few_statements(order: NewOrder) -> None:
    """One finds all; what a release says is read once, and the first reading adds its note."""
    run = publish(order, [42])
    recipient = recipient_of(A, 42)
    connection = environment_connection(A)
    for act, most in (
        (lambda: opening.letters_of(recipient), 3),
        (lambda: opening.letters_of(recipient), 1),
        (lambda: opening.open_document(recipient, run), 3),
        (lambda: opening.open_document(recipient, run), 2),
    ):
        with CaptureQueriesContext(connection) as statements:
            act()
        assert len(statements) <= most + cluster.wanted()  # there the fence is asked first, by itself


def test_a_letter_is_made_when_somebody_looks_at_it(order: NewOrder) -> None:
    """A part of an eBox is an eBox; one letter of it knows all the others do."""
    runs = [publish(order, [42], ticket=ticket) for ticket in ("a", "b", "c")]
    recipient = recipient_of(A, 42)
    hiding.hide(recipient, runs[1])
    letters = opening.letters_of(recipient)
    assert [letter.run for letter in letters[1:]] == [runs[1], runs[0]]
    assert [letter.hidden_at is not None for letter in letters] == [False, True, False]
    assert letters[-1] == opening.find_letter(recipient, runs[0])
    assert [letter.run for letter in opening.open_ebox(A, 42)] == [runs[2], runs[0]]


@pytest.mark.one_server
def test_finding_an_ebox_is_planned_once_for_each_connection(order: NewOrder) -> None:
    """What depended on its parameters would be planned each time: that takes longer than finding."""
    publish(order, [42])
    for _ in range(20):
        opening.open_ebox(A, 42)
    with environment_connection(A).cursor() as cursor:
        cursor.execute("select generic_plans from pg_prepared_statements where statement like '-- All of an eBox%%'")
        assert cursor.fetchone()[0] > 0


@pytest.mark.one_server
def test_a_large_audience_is_not_read_by_the_plan_for_a_small_one(order: NewOrder) -> None:
    """As where a few received the first broadcast and a country receives the next: each opening would read it all."""
    storing.store(A, order(range(1, 100)))
    with environment_connection(A).cursor() as cursor:
        cursor.execute("vacuum analyze audience")
    assert any("Seq Scan on audience_0" in plan for plan in plans_of_opening())
    storing.store(A, order(range(1, 30_000), ticket="t2"))
    assert not any("Seq Scan on audience_0" in plan for plan in plans_of_opening())


def test_nobody_opens_the_ebox_of_another_citizen() -> None:
    """There are mandates for enterprises only."""
    assert Recipient(environment=A, mailbox=COMPANY, person=42, numbers=(COMPANY,)).by_mandate
    with pytest.raises(Defect):
        Recipient(environment=A, mailbox=43, person=42, numbers=(43,))


def test_a_recipient_can_be_logged_without_a_number() -> None:
    """As values are, in a traceback."""
    assert "8507" not in repr(Recipient(environment=A, mailbox=85073003328, person=85073003328, numbers=(85073003328,)))


def test_what_a_release_says_is_kept_for_as_many_as_there_is_room(order: NewOrder) -> None:
    """The oldest go first; what was forgotten is read again."""
    runs = [publish(order, [42], ticket=ticket) for ticket in ("a", "b", "c")]
    facts._keep(list(facts.facts_of(environment_connection(A), runs).values()), most=2)
    assert [run for run in runs if run in facts._kept] == runs[1:]
    assert [letter.run for letter in opening.open_ebox(A, 42)] == runs[::-1]
