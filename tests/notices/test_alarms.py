"""Alarms to other systems: of what is urgent, once each, signed, naming nobody, tried again until they are taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.broadcasts import people as p
from tests.moments import pass_time
from tests.notices.mailbox import free_port
from tests.notices.receiver import Receiver, receiving

from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import contacts, production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.notices import webhooks
from eboxcast.notices.alarms import MOST_ATTEMPTS, forget_alarms, send_alarms
from eboxcast.notices.errors import WebhookUnfit
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Alarm, State
from eboxcast.notices.sending import world_now
from eboxcast.notices.webhooks import Registered, add_webhook, list_webhooks, remove_webhook, try_webhook


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def broadcast(january: None) -> Broadcast:
    return p.ready()


@pytest.fixture
def registered(broadcast: Broadcast, receiver: Receiver) -> Registered:
    """Registered after all that led to the broadcast: nothing rings of that."""
    return add_webhook("pager", receiver.address, actor=p.INES)


def arm(broadcast: Broadcast) -> Broadcast:
    return production.arm(broadcast, actor=p.LOU)


def ring() -> None:
    """Do what the steward does."""
    seal_pending(everything=True)
    make_notices()
    send_alarms()


def again() -> None:
    """Have what waits be due."""
    Alarm.objects.update(next_try_at=world_now() - timedelta(seconds=1))
    send_alarms()


def test_what_is_urgent_rings_once(registered: Registered, receiver: Receiver, broadcast: Broadcast) -> None:
    arm(broadcast)
    contacts.set_contact(broadcast, actor=p.INES, team="gatb", name="Somebody", phone="02 000 00 00")
    ring()
    ring()
    (said,) = [json.loads(body)["data"] for _, body in receiver.taken]
    assert (said["kind"], said["broadcast"]) == ("armed", broadcast.number)
    assert (said["state"], said["title"]) == ("armed", "The launch is armed")


def test_an_alarm_names_nobody_and_gives_no_reasons(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    arm(broadcast)
    production.disarm(broadcast, actor=p.LOU, reason="Somebody fell ill")
    ring()
    text = " ".join(body for _, body in receiver.taken).lower()
    assert "no longer armed" in text
    for word in ("lou", "ines", "bram", "fell ill", "pension"):
        assert word not in text


def test_whoever_has_the_key_can_prove_from_whom_it_is(registered: Registered, receiver: Receiver) -> None:
    """As standardwebhooks.com has it."""
    try_webhook(registered.webhook.pk, actor=p.INES)
    headers, body = receiver.taken[0]
    key = base64.b64decode(registered.key.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert registered.key not in registered.webhook.sealed_key


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_what_was_not_taken_is_tried_again_with_the_same_name(
    registered: Registered, receiver: Receiver, broadcast: Broadcast, answer: int
) -> None:
    receiver.answer = answer
    arm(broadcast)
    ring()
    assert Alarm.objects.get().state == State.FAILED
    assert Alarm.objects.get().last_problem == f"HTTP {answer}"
    receiver.answer = 200
    again()
    assert Alarm.objects.get().state == State.SENT
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1


def test_nobody_is_followed_elsewhere(registered: Registered, receiver: Receiver, broadcast: Broadcast) -> None:
    with receiving() as inside:
        receiver.answer, receiver.location = 307, inside.address
        arm(broadcast)
        ring()
        assert receiver.taken
        assert not inside.taken


def test_whoever_is_gone_for_good_is_left_alone(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    receiver.answer = 410
    arm(broadcast)
    ring()
    assert Alarm.objects.get().state == State.GIVEN_UP


def test_an_alarm_that_is_no_longer_one_is_given_up(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    receiver.answer = 500
    arm(broadcast)
    ring()
    Alarm.objects.update(attempts=MOST_ATTEMPTS - 1)
    again()
    assert Alarm.objects.get().state == State.GIVEN_UP


def test_one_that_does_not_answer_holds_up_no_other(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    add_webhook("nobody", f"http://127.0.0.1:{free_port()}/", actor=p.INES)
    production.disarm(arm(broadcast), actor=p.LOU, reason="")
    ring()
    assert len(receiver.taken) == 2
    assert Alarm.objects.filter(state=State.FAILED).count() == 1, "the other of its alarms waits for the next pass"


def test_nothing_rings_of_what_was_before_or_after(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    remove_webhook(registered.webhook.pk, actor=p.INES)
    arm(broadcast)
    add_webhook("another", receiver.address, actor=p.INES)
    ring()
    assert receiver.taken == []


def test_what_was_made_while_its_address_was_removed_goes_nowhere(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    """Whoever removed it did not see that alarm yet, and whoever made it still saw the address."""
    arm(broadcast)
    seal_pending(everything=True)
    make_notices()
    webhooks.Webhook.objects.update(removed_at=clock.now())
    assert send_alarms().given_up == 1
    assert receiver.taken == []
    assert Alarm.objects.get().state == State.GIVEN_UP


@pytest.mark.parametrize(("answer", "state"), [(204, State.SENT), (500, State.GIVEN_UP)])
def test_whoever_sends_an_alarm_notes_what_came_of_it_though_its_address_is_removed(
    registered: Registered, receiver: Receiver, broadcast: Broadcast, answer: int, state: State
) -> None:
    """And one that was not taken is not tried again."""
    receiver.answer = answer
    receiver.meanwhile = lambda: remove_webhook(registered.webhook.pk, actor=p.INES)
    arm(broadcast)
    ring()
    assert (Alarm.objects.get().state, Alarm.objects.get().leased_until) == (state, None)
    again()
    assert len(receiver.taken) == 1


def test_what_a_killed_sender_had_in_hand_is_given_up_with_its_address(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    arm(broadcast)
    seal_pending(everything=True)
    make_notices()
    Alarm.objects.update(leased_until=world_now() + timedelta(minutes=1))
    remove_webhook(registered.webhook.pk, actor=p.INES)
    assert send_alarms().given_up == 0, "it may be on its way"
    Alarm.objects.update(leased_until=world_now() - timedelta(seconds=1))
    assert send_alarms().given_up == 1
    assert receiver.taken == []


def test_a_trial_says_at_once_what_came_of_it_and_is_not_tried_again(
    registered: Registered, receiver: Receiver
) -> None:
    receiver.answer = 503
    assert try_webhook(registered.webhook.pk, actor=p.INES).last_problem == "HTTP 503"
    again()
    assert len(receiver.taken) == 1
    assert list_webhooks(actor=p.LOU)[0].last is not None


@pytest.mark.parametrize(
    "address",
    [
        "http://elsewhere.example/",
        "http://127.0.0.1.example/",
        "ftp://127.0.0.1/",
        "https://somebody:secret@example.be/",
        "https:///nowhere",
        "https://example.be:99999/",
        "https://example.be/ space",
        "https://exämple.be/",
        "javascript:alert(1)",
        "example.be",
    ],
)
def test_no_other_address_is_taken(january: None, address: str) -> None:
    with pytest.raises(WebhookUnfit):
        add_webhook("pager", address, actor=p.INES)


def test_a_real_installation_takes_no_plain_address_at_all(real_installation: None) -> None:
    with pytest.raises(WebhookUnfit):
        add_webhook("pager", "http://127.0.0.1:8080/", actor=p.INES)


def test_the_audit_knows_who_registered_it_and_no_key(registered: Registered) -> None:
    entry = Entry.objects.get(action="webhook.added")
    assert entry.by == "ines"
    assert "secret" not in json.dumps(entry.data)


def test_without_the_secret_of_the_installation_it_says_so(
    registered: Registered, receiver: Receiver, broadcast: Broadcast
) -> None:
    webhooks.Webhook.objects.update(sealed_key="sealed by another secret")
    arm(broadcast)
    ring()
    assert "secret of the installation has changed" in Alarm.objects.get().last_problem
    assert not receiver.taken


def test_alarms_that_are_over_are_deleted_in_time_but_for_the_last(registered: Registered) -> None:
    """One that waits is kept, however old it is."""
    tried = [try_webhook(registered.webhook.pk, actor=p.INES).pk for _ in range(3)]
    Alarm.objects.filter(pk=tried[0]).update(state=State.WAITING)
    assert forget_alarms() == 0
    pass_time(days=366)
    assert forget_alarms() == 1
    assert sorted(Alarm.objects.values_list("pk", flat=True)) == [tried[0], tried[2]]
