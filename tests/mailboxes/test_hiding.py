"""Hiding a message, and showing it again."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from tests.locks import beside, locked, wait_until_held_up
from tests.mailboxes.conftest import NewOrder, publish

from eboxcast.database.environments import environment_connection
from eboxcast.lib import clock
from eboxcast.mailboxes import fence, hiding, opening
from eboxcast.mailboxes.errors import MessageGone
from eboxcast.mailboxes.models import Reading
from eboxcast.mailboxes.recipients import recipient_of

A = "acceptance"


def hidden(mailbox: int) -> list[bool]:
    return [letter.hidden_at is not None for letter in opening.letters_of(recipient_of(A, mailbox))]


def test_a_hidden_message_is_out_of_sight_and_can_be_shown_again(order: NewOrder) -> None:
    """Of this recipient; others see it."""
    run = publish(order, [42, 43])
    hiding.hide(recipient_of(A, 42), run)
    assert not opening.open_ebox(A, 42)
    assert hidden(42) == [True]
    assert hidden(43) == [False]
    hiding.show_again(recipient_of(A, 42), run)
    assert hidden(42) == [False]


def test_hiding_is_not_reading(order: NewOrder) -> None:
    """And a hidden message can be read: then it is counted."""
    run = publish(order, [42])
    recipient = recipient_of(A, 42)
    hiding.hide(recipient, run)
    assert opening.find_letter(recipient, run).read_at is None
    opening.open_document(recipient, run)
    (reading,) = Reading.objects.using(A)
    assert reading.read_at
    assert reading.hidden_at


def test_hidden_twice_keeps_the_first_moment(order: NewOrder) -> None:
    """Two tabs, a double click."""
    run = publish(order, [42])
    hiding.hide(recipient_of(A, 42), run)
    first = Reading.objects.using(A).get().hidden_at
    clock.move(timedelta(hours=1))
    hiding.hide(recipient_of(A, 42), run)
    assert Reading.objects.using(A).get().hidden_at == first


@pytest.mark.parametrize("act", [hiding.hide, hiding.show_again])
def test_only_ones_own_message_can_be_hidden(order: NewOrder, act: object) -> None:
    """And nothing that was recalled."""
    run = publish(order, [42])
    assert callable(act)
    with pytest.raises(MessageGone):
        act(recipient_of(A, 43), run)
    fence.recall(A, run)
    with pytest.raises(MessageGone):
        act(recipient_of(A, 42), run)
    assert not Reading.objects.using(A).exists()


def test_what_was_hidden_under_a_former_number_is_shown_again(order: NewOrder) -> None:
    """One message under two numbers, hidden under both."""
    run = publish(order, [42, 77])
    hiding.hide(recipient_of(A, 42), run)
    hiding.hide(recipient_of(A, 77), run)
    with environment_connection(A).cursor() as cursor:
        cursor.execute("insert into ebox_predecessor (bucket, new, old) values (77, 77, 42)")
    assert hidden(77) == [True]
    hiding.show_again(recipient_of(A, 77), run)
    assert hidden(77) == [False]


def test_reading_and_hiding_at_once_lose_neither(
    order: NewOrder, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    """Two tabs: both write the same row."""
    run: UUID = publish(order, [42])
    recipient = recipient_of(A, 42)
    with ExitStack() as stack:
        stack.enter_context(locked(sweepers[1], "lock table reading in share row exclusive mode"))
        read = stack.enter_context(beside(lambda: opening.open_document(recipient, run)))
        hid = stack.enter_context(beside(lambda: hiding.hide(recipient, run)))
        wait_until_held_up(sweepers[1], count=2)
        sweepers[1].execute("rollback")
        read.result()
        hid.result()
    (reading,) = Reading.objects.using(A)
    assert reading.read_at
    assert reading.hidden_at
