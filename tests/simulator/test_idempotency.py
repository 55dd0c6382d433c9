"""The same idempotency key twice, as a sender uses it who does not know what became of his call."""

from __future__ import annotations

import pytest
from tests.simulator.conftest import Simulate
from tests.simulator.simulated import JANE, PEOPLE, Simulated, citizen, letter
from urllib3.exceptions import HTTPError

KEY = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}


def test_the_second_use_of_a_key_is_a_conflict_whatever_it_says_and_the_first_stands(provider: Simulated) -> None:
    first = provider.publish(headers=KEY)
    second = provider.publish(letter(recipient=citizen(PEOPLE[0])), headers=KEY)
    assert (first.status, second.status, second.json()["code"]) == (201, 409, "IDEMPOTENCY_CONFLICT")
    assert provider.deliveries() == [JANE]


def test_a_link_repeated_under_its_key_delivers_nobody_twice(provider: Simulated) -> None:
    message_id = provider.published()
    provider.break_("linkEboxMessage", "cut-after", times=1)
    with pytest.raises(HTTPError):
        provider.link(message_id, *PEOPLE, headers=KEY)
    assert provider.link(message_id, *PEOPLE, headers=KEY).status == 409
    assert len(provider.deliveries(message_id)) == len(PEOPLE) + 1
    assert provider.state()["doubles"] == 0


def test_a_refused_call_does_not_use_its_key_up(provider: Simulated) -> None:
    assert provider.publish(letter(subject={}), headers=KEY).status == 400
    assert provider.publish(headers=KEY).status == 201


def test_a_key_belongs_to_one_application(provider: Simulated) -> None:
    assert provider.publish(headers=KEY).status == 201
    assert provider.publish(letter(senderApplicationId="demo:other"), headers=KEY).status == 201


@pytest.mark.parametrize("key", ["8e03978e", '"', '""', '"a"b"', "'a'"])
def test_a_key_that_is_not_in_double_quotes_is_refused(provider: Simulated, key: str) -> None:
    assert provider.publish(headers={"Idempotency-Key": key}).status == 400
    assert provider.state()["deliveries"] == 0


def test_a_provider_that_does_not_offer_it_ignores_the_key(simulate: Simulate) -> None:
    provider = simulate()
    assert [provider.publish(headers=KEY).status for _ in range(2)] == [201, 201]
