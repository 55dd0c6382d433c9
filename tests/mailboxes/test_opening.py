"""What an eBox shows."""

from __future__ import annotations

from datetime import timedelta

from tests.mailboxes.conftest import NewOrder

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.mailboxes import fence, launching, opening, storing
from eboxcast.mailboxes.models import Reading, ReadTally

A = "acceptance"


def publish(order: NewOrder, keys: list[int], **particulars: str) -> object:
    """Store and launch; return the run."""
    wanted = order(keys, **particulars)
    storing.store(A, wanted)
    launching.launch(A, wanted.run, refuse_without_ebox=False)
    return wanted.run


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
